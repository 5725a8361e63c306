"""台账: what came in and went out of the two books of a Party organization. Rows are only added (`core.models.AppendOnly`);
`dues.services.ledger` is the only writer (rules §14)."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from core.days import EventDateField
from core.fields import person
from core.models import AppendOnly, AppendOnlyQuerySet
from dues.models.columns import money
from orgs.models import PartyOrganization


class Book(models.TextChoices):
    DUES = "DUES", "党费"
    FUND = "FUND", "活动经费"


class EntryKind(models.TextChoices):
    """What an entry books, in the words of the ledger."""

    OPENING = "OPENING", "期初余额"
    COLLECTED = "COLLECTED", "收缴党费"
    GIFT = "GIFT", "大额党费"
    SENT_UP = "SENT_UP", "上缴上级"
    FROM_BELOW = "FROM_BELOW", "下级上缴"
    REFUND_PAID = "REFUND_PAID", "拨付返还"
    GRANT_PAID = "GRANT_PAID", "拨付补助"
    REFUND = "REFUND", "返还党费"
    GRANT = "GRANT", "留成党费补助"
    FEE = "FEE", "单位管理费列支"
    SPONSORSHIP = "SPONSORSHIP", "赞助捐助"
    PUBLIC = "PUBLIC", "财政补助"
    SPENT = "SPENT", "经费使用"
    CARRIED = "CARRIED", "合并结转"
    COUNTER = "COUNTER", "冲正"


class Entry(AppendOnly):
    """One line of a book: number and balance follow from the line before. What is wrong is corrected by a counter-entry."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="ledger", verbose_name="党组织"
    )
    book = models.CharField("账簿", max_length=4, choices=Book)
    number = models.PositiveIntegerField("序号")
    day = EventDateField("日期")
    kind = models.CharField("类别", max_length=11, choices=EntryKind)
    amount = money("金额")
    balance = money("余额")
    text = models.CharField("摘要", max_length=200)
    counter_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="countered_by", verbose_name="冲正"
    )
    entered_by = person("登记人")
    entered_at = models.DateTimeField("登记时间")

    objects = AppendOnlyQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # added to, never changed
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "台账"
        verbose_name_plural = "台账"
        indexes = [models.Index(fields=["party_organization", "book", "day"], name="entry_of_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "book", "number"],
                name="entry_number",
                violation_error_message="台账的这个序号刚被使用，请重试",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_amount", violation_error_message="金额不能为 0"),
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="entry_balance", violation_error_message="余额不足，账上余额不能为负"
            ),
            models.CheckConstraint(
                condition=Q(kind="COUNTER", counter_of__isnull=False) | (~Q(kind="COUNTER") & Q(counter_of=None)),
                name="entry_counter",
                violation_error_message="冲正须写明所冲正的台账",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.get_book_display()}台账第 {self.number} 号"

    @property
    def outgoing(self) -> Decimal:
        """The amount without its sign, where it goes out."""
        return max(-self.amount, Decimal(0))


class Closing(AppendOnly):
    """结账: up to this day nothing is booked any more; corrections are counter-entries of a later day."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="closings", verbose_name="党组织"
    )
    book = models.CharField("账簿", max_length=4, choices=Book)
    through = EventDateField("结账至")
    number = models.PositiveIntegerField("末条序号")
    balance = money("余额")
    closed_by = person("结账人")
    closed_at = models.DateTimeField("结账时间")

    objects = AppendOnlyQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # added to, never changed
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "结账"
        verbose_name_plural = "结账"
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "book", "through"],
                name="closing_once",
                violation_error_message="这一期已结账",
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.get_book_display()}结账至 {self.through}"
