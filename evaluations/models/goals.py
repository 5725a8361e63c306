"""争创目标: what a branch, or one of its members, sets out to reach in a year (Opinion 二-2, 三-4). It stands beside the result."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.models.rows import BranchRow, of_a_year
from core.fields import YearField
from core.scope import ScopedQuerySet
from members.models import Member

OF_BRANCHES, OF_MEMBERS = ("FIVE_STARS", "FOUR_STARS", "THREE_STARS"), ("EXCELLENT", "QUALIFIED")


class Goal(BranchRow):
    class Wanted(models.TextChoices):
        FIVE = "FIVE", "五个好"
        FIVE_STARS = "FIVE_STARS", "五星"
        FOUR_STARS = "FOUR_STARS", "四星"
        THREE_STARS = "THREE_STARS", "三星"
        EXCELLENT = "EXCELLENT", "优秀"
        QUALIFIED = "QUALIFIED", "合格"

    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="goals", verbose_name="党员"
    )  # none: of the branch itself
    year = YearField("年度")
    wanted = models.CharField("争创目标", max_length=11, choices=Wanted)
    what = models.CharField("措施", max_length=300)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "争创目标"
        verbose_name_plural = "争创目标"
        constraints = [
            of_a_year("goal_year"),
            models.UniqueConstraint(
                fields=["party_organization", "year"],
                condition=Q(member=None),
                name="goal_of_branch_once",
                violation_error_message="这一年的争创目标已登记",
            ),
            models.UniqueConstraint(
                fields=["member", "year"], name="goal_once", violation_error_message="这名党员这一年的争创目标已登记"
            ),
            models.CheckConstraint(
                condition=Q(wanted="FIVE")
                | Q(member=None, wanted__in=OF_BRANCHES)
                | Q(member__isnull=False, wanted__in=OF_MEMBERS),
                name="goal_wanted",
                violation_error_message="星级由党支部争创，优秀、合格由党员争创",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年争创{self.get_wanted_display()}"

    def reached(self, *, grade: str, five_good: bool, grades: tuple[str, ...]) -> bool:
        """Whether a result is what was wanted, or better; `grades` from the lowest on."""
        if self.wanted == self.Wanted.FIVE:
            return five_good
        return grade in grades and grades.index(grade) >= grades.index(self.get_wanted_display())
