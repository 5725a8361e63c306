"""活动经费: what comes in from elsewhere, what it is used for, with which papers, and what members are told of it a year
(rules §14)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import YearField, person
from core.models import AppendOnly, AppendOnlyQuerySet, KeptFile
from core.scope import ScopedQuerySet
from dues.models.columns import money
from dues.models.ledger import Book, Entry, EntryKind
from dues.rules.uses import CHOICES
from orgs.models import PartyOrganization


class OfFund(models.Model):
    """What is entered by one person of a Party organization and booked by another one."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="%(class)ss", verbose_name="党组织"
    )
    reason = models.CharField("退回原因", max_length=200, blank=True)
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="%(class)s", verbose_name="台账"
    )

    objects = ScopedQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.apply"
    scope_path = "party_organization__path"

    class Meta:
        abstract = True


class Income(OfFund):
    """经费收入 beside returned dues (意见三-3), each with its paper."""

    class Source(models.TextChoices):
        FEE = "FEE", "单位管理费列支"
        SPONSORSHIP = "SPONSORSHIP", "赞助捐助"
        PUBLIC = "PUBLIC", "财政补助"
        OPENING = "OPENING", "期初余额"
        RETAINED = "RETAINED", "期初党费结存"  # what a book of dues holds before its first line

    class State(models.TextChoices):
        ENTERED = "ENTERED", "待确认"
        BOOKED = "BOOKED", "已入账"
        DROPPED = "DROPPED", "已退回"

    source = models.CharField("来源", max_length=11, choices=Source)
    amount = money("金额")
    received_on = EventDateField("到账日期")
    giver = models.CharField("付款单位（人）", max_length=60)
    paper = models.CharField("依据", max_length=100)
    payroll = models.DecimalField("职工年度薪金总额", max_digits=14, decimal_places=2, null=True, blank=True)
    state = models.CharField("状态", max_length=7, choices=State, default=State.ENTERED)
    entered_by = person("登记人")
    booked_by = person("确认人")

    class Meta:
        verbose_name = "经费收入"
        verbose_name_plural = "经费收入"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="income_amount", violation_error_message="金额须大于 0"
            ),
            models.CheckConstraint(
                condition=Q(state="BOOKED", entry__isnull=False) | (~Q(state="BOOKED") & Q(entry=None)),
                name="income_booked",
                violation_error_message="入账的收入须有台账",
            ),
            models.CheckConstraint(
                condition=Q(payroll=None) | Q(source="FEE", payroll__gt=0),
                name="income_payroll",
                violation_error_message="单位管理费列支才填写薪金总额，须大于 0",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.get_source_display()} {self.amount:,.2f} 元"

    @property
    def book(self) -> Book:
        return Book.DUES if self.source == self.Source.RETAINED else Book.FUND

    @property
    def entry_kind(self) -> EntryKind:
        return EntryKind.OPENING if self.source == self.Source.RETAINED else EntryKind(self.source)


class Spending(OfFund):
    """经费使用: asked for, discussed and decided together, then spent with vouchers."""

    class State(models.TextChoices):
        REQUESTED = "REQUESTED", "已提出"
        DISCUSSED = "DISCUSSED", "已讨论决定"
        SPENT = "SPENT", "已使用"
        RETURNED = "RETURNED", "已退回"

    use = models.CharField("用途", max_length=9, choices=CHOICES)
    purpose = models.CharField("具体事项", max_length=200)
    asked = money("申请金额")
    state = models.CharField("状态", max_length=9, choices=State, default=State.REQUESTED)
    asked_on = EventDateField("提出日期")
    asked_by = person("提出人")
    discussed_on = EventDateField("讨论日期", null=True, blank=True)
    present = models.PositiveSmallIntegerField("参加讨论人数", null=True, blank=True)
    agreed = models.PositiveSmallIntegerField("同意人数", null=True, blank=True)
    minutes = models.CharField("讨论意见", max_length=500, blank=True)
    discussed_by = person("讨论记录确认人")
    spent_on = EventDateField("使用日期", null=True, blank=True)
    amount = money("实际金额", null=True, blank=True)
    booked_by = person("经办人")

    class Meta:
        verbose_name = "经费使用"
        verbose_name_plural = "经费使用"
        constraints = [
            models.CheckConstraint(
                condition=Q(asked__gt=0), name="spending_asked", violation_error_message="金额须大于 0"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0, amount__lte=F("asked")),
                name="spending_within_asked",
                violation_error_message="实际金额须大于 0，不超过讨论决定的金额",
            ),
            models.CheckConstraint(
                condition=Q(agreed=None) | Q(agreed__lte=F("present"), agreed__gt=F("present") / 2.0),
                name="spending_agreed",
                violation_error_message="同意的须过半数，不能多于参加讨论的人数",
            ),
            models.CheckConstraint(
                condition=Q(state="SPENT", amount__isnull=False, entry__isnull=False, discussed_on__isnull=False)
                | (~Q(state="SPENT") & Q(entry=None)),
                name="spending_booked",
                violation_error_message="已使用的经费须经讨论，并有实际金额和台账",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.get_use_display()}：{self.purpose}"


class Voucher(KeptFile):
    """凭证 or paper: of a spending or of an income. The file is kept encrypted below DATA_DIR."""

    spending = models.ForeignKey(
        Spending, models.PROTECT, null=True, blank=True, related_name="vouchers", verbose_name="经费使用"
    )
    income = models.ForeignKey(
        Income, models.PROTECT, null=True, blank=True, related_name="vouchers", verbose_name="经费收入"
    )
    party_organization = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    added_by = person("上传人")
    added_at = models.DateTimeField("上传时间")

    objects = ScopedQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = "dues.apply"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "凭证"
        verbose_name_plural = "凭证"
        constraints = [
            models.CheckConstraint(
                condition=Q(spending=None, income__isnull=False) | Q(spending__isnull=False, income=None),
                name="voucher_of_one",
                violation_error_message="凭证属于一项收入或一项使用",
            ),
            models.UniqueConstraint(
                fields=["spending", "sha256"], name="voucher_of_spending_once", violation_error_message="这个文件已上传"
            ),
            models.UniqueConstraint(
                fields=["income", "sha256"], name="voucher_of_income_once", violation_error_message="这个文件已上传"
            ),
        ]


class Publication(AppendOnly):
    """年度公开: what members are told of a year's money, as it was then."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="publications", verbose_name="党组织"
    )
    year = YearField("年度")
    figures = models.JSONField("收支情况")
    published_by = person("公开人", missing=False)
    published_at = models.DateTimeField("公开时间")

    objects = AppendOnlyQuerySet.as_manager()
    view_permission = "dues.view"
    change_permission = ""  # said once
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "年度公开"
        verbose_name_plural = "年度公开"
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "year"],
                name="publication_once",
                violation_error_message="这一年度的经费收支已公开",
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.year} 年度经费收支"
