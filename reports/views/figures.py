"""/figures/: all indicators of a place, in the Opinion's groups, on the screen and as a workbook."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404

from core.formats import Yuan, number
from core.indicators import Indicator, indicators
from core.listing import Column
from orgs.figures import Narrow, Slice, by_region
from orgs.indicators import GROUPS
from reports.addresses import address_with, lists_of
from reports.figures import Standing, change, compared, measures_of, rate_of, scale_for, standings, told
from reports.queries.moments import Moment
from reports.views.dashboard import home_digits
from reports.views.figure_page import FigurePage, FigureTable

FEW = "不足 3"


def _cell(one: Standing, value: Any) -> Any:
    """A count as a number; an amount with its unit, since the column has counts too."""
    return FEW if one.hidden else number(value) if isinstance(value, Yuan) else value


TABLE = (
    Column("指标", "indicator.name"),
    Column("比率（%）", "rate"),
    Column("分子", "indicator.numerator.name"),
    Column("分子数", lambda one: _cell(one, one.numerator)),
    Column("分母", "indicator.denominator.name"),
    Column("分母数", lambda one: _cell(one, one.denominator)),
    Column("较%(then)s末（百分点）", "since_month"),
    Column("较去年同期（百分点）", "since_year"),
    Column("目标（%）", "goal"),
    Column("口径", lambda one: f"{one.indicator.basis}（{one.indicator.clause}）"),
)


class FiguresPage(FigurePage):
    """A line an indicator; `of=` opens one by area."""

    template_name = "reports/figures.html"

    def shown(self) -> dict[str, Any]:
        opened = self.request.GET.get("of", "")
        if opened and opened not in indicators:
            raise Http404
        if self.narrow.region and self.narrow.region not in dict(self.regions):
            raise Http404
        return {
            "groups": [
                (group, [self._line(one) for one in found], scale_for(found)) for group, found in self._groups()
            ],
            "then": self.moment.named_before(self.closed),
            "opened": opened,
            "parts": self._parts(indicators[opened]) if opened else [],
        }

    def table(self) -> FigureTable:
        """All lines, with the counts and the words of each."""
        return FigureTable(
            title=f"全部指标 {self.place}",
            sheet="全部指标",
            about=f"截至 {self.moment.words}",
            headers=[column.header.replace("%(then)s", self.moment.named_before(self.closed)) for column in TABLE],
            rows=[[column.read(one) for column in TABLE] for _, found in self._groups() for one in found],
        )

    def _groups(self) -> list[tuple[str, list[Standing]]]:
        """The groups that have an indicator, in the Opinion's order."""
        asked: dict[str, Any] = {"moment": self.moment, "closed": self.closed, "narrow": self.narrow}
        found = standings(self.request.scope, tuple(indicators), figures=self.figures, **asked)
        grouped: dict[str, list[Standing]] = {group: [] for group in GROUPS}
        for one in found:
            grouped[one.indicator.group].append(one)
        return [(group, here) for group, here in grouped.items() if here]

    def _parts(self, indicator: Indicator) -> list[tuple[Standing, dict[str, str], str]]:
        """The indicator by area, each with its lists."""
        before, year_ago = (
            self._rates(indicator, month)
            for month in compared(indicator, self.moment, (one.month for one in self.closed))
        )
        return [
            (
                _alone(indicator, row, before.get(row.narrow), year_ago.get(row.narrow)),
                lists_of(indicator, self.moment.month, row.narrow),
                row.name,
            )
            for row in self._rows(indicator, self.moment)
        ]

    def _rows(self, indicator: Indicator, moment: Moment) -> list[Slice]:
        scope = self.request.scope
        digits = 0 if self.narrow.region else home_digits(scope, self.moment)
        return by_region(moment.figures(scope), self.narrow, measures_of([indicator]), digits=digits)

    def _rates(self, indicator: Indicator, month: str) -> dict[Narrow, Decimal | None]:
        """How the areas stood at the end of a closed month; nothing when there was none."""
        then = next((Moment(one.counted_on, one) for one in self.closed if one.month == month), None)
        rows = self._rows(indicator, then) if then else []
        return {row.narrow: rate_of(indicator, row.sums) for row in rows}

    def _line(self, one: Standing) -> tuple[Standing, dict[str, str], str]:
        """An indicator with its lists, and the address that opens it by area or closes it."""
        code, asked = one.indicator.code, self.request.GET.dict()
        opening = address_with("", asked | {"of": "" if asked.get("of") == code else code})
        return one, lists_of(one.indicator, self.moment.month, self.narrow), f"{opening or '?'}#{code}"


def _alone(indicator: Indicator, row: Slice, before: Decimal | None, year_ago: Decimal | None) -> Standing:
    above, below, few = told(indicator, row.sums)
    rate = rate_of(indicator, row.sums)
    return Standing(indicator, above, below, few, [], change(rate, before), change(rate, year_ago), None, None, None)
