"""返还 and 补助: how dues come back to a branch as activity money, step by step (rules §14)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import person
from core.models import AppendOnly, AppendOnlyQuerySet
from core.scope import ScopedQuerySet
from dues.models.columns import money
from dues.models.ledger import Entry
from orgs.models import PartyOrganization


class RefundQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        """What somebody has to go on with."""
        return self.exclude(state__in=Refund.ENDED)


class Refund(models.Model):
    """An application for money from above: dues that its members paid in some months, or a grant from retained dues."""

    class Kind(models.TextChoices):
        REFUND = "REFUND", "返还党费"
        GRANT = "GRANT", "留成党费补助"

    class State(models.TextChoices):
        LISTED = "LISTED", "清单"
        APPLIED = "APPLIED", "已申请"
        REVIEWED = "REVIEWED", "已审核"
        APPROVED = "APPROVED", "已审批"
        PAID = "PAID", "已拨付"
        RECEIVED = "RECEIVED", "已到账"
        RETURNED = "RETURNED", "已退回"
        REJECTED = "REJECTED", "不予返还"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    ENDED = (State.RECEIVED, State.REJECTED, State.WITHDRAWN)

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="refunds", verbose_name="党组织"
    )
    kind = models.CharField("类型", max_length=6, choices=Kind, default=Kind.REFUND)
    first_month = EventDateField("起始月份", null=True, blank=True)
    last_month = EventDateField("截止月份", null=True, blank=True)
    paid_total = money("收缴合计", default=0)
    rate = models.DecimalField("返还比例（%）", max_digits=5, decimal_places=2, default=0)
    amount = money("金额")
    purpose = models.CharField("拟用途", max_length=200)
    state = models.CharField("状态", max_length=9, choices=State, default=State.LISTED)
    state_on = EventDateField("状态日期")  # since when it waits where it is
    payer = models.ForeignKey(
        PartyOrganization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="拨付的党组织"
    )
    paid_entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="refund_paid", verbose_name="拨付台账"
    )
    received_entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="refund_received", verbose_name="到账台账"
    )

    objects = RefundQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.apply"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "返还党费"
        verbose_name_plural = "返还党费"
        indexes = [models.Index(fields=["state", "state_on", "id"], name="refund_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="refund_amount", violation_error_message="金额须大于 0"
            ),
            models.CheckConstraint(
                condition=Q(kind="REFUND", first_month__isnull=False, last_month__gte=F("first_month"))
                | Q(kind="GRANT", first_month=None, last_month=None),
                name="refund_months",
                violation_error_message="返还党费须有起止月份，补助没有",
            ),
            models.CheckConstraint(
                # a rate of 85.5 of 10.10 is no number of fens: half a fen of tolerance, since SQLite reckons in floats
                condition=Q(kind="GRANT") | Q(amount__lte=F("paid_total") * F("rate") / 100 + 0.005),
                name="refund_within_rate",
                violation_error_message="返还金额不能超过收缴合计与返还比例之积",
            ),
            models.CheckConstraint(
                condition=Q(paid_entry=None, received_entry=None)
                | Q(state="PAID", paid_entry__isnull=False, received_entry=None)
                | Q(state="RECEIVED", paid_entry__isnull=False, received_entry__isnull=False),
                name="refund_booked",
                violation_error_message="拨付、到账须有台账",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.get_kind_display()} {self.months}".rstrip()

    @property
    def months(self) -> str:
        """Of which months the dues are; empty for a grant."""
        if not self.first_month or not self.last_month:
            return ""
        first, last = f"{self.first_month:%Y-%m}", f"{self.last_month:%Y-%m}"
        return first if first == last else f"{first} 至 {last}"


class RefundMonth(models.Model):
    """A month of which a branch has a refund: there is one. Goes when the refund is rejected or withdrawn."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="covered", verbose_name="返还党费")
    party_organization = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    month = EventDateField("月份")

    objects = ScopedQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # goes with its refund
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "返还月份"
        verbose_name_plural = "返还月份"
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "month"],
                name="refund_month_once",
                violation_error_message="这个月的党费已申请返还",
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.month:%Y-%m}"


class RefundStep(AppendOnly):
    """Who took which step when and at which Party organization, and what the money was."""

    class Step(models.TextChoices):
        LIST = "LIST", "清单"
        APPLY = "APPLY", "申请"
        REVIEW = "REVIEW", "审核"
        APPROVE = "APPROVE", "审批"
        PAY = "PAY", "拨付"
        RECEIVE = "RECEIVE", "到账确认"
        RETURN = "RETURN", "退回"
        REJECT = "REJECT", "不予返还"
        WITHDRAW = "WITHDRAW", "撤回"

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="steps", verbose_name="返还党费")
    step = models.CharField("步骤", max_length=8, choices=Step)
    by = person("办理人", missing=False)
    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="办理的党组织")
    at = models.DateTimeField("办理时间")
    paid_total = money("收缴合计")
    amount = money("金额")
    reason = models.CharField("意见", max_length=200, blank=True)

    objects = AppendOnlyQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # said once
    scope_path = "refund__party_organization__path"

    class Meta:
        verbose_name = "返还步骤"
        verbose_name_plural = "返还步骤"
        constraints = [
            models.CheckConstraint(
                condition=~Q(step__in=["RETURN", "REJECT"]) | ~Q(reason=""),
                name="refund_step_reason",
                violation_error_message="退回、不予返还请写明原因",
            ),
            models.UniqueConstraint(
                fields=["refund", "step"],
                condition=Q(step__in=["PAY", "RECEIVE"]),
                name="refund_step_once",
                violation_error_message="已办理，不能再次办理",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund} {self.get_step_display()}"
