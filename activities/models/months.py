"""What is due of a branch in a month, and what became of it; the months that are closed (rules §13)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q, QuerySet

from activities.models.records import ActivityRecord, Kind
from core.days import DeadlineField, EventDateField
from core.fields import person
from core.months import YearMonth
from core.scope import PublicQuerySet, ScopedQuerySet
from members.models import PartyGroup
from orgs.models import PartyOrganization

ANY = "ANY"  # Opinion 三-3: whatever it is, one activity a month
DUTIES = [(ANY, "组织生活"), *((kind.value, kind.label) for kind in Kind if kind is not Kind.OTHER)]


class ObligationQuerySet(ScopedQuerySet):
    def of_month(self, month: YearMonth) -> Self:
        return self.filter(month=month.first_day)

    def open(self) -> Self:
        return self.filter(state=Obligation.State.OPEN)

    def fileable(self) -> Self:
        """Without what was left open in a month that is locked, which takes nothing any more."""
        return self.exclude(state=Obligation.State.OPEN, month__in=locked_months())

    def not_locked(self) -> Self:
        return self.exclude(month__in=locked_months())


class Obligation(models.Model):
    """应办事项: what a branch should hold from a day until a day. It stands in the month in which it falls due; a record of
    any day of the period settles it, and the first one decides whether that was in time."""

    class State(models.TextChoices):
        OPEN = "OPEN", "未上报"
        ON_TIME = "ON_TIME", "按时"
        LATE = "LATE", "迟报"
        NOT_HELD = "NOT_HELD", "未开展"

    party_organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="obligations", verbose_name="党支部"
    )
    month = DeadlineField("月份")  # its first day
    kind = models.CharField("应办事项", max_length=12, choices=DUTIES)
    group = models.ForeignKey(
        PartyGroup, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="党小组"
    )
    begins_on = DeadlineField("期间起始")
    ends_on = DeadlineField("期间终止")
    due_on = DeadlineField("填报截止")
    why = models.CharField("依据", max_length=100)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    record = models.ForeignKey(
        ActivityRecord, models.SET_NULL, null=True, blank=True, related_name="settled", verbose_name="活动记录"
    )
    settled_on = EventDateField("上报日期", null=True, blank=True)
    reason = models.CharField("未开展原因", max_length=200, blank=True)

    objects = ObligationQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "应办事项"
        verbose_name_plural = "应办事项"
        indexes = [
            models.Index(fields=["month", "state"], name="obligation_of_month"),
            models.Index(fields=["due_on", "kind", "id"], name="obligation_open", condition=Q(state="OPEN")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "month", "kind"],
                condition=Q(group=None),
                name="obligation_once",
                violation_error_message="这个月已有这项应办事项",
            ),
            models.UniqueConstraint(
                fields=["party_organization", "month", "kind", "group"],
                condition=Q(group__isnull=False),
                name="obligation_once_a_group",
                violation_error_message="这个月已有这个党小组的应办事项",
            ),
            models.CheckConstraint(
                condition=Q(begins_on__lte=F("ends_on")),
                name="obligation_period",
                violation_error_message="期间终止不能早于起始",
            ),
            models.CheckConstraint(
                condition=~Q(state="NOT_HELD") | ~Q(reason=""),
                name="obligation_not_held_with_reason",
                violation_error_message="未开展的，请写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_kind_display()}"


class ActivityMonth(models.Model):
    """A month of records. Without a row it is open. Closed: what comes later is late and says why. Locked: nothing comes."""

    class State(models.TextChoices):
        OPEN = "OPEN", "填报中"
        CLOSED = "CLOSED", "已关账"
        LOCKED = "LOCKED", "已锁定"

    month = DeadlineField("月份", unique=True)  # its first day
    state = models.CharField("状态", max_length=6, choices=State, default=State.OPEN)
    put_off_to = DeadlineField("推迟后的填报截止", null=True, blank=True)
    set_by = person("办理人")
    set_at = models.DateTimeField("办理时间", null=True, blank=True)
    reason = models.CharField("重新开放原因", max_length=200, blank=True)

    objects = PublicQuerySet.as_manager()  # everybody may know which are closed; the city closes them
    change_permission = "months.close"

    class Meta:
        verbose_name = "填报月份"
        verbose_name_plural = "填报月份"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


def locked_months() -> QuerySet:
    """The first day of each, of which nothing is taken or changed any more."""
    return ActivityMonth.objects.filter(state=ActivityMonth.State.LOCKED).values("month")
