"""Closed months with their frozen figures and unit names, targets, and what streets answered to worklists."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Max, Q
from django.utils import timezone

from core.days import DeadlineField, EventDateField, PeriodDateField
from core.fields import YearField, person
from core.months import YearMonth
from core.scope import PublicQuerySet, Scope, ScopedQuerySet
from orgs.models import Organization, PartyOrganization
from orgs.models.facts import Figure, ManagedWithin, StatedFacts, StatedNode


class ClosedMonth(models.Model):
    """A month as it stood at its end; nothing edited later changes it. Taken by the night, signed by the department.

    With it are frozen the parameters, the words of its figures, and the names and places of then (`FrozenPlace`).
    """

    month = models.CharField("月份", max_length=7, unique=True)  # YYYY-MM
    counted_on = EventDateField("截止日期")  # its last day, or the later day on which it was taken
    taken_at = models.DateTimeField("取数时间")
    named_on = EventDateField("名称日期")  # of names and places: later than the figures where these were added later
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    signed_by = person("签发人")
    parameters = models.JSONField("当时的参数", default=dict)
    words = models.JSONField(
        "当时的口径", default=dict
    )  # of indicators and measures by their code: others there were not

    objects = PublicQuerySet.as_manager()
    change_permission = "months.close"
    derived = frozenset({"parameters", "words"})

    class Meta:
        verbose_name = "关账月份"
        verbose_name_plural = "关账月份"

    def __str__(self) -> str:
        return self.month

    @property
    def late(self) -> bool:
        """Whether it was taken later than at its end."""
        return self.counted_on > YearMonth.parse(self.month).last_day

    @property
    def notes(self) -> list[str]:
        """What a reader must know of it beside its day."""
        return [
            *([f"本月末未取数，按 {self.counted_on:%Y-%m-%d} 的数据补取"] if self.late else []),
            *([f"名称、区划和口径按 {self.named_on:%Y-%m-%d} 补记"] if self.named_on > self.counted_on else []),
            *(["未签发"] if self.signed_at is None else []),
        ]


class Lasting(models.Model):
    """One row for the closed months in a row in which nothing of it changed."""

    first_month = models.CharField(max_length=7)
    last_month = models.CharField(max_length=7, null=True)  # empty: it has gone on since

    class Meta:
        abstract = True


def lasting(month: str) -> Q:
    """The rows that hold for a closed month (YYYY-MM)."""
    return Q(Q(last_month=None) | Q(last_month__gte=month), first_month__lte=month)


class FrozenQuerySet(ManagedWithin):
    """Ask with the scope of then (`reports.queries.places`)."""

    def of_month(self, month: str) -> Self:
        """The rows as they stood when a month (YYYY-MM) was closed, one of each."""
        return self.filter(lasting(month))


class FrozenFigure(Figure, Lasting):
    """One figure of the tally as it stood when months were closed: nothing, where there is no row."""

    objects = FrozenQuerySet.as_manager()
    view_permission = "figures.view"
    change_permission = ""  # frozen

    class Meta:
        verbose_name = "冻结数据"
        verbose_name_plural = "冻结数据"
        indexes = [models.Index(fields=["cut", "measure", "managed_by", "first_month"], name="frozen_figure_read")]
        constraints = [
            models.UniqueConstraint(
                fields=["cut", "measure", "managed_by", "region_code", "zone_key", "category", "band"],
                condition=Q(last_month=None),
                name="frozen_figure_goes_on_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_month} {self.measure} {self.managed_by_id} {self.region_code}"


class FrozenUnit(StatedFacts, Lasting):
    """A unit by name, with its facts, from the first month in which it counted or was undecided."""

    # a name stays when the import that brought it is undone later
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, verbose_name="单位"
    )
    covered_by = models.ForeignKey(
        PartyOrganization, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )  # as it was, also when it is taken out of the books
    name = models.CharField("名称", max_length=200)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    status = models.CharField("经营状态", max_length=10, choices=Organization.Status, blank=True)
    answered = models.CharField("填报的原因", max_length=200, blank=True)

    objects = FrozenQuerySet.as_manager()
    view_permission = "figures.view"
    change_permission = ""  # frozen

    class Meta:
        verbose_name = "冻结名单"
        verbose_name_plural = "冻结名单"
        indexes = [
            models.Index(fields=["organization", "first_month"], name="frozen_unit_one"),
            models.Index(fields=["managed_by", "organization"], name="frozen_unit_managed"),
            models.Index(
                fields=["managed_by", "organization"],
                name="frozen_unit_gap",
                condition=Q(should=True, has_org=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(last_month=None), name="frozen_unit_goes_on_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class FrozenNode(StatedNode, Lasting):
    """A Party organization by name, with what was counted by it."""

    node = models.ForeignKey(
        PartyOrganization, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField("名称", max_length=120)

    objects = FrozenQuerySet.as_manager()
    view_permission = "figures.view"
    change_permission = ""  # frozen

    class Meta:
        verbose_name = "冻结的党组织名单"
        verbose_name_plural = "冻结的党组织名单"
        indexes = [models.Index(fields=["managed_by", "node"], name="frozen_node_managed")]
        constraints = [
            models.UniqueConstraint(fields=["node"], condition=Q(last_month=None), name="frozen_node_goes_on_once")
        ]

    def __str__(self) -> str:
        return self.name


class FrozenPlace(Lasting):
    """A committee, a branch, an area or a zone as a closed month names it."""

    class Kind(models.TextChoices):
        """What it is; areas by their level."""

        CITY = "city", "市"
        DISTRICT = "district", "区县"
        STREET = "street", "街道（乡镇）"
        COMMUNITY = "community", "社区（村）"
        ZONE = "zone", "园区等"
        COMMITTEE = "committee", "管理单位的党组织"
        BRANCH = "branch", "其他党组织"

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.BigIntegerField()  # the id, or the digits of the area code
    name = models.CharField(max_length=120)
    details = models.JSONField(default=dict)  # what pages say of it besides: see `reports.services.places`

    class Meta:
        verbose_name = "冻结的名称"
        verbose_name_plural = "冻结的名称"
        indexes = [models.Index(fields=["kind", "key", "first_month"], name="frozen_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(last_month=None), name="frozen_place_goes_on_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class FrozenChange(models.Model):
    """Why a unit entered or left the gap in the month that was closed, or lay elsewhere in it: date and reason."""

    month = models.ForeignKey(ClosedMonth, models.CASCADE, related_name="changes")
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, verbose_name="单位"
    )
    kind = models.CharField(max_length=10)  # of `reports.queries.bridge.Term`
    since = PeriodDateField("日期", null=True)
    reason = models.CharField("原因", max_length=400)

    class Meta:
        verbose_name = "冻结的变化"
        verbose_name_plural = "冻结的变化"
        constraints = [models.UniqueConstraint(fields=["month", "organization", "kind"], name="frozen_change_once")]

    def __str__(self) -> str:
        return self.reason


class TargetQuerySet(ScopedQuerySet):
    def changeable(self, scope: Scope, permission: str = "") -> Self:
        """Those of nodes below: never of one at which the user serves, in whatever role. The root sets its own."""
        return super().changeable(scope, permission).exclude(node__in=scope.measured_nodes)


class Target(models.Model):
    """The value an indicator should reach by the end of a year at a node (3–5 years, Opinion 二-1)."""

    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    year = YearField("年份")
    indicator = models.CharField("指标", max_length=10)
    value = models.DecimalField("目标（%）", max_digits=4, decimal_places=1)

    objects = TargetQuerySet.as_manager()
    view_permission = "figures.view"
    change_permission = "parameters.change"
    given_from_above = True
    scope_path = "node__path"

    class Meta:
        verbose_name = "目标"
        verbose_name_plural = "目标"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "year", "indicator"],
                name="target_once",
                violation_error_message="该党组织这一年的这个指标已有目标",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lte=100),
                name="target_percent",
                violation_error_message="目标应在 0 至 100 之间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.indicator} {self.value}%"


class GapAnswer(models.Model):
    """What a street answered about one unit of a worklist (一街一簿): why, how, until when and by whom."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="gap_answer", verbose_name="单位")
    reason = models.CharField("未建（空白）原因", max_length=200, blank=True)
    planned_form = models.CharField("拟采取方式", max_length=40, blank=True)
    planned_by = DeadlineField("完成时限", null=True, blank=True)
    responsible = models.CharField("责任人", max_length=60, blank=True)
    answered_at = models.DateTimeField("填报时间")  # the time and the person of the last entry
    answered_by = person("填报人", missing=False)

    objects = ScopedQuerySet.as_manager()
    derived = frozenset({"answered_at", "answered_by_id"})
    view_permission = "figures.view"
    change_permission = "registry.change"
    scope_path = "organization__managed_by__path"

    class Meta:
        verbose_name = "填报的原因和计划"
        verbose_name_plural = "填报的原因和计划"

    def __str__(self) -> str:
        return f"{self.organization} {self.planned_form}"


class StreetBookQuerySet(ScopedQuerySet):
    """Books by list: of each committee the newest counts, the earlier ones are its past."""

    def newest(self, worklist: str = "") -> Self:
        """The last book that each committee got for the list (for each list)."""
        rows = self.filter(worklist=worklist) if worklist else self
        last = rows.order_by().values("worklist", "committee").annotate(last=Max("pk")).values("last")
        return rows.filter(pk__in=last)

    def not_back(self) -> Self:
        """Those of which something is still to come (`StreetBook.is_open`)."""
        return self.filter(Q(returned_at=None) | ~Q(problems=[]))


class StreetBook(models.Model):
    """One workbook handed out to one street or committee, and how far it came back."""

    worklist = models.CharField("清单", max_length=20)
    committee = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="街道（党委）")
    handed_out_at = models.DateTimeField("发出时间")
    handed_out_by = person("发出人", missing=False)
    issued_from = models.ForeignKey(
        PartyOrganization, models.PROTECT, null=True, related_name="+", verbose_name="发出的党组织"
    )  # null: handed out before this was noted
    rows = models.PositiveIntegerField("单位数")
    issued = models.JSONField(
        "发出的内容", default=dict
    )  # unit id → reason, way and deadline as the workbook showed them
    due_on = DeadlineField("交回期限", null=True, blank=True)
    returned_at = models.DateTimeField("交回时间", null=True, blank=True)
    problems = models.JSONField("未采用的行", default=list, blank=True)  # of the newest return

    objects = StreetBookQuerySet.as_manager()
    view_permission = "figures.view"
    change_permission = "registry.change"
    scope_path = "committee__path"

    class Meta:
        verbose_name = "一街一簿"
        verbose_name_plural = "一街一簿"
        indexes = [models.Index(fields=["committee", "handed_out_at"], name="street_book")]

    def __str__(self) -> str:
        return f"{self.committee} {timezone.localtime(self.handed_out_at):%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Whether something is still to come back."""
        return self.returned_at is None or bool(self.problems)

    @property
    def state(self) -> str:
        """How far it came back."""
        if self.returned_at is None:
            return "未交回"
        return "部分交回" if self.problems else "已交回"
