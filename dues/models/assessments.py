"""What each member should pay: assessed, lightened, due month by month, and behind with (rules §14)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField, PeriodDateField
from core.fields import EncryptedMoneyField, EncryptedTextField, person
from core.scope import Scope, ScopedQuerySet
from dues.models.columns import money
from dues.rules.standards import PAYER_CHOICES, PAYERS
from members.models import Member
from orgs.models import PartyOrganization


class Assessment(models.Model):
    """党费核定: what a member pays a month, from a month until the end of its year. It is never changed: another one takes its place, of
    the same month to correct it, of a later one when the income changed (DUES-5)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="assessments", verbose_name="党员")
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="+", verbose_name="核定的党组织"
    )
    since = PeriodDateField("起始月份")  # its first day
    payer = models.CharField("交纳人类别", max_length=8, choices=PAYER_CHOICES)
    base = EncryptedMoneyField("计算基数（元）", null=True, blank=True)
    monthly = money("每月应交（元）")
    note = models.CharField("说明", max_length=200, blank=True)
    entered_by = person("核定人")
    entered_at = models.DateTimeField("核定时间")

    objects = ScopedQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.collect"
    reveal_permission = "dues.collect"
    scope_path = "member__party_organization__path"

    class Meta:
        verbose_name = "党费核定"
        verbose_name_plural = "党费核定"
        indexes = [models.Index(fields=["member", "since", "id"], name="assessment_of_member")]
        constraints = [
            models.CheckConstraint(
                condition=Q(monthly__gte=0), name="assessment_monthly", violation_error_message="每月应交不能小于 0"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.since:%Y-%m} 起每月 {self.monthly:,.2f} 元"

    @property
    def kind(self) -> str:
        return PAYERS[self.payer].name


class ReliefQuerySet(ScopedQuerySet):
    def approved(self) -> ReliefQuerySet:
        return self.filter(state=Relief.State.APPROVED)

    def proposed(self) -> ReliefQuerySet:
        return self.filter(state=Relief.State.PROPOSED)

    def to_decide(self, scope: Scope) -> ReliefQuerySet:
        """Proposed below the own node: the branch proposes, the level above decides."""
        granted = scope.having("dues.review")
        return self.filter(granted.below_filter("party_organization__path")).proposed().as_narrowed()


class Relief(models.Model):
    """减免: a member in hardship pays less, or nothing, for some months of a year. The branch studies and proposes it, the level
    above approves."""

    class Kind(models.TextChoices):
        REDUCED = "REDUCED", "少交"
        EXEMPT = "EXEMPT", "免交"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待审批"
        APPROVED = "APPROVED", "已批准"
        REJECTED = "REJECTED", "未批准"

    member = models.ForeignKey(Member, models.PROTECT, related_name="reliefs", verbose_name="党员")
    party_organization = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党支部")
    kind = models.CharField("减免方式", max_length=7, choices=Kind)
    monthly = money("减免后每月交纳（元）", default=0)
    since = PeriodDateField("起始月份")  # first days of months
    last = DeadlineField("终止月份")  # the last month itself
    reason = EncryptedTextField("困难情况")
    studied_on = EventDateField("支部研究日期")
    state = models.CharField("状态", max_length=8, choices=State, default=State.PROPOSED)
    entered_by = person("提出人")
    decided_by = person("审批人")
    decided_on = EventDateField("审批日期", null=True, blank=True)
    answer = models.CharField("审批意见", max_length=200, blank=True)

    objects = ReliefQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.collect"
    reveal_permission = "dues.review"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "党费减免"
        verbose_name_plural = "党费减免"
        indexes = [
            models.Index(fields=["member", "state"], name="relief_of_member"),
            models.Index(fields=["studied_on", "id"], name="relief_to_decide", condition=Q(state="PROPOSED")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("since")),
                name="relief_period",
                violation_error_message="终止月份不能早于起始月份",
            ),
            models.CheckConstraint(
                condition=Q(kind="REDUCED", monthly__gt=0) | Q(kind="EXEMPT", monthly=0),
                name="relief_amount",
                violation_error_message="少交的填写减免后每月交纳多少，免交的不填",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("entered_by")),
                name="relief_never_by_who_proposed",
                violation_error_message="提出减免的人不能审批",
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_on=None) | Q(~Q(state="PROPOSED"), decided_on__isnull=False),
                name="relief_decided_on_a_day",
                violation_error_message="批准或不批准须有审批日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.since:%Y-%m} 至 {self.last:%Y-%m} {self.get_kind_display()}"


class DueQuerySet(ScopedQuerySet):
    def open(self) -> DueQuerySet:
        """Of which something is still to be paid."""
        return self.filter(paid__lt=F("amount"))

    def over(self, on: date) -> DueQuerySet:
        return self.filter(month__lt=on.replace(day=1))


class Due(models.Model):
    """应交: one month of one member, from the day on which the month begins, or is paid in advance. What is paid is the sum of its
    payments, kept in the same transaction."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="dues", verbose_name="党员")
    party_organization = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    month = DeadlineField("月份")  # its first day
    amount = money("应交（元）")
    paid = money("已交（元）", default=0)

    derived = frozenset({"amount", "paid", "party_organization_id"})
    objects = DueQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # follows from assessments, reliefs and payments
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "应交党费"
        verbose_name_plural = "应交党费"
        indexes = [
            models.Index(fields=["party_organization", "month"], name="due_of_branch"),
            models.Index(fields=["month", "member"], name="due_open", condition=Q(paid__lt=F("amount"))),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "month"], name="due_once", violation_error_message="这个月的应交党费已有"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, paid__gte=0),
                name="due_not_negative",
                violation_error_message="应交和已交不能小于 0",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.month:%Y-%m} 应交 {self.amount:,.2f} 元"


class ArrearsQuerySet(ScopedQuerySet):
    def in_a_row(self, least: int) -> ArrearsQuerySet:
        """Behind with so many months in a row; found by the index of all months."""
        return self.filter(months__gte=least, run__gte=least)


class Arrears(models.Model):
    """欠交: a member who is behind with months that are over. Follows from what is due; the night counts the month that ended."""

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, verbose_name="党员")
    party_organization = models.ForeignKey(PartyOrganization, models.CASCADE, related_name="+", verbose_name="党组织")
    first_month = DeadlineField("最早欠交月份")
    months = models.PositiveSmallIntegerField("欠交月数")
    run = models.PositiveSmallIntegerField("连续欠交月数")
    owed = money("欠交金额（元）")

    objects = ArrearsQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # follows from what is due
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "欠交党费"
        verbose_name_plural = "欠交党费"
        indexes = [models.Index(fields=["months", "member"], name="arrears_by_age")]

    def __str__(self) -> str:
        return f"{self.member} 欠交 {self.months} 个月"
