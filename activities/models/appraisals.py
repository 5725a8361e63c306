"""民主评议党员: a branch's own of a year, in four steps, and the grade of each formal member (rules §13)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import YearField
from core.scope import ScopedQuerySet
from members.models import Member
from orgs.models import PartyOrganization


class Appraisal(models.Model):
    """Its grades come and go with it: its own entry in the trail tells of them."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="appraisals", verbose_name="党支部"
    )
    year = YearField("年度")
    self_on = EventDateField("个人自评日期", null=True, blank=True)
    mutual_on = EventDateField("党员互评日期", null=True, blank=True)
    polled_on = EventDateField("民主测评日期", null=True, blank=True)
    decided_on = EventDateField("组织评定日期", null=True, blank=True)
    excess_reason = models.CharField("优秀超过比例的原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "民主评议党员"
        verbose_name_plural = "民主评议党员"
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "year"],
                name="appraisal_once_a_year",
                violation_error_message="这个年度的民主评议已经登记",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{step: None}) | Q(**{f"{before}__isnull": False, f"{step}__gte": F(before)}),
                    name=f"appraisal_{step}_in_order",
                    violation_error_message=f"{name}在{earlier}之后进行：请填写{earlier}的日期，{name}不能早于它",
                )
                for before, earlier, step, name in (
                    ("self_on", "个人自评", "mutual_on", "党员互评"),
                    ("mutual_on", "党员互评", "polled_on", "民主测评"),
                    ("polled_on", "民主测评", "decided_on", "组织评定"),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年度民主评议党员"

    @property
    def met_on(self) -> date | None:
        """The newest day on which all members took part."""
        return self.polled_on or self.mutual_on or self.self_on

    @property
    def steps(self) -> list[tuple[str, date | None]]:
        """The four steps by name, in their order, each with its day."""
        fields = (Appraisal._meta.get_field(name) for name in STEPS)
        return [(str(one.verbose_name).removesuffix("日期"), getattr(self, one.name)) for one in fields]  # type: ignore[union-attr]


STEPS = ("self_on", "mutual_on", "polled_on", "decided_on")
MEETINGS = STEPS[2::-1]  # in which all members take part, the newest first


class GradeQuerySet(ScopedQuerySet):
    """Seen with the member, whose file they are part of."""

    def decided(self) -> GradeQuerySet:
        """Of appraisals that went through all four steps, the newest first."""
        return self.filter(appraisal__decided_on__isnull=False).order_by("-appraisal__year", "-pk")


class AppraisalGrade(models.Model):
    """What a formal member was graded; whoever leaves the branch later keeps it."""

    class Grade(models.TextChoices):
        EXCELLENT = "EXCELLENT", "优秀"
        QUALIFIED = "QUALIFIED", "合格"
        BASIC = "BASIC", "基本合格"
        UNQUALIFIED = "UNQUALIFIED", "不合格"

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="grades", verbose_name="民主评议")
    member = models.ForeignKey(Member, models.PROTECT, related_name="grades", verbose_name="党员")
    grade = models.CharField("等次", max_length=11, choices=Grade)

    objects = GradeQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = ""  # goes with its appraisal
    scope_path = "member__party_organization__path"

    class Meta:
        verbose_name = "评议等次"
        verbose_name_plural = "评议等次"
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "member"], name="grade_once", violation_error_message="同一名党员只评定一个等次"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}：{self.get_grade_display()}"
