"""/figures/: all indicators of a place, in the Opinion's groups, on the screen and as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.audit import record_export
from core.indicators import Indicator, indicators
from core.pages import PageRequest, PermissionMixin
from core.workbooks.writing import write_rows
from orgs.figures import Cells, Narrow, Row, by_region
from orgs.filters import region_choices
from orgs.indicators import GROUPS
from reports.addresses import lists_of
from reports.figures import Standing, measures_of, scale_for, standings
from reports.filters import narrow_of
from reports.models import ClosedMonth
from reports.naming import place
from reports.queries.moments import Moment, closed_months, moment_of
from reports.views.dashboard import home_digits

HEADERS = (
    "指标",
    "比率（%）",
    "分子",
    "分子数",
    "分母",
    "分母数",
    "较上月末（百分点）",
    "较去年同期（百分点）",
    "目标（%）",
    "口径",
)


class Asked(NamedTuple):
    moment: Moment
    closed: list[ClosedMonth]
    narrow: Narrow
    cells: Cells


class FiguresPage(PermissionMixin, View):
    """A line an indicator; `of=` opens one by area."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        """All lines of the place and month."""
        asked = _asked(request)
        opened = request.GET.get("of", "")
        if opened and opened not in indicators:
            raise Http404
        moment, narrow = asked.moment, asked.narrow
        regions = region_choices(request.scope, narrow.region, asked.cells.tree)
        if narrow.region and narrow.region not in dict(regions):
            raise Http404
        context = {
            "groups": [
                (
                    group,
                    [(one, lists_of(one.indicator, moment, narrow), _opening(request, one)) for one in found],
                    scale_for(found),
                )
                for group, found in _grouped(_standings(request, asked))
            ],
            "opened": opened,
            "parts": _parts(request, asked, indicators[opened]) if opened else [],
            "moment": moment,
            "place": place(request.scope, narrow, asked.cells.tree),
            "months": asked.closed,
            "live": Moment(timezone.localdate()) if moment.closed else moment,
            "regions": regions,
            "narrow": narrow,
            "kept": [(name, value) for name, value in narrow.query().items() if name != "region"],
            "may_export": request.scope.may(Permission.REGISTRY_EXPORT),
        }
        return render(request, "reports/figures.html", context)

    def post(self, request: PageRequest) -> HttpResponseBase:
        """All lines as a workbook, with the counts and the words of each."""
        if not request.scope.may(Permission.REGISTRY_EXPORT):
            raise PermissionDenied("您的角色不能导出。")
        asked = _asked(request)
        title = f"全部指标 {place(request.scope, asked.narrow, asked.cells.tree)}"
        target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
        written = write_rows(
            target,
            sheet="全部指标",
            headers=HEADERS,
            rows=[_cells(one) for _, found in _grouped(_standings(request, asked)) for one in found],
            leading=(title, f"截至 {asked.moment.words}"),
        )
        record_export(by=request.user, what=title, rows=written)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=f"{title} {asked.moment.on:%Y-%m-%d}.xlsx")


def _asked(request: PageRequest) -> Asked:
    closed = closed_months()
    moment = moment_of(request.GET.get("month", ""), closed, timezone.localdate())
    if moment is None:
        raise Http404
    return Asked(moment, closed, narrow_of(request.GET), moment.cells(request.scope))


def _standings(request: PageRequest, asked: Asked) -> list[Standing]:
    return standings(request.scope, tuple(indicators), **asked._asdict())


def _grouped(found: list[Standing]) -> Iterator[tuple[str, list[Standing]]]:
    """The groups that have an indicator, in the Opinion's order; what names none of them comes last."""
    for group in dict.fromkeys((*GROUPS, *(one.indicator.group for one in found))):
        if here := [one for one in found if one.indicator.group == group]:
            yield group or "其他", here


def _opening(request: PageRequest, one: Standing) -> str:
    """The address that opens a line by area, or closes it."""
    words = {name: value for name, value in request.GET.items() if name != "of" and value}
    if request.GET.get("of") != one.indicator.code:
        words["of"] = one.indicator.code
    return f"?{urlencode(words)}#{one.indicator.code}"


def _parts(request: PageRequest, asked: Asked, indicator: Indicator) -> list[tuple[Standing, dict[str, str], str]]:
    """The indicator by area, each with its lists."""
    digits = 0 if asked.narrow.region else home_digits(request.scope, asked.moment)
    rows = by_region(asked.cells, asked.narrow, measures_of([indicator]), digits=digits)
    return [(_alone(indicator, row), lists_of(indicator, asked.moment, row.narrow), row.name) for row in rows]


def _alone(indicator: Indicator, row: Row) -> Standing:
    above, below = (row.sums[one.code] for one in (indicator.numerator, indicator.denominator))
    return Standing(indicator, above, below, [], None, None, None, None, None)


def _cells(one: Standing) -> list[Any]:
    told, few = one.indicator, "不足 3"
    counts = [few, few] if one.hidden else [one.numerator, one.denominator]
    basis = f"{told.basis}（{told.clause}）"
    return [
        told.name, one.rate, told.numerator.name, counts[0], told.denominator.name, counts[1], one.since_month,
        one.since_year, one.goal, basis,
    ]  # fmt: skip
