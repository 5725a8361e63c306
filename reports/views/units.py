"""The list of names behind any number of the dashboard, of now or of a closed month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from accounts.permissions import Permission
from core.importing.marks import MARK_BEGINS
from core.indicators import Indicator, Measure, indicators, measures
from core.listing import Column, ListPage, Order
from orgs.facts import Day
from orgs.facts.sources import disputing
from orgs.figures import Narrow, Tree
from orgs.models import Organization
from orgs.rules.setup import ASSOCIATION
from orgs.sources.authority import RETURNED
from orgs.sources.wording import source_name
from orgs.subjects import ORGANIZATIONS, NodeSubject
from reports.filters import NodeFilters, UnitFilters, organization_url
from reports.models import FrozenUnit
from reports.naming import WORDS
from reports.round_trip import organization_columns
from reports.views.figure_page import AtMoment

HISTORY = Column(f"{MARK_BEGINS}历史名单，不能导入）", lambda row: None, screen=False)


def _counted_on(row: Any) -> date | None:
    """The day of the count that holds."""
    return row.organization.membership_on if row.category == ASSOCIATION else row.organization.staff_on


COUNTED_ON = Column("人数日期", _counted_on, kind="date")
# what makes the point of a list, by its measure: shown beside the number of people, of units as they are now
POINTS: Mapping[str, Sequence[Column]] = {
    "known_size": (COUNTED_ON,),
    "stale_size": (COUNTED_ON,),
    "disputed_size": (COUNTED_ON, Column("另一来源的人数", "others")),
}


def _name_others(rows: Sequence[Any]) -> None:
    """Add the counts of other sources that lie on the other side of a threshold."""
    found = disputing(Day.of(timezone.localdate())).filter(organization__in=[row.organization_id for row in rows])
    others: dict[int, list[str]] = {}
    for one in found.order_by("-counted_on"):
        others.setdefault(one.organization_id, []).append(
            f"{one.number:,}（{source_name(one.source)} {one.counted_on}）"
        )
    for row in rows:
        row.others = "；".join(others.get(row.organization_id, ()))


def named(rows: Sequence[Any], tree: Tree) -> None:
    """Add to rows of facts, or of a closed month, the names and the code as they stand, or stood."""
    names = tree.names({key for row in rows for key in (row.managed_by_id, row.covered_by_id)})
    codes = (
        {}
        if not rows or isinstance(rows[0], FrozenUnit)
        else Organization.objects.in_bulk([row.organization_id for row in rows])
    )
    for row in rows:
        row.url = organization_url(row)
        row.managed_name, row.covered_name = names.get(row.managed_by_id), names.get(row.covered_by_id)
        if codes:
            row.credit_code = codes[row.organization_id].credit_code


class UnitsPage(AtMoment, ListPage):
    """`measure=` a measure, or `gap=` an indicator (its denominator less its numerator); `month=` a closed month."""

    permission = Permission.FIGURES_VIEW
    export_permission = Permission.REGISTRY_EXPORT
    filters: type[NodeFilters] = UnitFilters
    template_name = "reports/units.html"
    by_node = False
    shown_first = ORGANIZATIONS.code  # the measure of an address that names none
    unit = "家"
    orders: Sequence[Order] = (
        Order("registered", ()),
        Order("name", ("name_key",)),
        Order("size", ("-size_key",)),
        Order("formal", ("-formal",)),
    )
    columns: Sequence[Column] = (
        Column("单位名称", "name_key", kind="name", link=lambda row: row.url, order="name"),
        Column("统一社会信用代码", "credit_code", screen=False),
        Column("类别", lambda row: row.get_category_display()),
        Column("人数", "size", kind="number", order="size"),
        Column("正式党员", "formal", kind="number", order="formal"),
        Column("预备党员", "probationary", kind="number"),
        Column("覆盖形式", lambda row: WORDS.get(row.form, "")),
        Column("覆盖的党组织", "covered_name"),
        Column("指导员", lambda row: "有" if row.instructor else "无", screen=False),
        Column("管理党组织", "managed_name"),
    )

    def get_columns(self) -> Sequence[Column]:
        """The workbook of units as they are comes back as organizations; that of a closed month says in its last header
        that it does not."""
        if self.moment.closed:
            return [*self.columns, HISTORY]
        at = next(at for at, column in enumerate(self.columns, 1) if column.value == "size")
        columns = [*self.columns[:at], *POINTS.get(self.measure.code, ()), *self.columns[at:]]
        return organization_columns(columns, name=self.columns[0])

    @property
    def returning_source(self) -> str:  # type: ignore[override]
        """The list of organizations, while the units are those of now."""
        return "" if self.moment.closed else RETURNED

    @cached_property
    def tree(self) -> Tree:
        """The places as they stood when the units were counted."""
        return self.moment.tree(self.request.scope)

    @cached_property
    def indicator(self) -> Indicator | None:
        code = self.request.GET.get("gap", "")
        if code and code not in indicators:
            raise Http404
        return self.moment.indicator(indicators[code]) if code else None

    @cached_property
    def part_of(self) -> Indicator | None:
        """The indicator that the measure is the numerator of: what the list is about, and its 口径."""
        found = next((one for one in indicators if one.numerator.code == self.measure.code), None)
        return self.moment.indicator(found) if found else None

    @cached_property
    def measure(self) -> Measure:
        """The measure that is listed, or of which something is missing: one whose names are listed here."""
        code = self.request.GET.get("measure", self.shown_first)
        if not self.indicator and code not in measures:
            raise Http404
        found = self.indicator.denominator if self.indicator else measures[code]
        if isinstance(found.subject, NodeSubject) != self.by_node:
            raise Http404
        return found

    @cached_property
    def where(self) -> Q:
        """What the number counts; of a sum, the units that add something."""
        measure = self.measure
        if self.indicator:
            return self.indicator.gap
        return measure.where & Q(**{f"{measure.sums}__gt": 0}) if measure.sums else measure.where

    @property
    def title(self) -> str:  # type: ignore[override]
        if self.indicator:
            return f"{self.indicator.name}：没有计入的{self.indicator.denominator.name}"
        part_of, name = self.part_of, self.moment.measure(self.measure).name
        return f"{part_of.denominator.name}，{name}" if part_of and name.startswith("其中") else name

    def records(self) -> QuerySet:
        """The units of the number, before the narrowing."""
        rows = self.moment.units(self.request.scope, self.where, Narrow(), self.tree)
        if self.moment.closed:
            return rows.annotate(name_key=F("name"), size_key=Coalesce("size", 0))
        return rows.annotate(name_key=F("organization__name"), size_key=Coalesce("size", 0)).select_related(
            "organization"
        )

    def bind(self, records: QuerySet) -> Any:
        """Nodes are looked for in the tree of the moment."""
        return self.filters(self.request.GET, queryset=records, request=self.request, tree=self.tree)

    def clear_url(self) -> str:
        """The whole list of the same number."""
        return f"{self.request.path}?{urlencode(self._kept)}"

    @property
    def _kept(self) -> list[tuple[str, str]]:
        return [(name, self.request.GET[name]) for name in ("measure", "gap", "month") if self.request.GET.get(name)]

    def summed(self, found: QuerySet) -> int | None:
        """The number that was followed, as far as the filters leave it."""
        return found.aggregate(sum=Sum(self.measure.sums))["sum"] if self.measure.sums else None

    def prepare(self, rows: list[Any]) -> None:
        """Names, codes, where the names lead, and what makes the point."""
        named(rows, self.tree)
        if "others" in [column.value for column in POINTS.get(self.measure.code, ())]:
            _name_others(rows)

    def extra(self) -> dict[str, Any]:
        """The 口径 and the moment."""
        return {"moment": self.moment, "indicator": self.indicator or self.part_of, "kept": self._kept}
