"""交纳: what members paid. One saving is one entry of the ledger with its payments; what was wrong is countered (rules §14)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.days import EventDateField
from core.models import AppendOnly, AppendOnlyQuerySet
from dues.models.assessments import Due
from dues.models.columns import money
from dues.models.ledger import Entry
from members.models import Member
from orgs.models import PartyOrganization


class Payment(AppendOnly):
    """What one member paid for one month, or gave once beyond all dues (大额党费: it goes up whole)."""

    class Kind(models.TextChoices):
        DUES = "DUES", "党费"
        GIFT = "GIFT", "大额党费"

    class Method(models.TextChoices):
        CASH = "CASH", "现金"
        TRANSFER = "TRANSFER", "转账"
        ONLINE = "ONLINE", "线上支付"

    part_of = "entry"

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="payments", verbose_name="台账")
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="+", verbose_name="收缴党组织"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="payments", verbose_name="党员")
    due = models.ForeignKey(
        Due, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="应交月份"
    )
    kind = models.CharField("种类", max_length=4, choices=Kind, default=Kind.DUES)
    amount = money("金额（元）")
    paid_on = EventDateField("交纳日期")
    method = models.CharField("交纳方式", max_length=8, choices=Method, default=Method.CASH)
    receipt_no = models.CharField("收据号", max_length=40, blank=True)
    counter_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="countered_by", verbose_name="更正"
    )

    objects = AppendOnlyQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.collect"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "党费交纳"
        verbose_name_plural = "党费交纳"
        indexes = [
            models.Index(fields=["party_organization", "paid_on", "id"], name="payment_of_branch"),
            models.Index(fields=["party_organization", "id"], name="payment_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(counter_of=None, amount__gt=0) | Q(counter_of__isnull=False, amount__lt=0),
                name="payment_amount",
                violation_error_message="交纳的金额大于 0，更正的小于 0",
            ),
            models.CheckConstraint(
                condition=Q(kind="DUES", due__isnull=False) | Q(kind="GIFT", due=None),
                name="payment_of_a_month",
                violation_error_message="党费须写明月份，大额党费不分月份",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.paid_on} {self.get_kind_display()} {self.amount:,.2f} 元"
