"""上缴: dues go up one level at a time; both sides say so (rules §14)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField
from core.fields import person
from core.scope import Scope, ScopedQuerySet
from dues.models.columns import money
from dues.models.ledger import Entry
from orgs.models import PartyOrganization


class HandUpQuerySet(ScopedQuerySet):
    def sent(self) -> HandUpQuerySet:
        """That wait for the level above."""
        return self.filter(state=HandUp.State.SENT)

    def changed_by(self, scope: Scope) -> HandUpQuerySet:
        """Confirmed, or returned, by the level above."""
        return self.filter(scope.path_filter("to_node__path"))


class HandUp(models.Model):
    """What went from a Party organization to the one above it. Sent, it leaves the lower book; confirmed, it stands in the upper
    one; returned, it comes back by a counter-entry."""

    class Kind(models.TextChoices):
        DUES = "DUES", "党费"
        GIFT = "GIFT", "大额党费"

    class State(models.TextChoices):
        SENT = "SENT", "待确认"
        CONFIRMED = "CONFIRMED", "已确认"
        RETURNED = "RETURNED", "已退回"

    from_node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="上缴党组织")
    to_node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="接收党组织")
    kind = models.CharField("种类", max_length=4, choices=Kind, default=Kind.DUES)
    first_month = DeadlineField("起始月份")
    last_month = DeadlineField("终止月份")
    amount = money("金额（元）")
    note = models.CharField("说明", max_length=200, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.SENT)
    sent_on = EventDateField("上缴日期")
    sent_entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", verbose_name="上缴台账")
    received_entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收台账"
    )
    entered_by = person("上缴人")
    decided_by = person("确认人")
    decided_on = EventDateField("确认日期", null=True, blank=True)
    reason = models.CharField("退回原因", max_length=200, blank=True)

    objects = HandUpQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.review"
    scope_path = "from_node__path"

    class Meta:
        verbose_name = "党费上缴"
        verbose_name_plural = "党费上缴"
        indexes = [
            models.Index(fields=["from_node", "sent_on"], name="hand_up_from"),
            models.Index(fields=["to_node", "sent_on"], name="hand_up_to"),
            models.Index(fields=["sent_on", "id"], name="hand_up_open", condition=Q(state="SENT")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="hand_up_amount", violation_error_message="上缴金额须大于 0"
            ),
            models.CheckConstraint(
                condition=Q(last_month__gte=F("first_month")),
                name="hand_up_months",
                violation_error_message="终止月份不能早于起始月份",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("entered_by")),
                name="hand_up_never_by_who_sent",
                violation_error_message="上缴的人不能确认",
            ),
            models.CheckConstraint(
                condition=~Q(state="RETURNED") | ~Q(reason=""),
                name="hand_up_returned_with_reason",
                violation_error_message="退回请写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_node} {self.first_month:%Y-%m} 至 {self.last_month:%Y-%m} {self.get_kind_display()} {self.amount:,.2f} 元"
