"""/dashboard/cross/: the cross-table on the screen, in print and as a workbook."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.audit import record_export
from core.pages import PageRequest, PermissionMixin
from core.workbooks.writing import write_rows
from orgs.figures import NONE, Narrow
from orgs.filters import region_choices
from orgs.indicators import R3
from orgs.models.organizations import Sector
from reports.cross import COLUMNS, ROWS, WHOLE, Block, cross_table, shown_categories
from reports.filters import narrow_of
from reports.models import ClosedMonth
from reports.naming import place
from reports.queries.moments import Moment, closed_months, moment_of


class CrossPage(PermissionMixin, View):
    """Rows are streets, zones or industry authorities; one category (or all, or a sector) at a time on the screen."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        """The table: one line a row, the measures of the chosen category; the workbook has all categories."""
        closed = closed_months()
        moment, narrow, rows = self._asked(request, closed)
        cells = moment.cells(request.scope)
        blocks = cross_table(cells, narrow, rows)
        context = {
            "moment": moment,
            "place": place(request.scope, narrow, cells.tree),
            "rows": rows,
            "row_title": ROWS[rows].title,
            "kinds": [(code, kind.title, _page(request, rows=code)) for code, kind in ROWS.items()],
            "regions": region_choices(request.scope, narrow.region, cells.tree),
            "narrow": narrow,
            "months": closed,
            "live": Moment(timezone.localdate()) if moment.closed else moment,
            "sectors": Sector.choices,
            "categories": [(code or NONE, name) for code, name in shown_categories(blocks)[1:]],
            "columns": COLUMNS,
            "lines": [_line(block, moment) for block in blocks],
            "ready_gap": _ready_gap(moment),
            "may_export": request.scope.may(Permission.REGISTRY_EXPORT),
        }
        return render(request, "reports/cross.html", context)

    def post(self, request: PageRequest) -> HttpResponseBase:
        """The whole table: a line for each row, a group of columns for each category."""
        if not request.scope.may(Permission.REGISTRY_EXPORT):
            raise PermissionDenied("您的角色不能导出。")
        moment, narrow, rows = self._asked(request, closed_months())
        cells = moment.cells(request.scope)
        blocks = cross_table(cells, narrow, rows)
        title = f"两新组织党建交叉表 {place(request.scope, narrow, cells.tree)} 按{ROWS[rows].title}"
        categories = shown_categories(blocks)
        headers = [ROWS[rows].title, *(f"{name} {column}" for _, name in categories for _, column in COLUMNS)]
        target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
        written = write_rows(
            target,
            sheet="交叉表",
            headers=headers,
            rows=[_cells(block, [code for code, _ in categories]) for block in blocks],
            leading=(title, f"截至 {moment.words}；应建未建：{_ready_gap(moment)}"),
        )
        record_export(by=request.user, what=title, rows=written)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=f"{title} {moment.on:%Y-%m-%d}.xlsx")

    def _asked(self, request: PageRequest, closed: list[ClosedMonth]) -> tuple[Moment, Narrow, str]:
        moment = moment_of(request.GET.get("month", ""), closed, timezone.localdate())
        rows = request.GET.get("rows") or "street"
        if moment is None or rows not in ROWS:
            raise Http404
        return moment, narrow_of(request.GET), rows


def _ready_gap(moment: Moment) -> str:
    found = moment.indicator(R3)
    return f"{found.denominator.name}的法人单位未建党组织的（{found.clause}）"


def _line(block: Block, moment: Moment) -> tuple[str, list[tuple[str, int | None, str]]]:
    """A row of the screen: its name, and for each measure the header, the number and the list behind it."""
    sums = block.sums[WHOLE]
    return block.name, [(name, sums[code], _units(block.narrow, code, moment)) for code, name in COLUMNS]


def _units(narrow: Narrow, code: str, moment: Moment) -> str:
    asked = {"gap": R3.code} if code == "ready_gap" else {"measure": code}
    words = asked | narrow.query() | ({"month": moment.month} if moment.closed else {})
    return f"{reverse('units')}?{urlencode(words)}"


def _cells(block: Block, categories: list[str]) -> list[Any]:
    cells: list[Any] = [block.name]
    for category in categories:
        sums = block.sums.get(category)
        cells += [sums[code] if sums else 0 for code, _ in COLUMNS]
    return cells


def _page(request: PageRequest, **changed: str) -> str:
    words = {name: value for name, value in (request.GET.dict() | changed).items() if value}
    return f"{request.path}?{urlencode(words)}"
