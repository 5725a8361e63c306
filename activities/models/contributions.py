"""What a branch did for its organization and the people in it (Opinion 二-2, 二-3, 二-4)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.models.rows import BranchRow
from core.days import EventDateField
from core.scope import ScopedQuerySet


class Contribution(BranchRow):
    """One deed, with its result and what shows it. 维权 that stays unresolved is passed to the union with a date."""

    class Kind(models.TextChoices):
        PROPOSAL = "PROPOSAL", "合理化建议"
        BREAKTHROUGH = "BREAKTHROUGH", "攻关"
        SERVICE = "SERVICE", "办实事"
        DECISIONS = "DECISIONS", "参与决策"
        RIGHTS = "RIGHTS", "维权"

    kind = models.CharField("类型", max_length=12, choices=Kind)
    done_on = EventDateField("日期")
    what = models.CharField("事项", max_length=300)
    result = models.CharField("结果", max_length=300, blank=True)
    evidence = models.CharField("佐证", max_length=200, blank=True)
    passed_to_union_on = EventDateField("转交工会日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "作用发挥"
        verbose_name_plural = "作用发挥"
        constraints = [
            models.CheckConstraint(
                condition=Q(passed_to_union_on=None) | Q(kind="RIGHTS"),
                name="contribution_rights_to_union",
                violation_error_message="只有维权事项转交工会",
            ),
            models.CheckConstraint(
                condition=Q(passed_to_union_on=None) | Q(passed_to_union_on__gte=models.F("done_on")),
                name="contribution_passed_after_done",
                violation_error_message="转交工会日期不能早于事项日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.done_on} {self.what}"
