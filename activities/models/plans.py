"""月度计划: what a branch is going to hold, when and where; a shared venue is booked with it (Opinion 三-3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from activities.models.records import Kind
from core.days import DeadlineField, EventDateField
from core.scope import ScopedQuerySet
from orgs.models import PartyOrganization, Venue


class Plan(models.Model):
    party_organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="plans", verbose_name="党支部"
    )
    kind = models.CharField("活动类型", max_length=12, choices=Kind)
    planned_on = DeadlineField("计划日期")
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("结束时间")
    topic = models.CharField("主题（议题）", max_length=120, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="plans", verbose_name="预约场所"
    )
    cancelled_on = EventDateField("取消日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "活动计划"
        verbose_name_plural = "活动计划"
        indexes = [models.Index(fields=["venue", "planned_on"], name="plan_of_venue", condition=Q(venue__isnull=False))]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="plan_ends_after_start",
                violation_error_message="结束时间应晚于开始时间",
            )
        ]

    def __str__(self) -> str:
        return f"{self.planned_on} {self.get_kind_display()}"
