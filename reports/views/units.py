"""The list of names behind any number of the dashboard, of now or of a closed month."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from accounts.permissions import Permission
from core.importing.marks import MARK_BEGINS
from core.indicators import Indicator, indicators, measures
from core.listing import Column, ListPage, Order
from orgs.figures import Narrow, Tree
from orgs.models import Coverage
from orgs.sources.authority import RETURNED
from reports.filters import UnitFilters, narrow_of, organization_url
from reports.models import ClosedMonth, FrozenUnit
from reports.queries.bridge import Between, Term, between_of, terms
from reports.queries.moments import Moment, closed_months, moment_of
from reports.returning import organization_columns

FORMS = dict(Coverage.Form.choices)


class UnitsPage(ListPage):
    """`measure=` a measure, or `gap=` an indicator (its denominator less its numerator); `month=` a closed month."""

    permission = Permission.FIGURES_VIEW
    export_permission = Permission.REGISTRY_EXPORT
    filters = UnitFilters
    template_name = "reports/units.html"
    unit = "家"
    orders = (
        Order("registered", ()),
        Order("name", ("name_key",)),
        Order("size", ("-size_key",)),
        Order("formal", ("-formal",)),
    )
    columns = (
        Column("单位名称", "name_key", kind="name", template="reports/cell_frozen_unit.html", order="name"),
        Column("统一社会信用代码", "organization.credit_code", screen=False),
        Column("类别", lambda row: row.get_category_display()),
        Column("人数", "size", kind="number", order="size"),
        Column("正式党员", "formal", kind="number", order="formal"),
        Column("预备党员", "probationary", kind="number"),
        Column("覆盖形式", lambda row: FORMS.get(row.form)),
        Column("覆盖的党组织", "covered_by.name"),
        Column("指导员", lambda row: "有" if row.instructor else "无", screen=False),
        Column("管理党组织", "managed_by.name"),
    )

    def get_columns(self) -> Sequence[Column]:
        """The workbook of units as they are comes back as organizations; that of a closed month or of what changed since
        one says in its last header that it does not."""
        if self.returning_source:
            return organization_columns(self.columns, name=self.columns[0])
        return [*self.columns, Column(f"{MARK_BEGINS}历史名单,不能导入)", lambda row: None, screen=False)]

    @property
    def returning_source(self) -> str:  # type: ignore[override]
        """The list of organizations, while the units are those of now."""
        return "" if self.moment.closed or self.term else RETURNED

    @cached_property
    def moment(self) -> Moment:
        """Now, or the closed month of the address."""
        found = moment_of(self.request.GET.get("month", ""), self.closed, timezone.localdate())
        if found is None:
            raise Http404
        return found

    @cached_property
    def term(self) -> Term | None:
        """The term of the bridge whose units are listed."""
        code = self.request.GET.get("change", "")
        if code and code not in terms:
            raise Http404
        return terms[code] if code else None

    @cached_property
    def between(self) -> Between:
        """The two moments of the bridge; without a month before there is none."""
        narrow, tree = narrow_of(self.request.GET), self.moment.cells(self.request.scope).tree
        found = between_of(self.request.scope, self.moment, narrow, self.closed, tree)
        if found is None:
            raise Http404
        return found

    @cached_property
    def closed(self) -> list[ClosedMonth]:
        """All closed months."""
        return closed_months()

    @cached_property
    def tree(self) -> Tree:
        """The tree as it stood when the units were counted."""
        if self.term and self.term.sign < 0:
            return self.between.before.tree
        return self.moment.cells(self.request.scope).tree

    @cached_property
    def indicator(self) -> Indicator | None:
        """The indicator whose gap is listed."""
        code = self.request.GET.get("gap", "")
        if code and code not in indicators:
            raise Http404
        return indicators[code] if code else None

    @cached_property
    def where(self) -> Q:
        """What the number counts; of a sum, the units that add something."""
        if self.indicator:
            return self.indicator.gap
        code = self.request.GET.get("measure", "organizations")
        if code not in measures:
            raise Http404
        measure = measures[code]
        return measure.where & Q(**{f"{measure.sums}__gt": 0}) if measure.sums else measure.where

    @property
    def title(self) -> str:  # type: ignore[override]
        """What is listed."""
        if self.term:
            return f"未建变化:{self.term.name}(自 {self.between.before.moment.month} 末)"
        if self.indicator:
            return f"{self.indicator.denominator.name}:未达到的"
        return measures[self.request.GET.get("measure", "organizations")].name

    def records(self) -> QuerySet:
        """The units of the number, before the narrowing."""
        if self.term:
            rows = self.between.units(self.term)
        else:
            rows = self.moment.units(self.request.scope, self.where, Narrow(), self.tree)
        name = F("name") if rows.model is FrozenUnit else F("organization__name")
        rows = rows.annotate(name_key=name, size_key=Coalesce("size", 0))
        return rows.select_related("organization", "managed_by", "covered_by")

    def bind(self, records: QuerySet) -> UnitFilters:
        """Nodes are looked for in the tree of the moment."""
        return UnitFilters(self.request.GET, queryset=records, request=self.request, tree=self.tree)

    def clear_url(self) -> str:
        """The whole list of the same number."""
        return f"{self.request.path}?{urlencode(self._kept)}"

    @property
    def _kept(self) -> list[tuple[str, str]]:
        return [
            (name, self.request.GET[name])
            for name in ("measure", "gap", "change", "month")
            if self.request.GET.get(name)
        ]

    def prepare(self, rows: list[Any]) -> None:
        """Where the names lead."""
        for row in rows:
            row.url = organization_url(row)

    def extra(self) -> dict[str, Any]:
        """The 口径 and the moment."""
        return {"moment": self.moment, "indicator": self.indicator, "kept": self._kept}
