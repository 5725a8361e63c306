"""/dashboard/cross/: the cross-table on the screen, in print and as a workbook."""

from __future__ import annotations

from typing import Any

from django.forms import Select
from django.http import Http404

from orgs.figures import NONE
from orgs.indicators import R3
from orgs.models.organizations import Sector
from reports.addresses import address_with, names_of
from reports.cross import COLUMNS, READY_GAP, ROWS, WHOLE, Block, cross_table, shown_categories
from reports.queries.moments import Moment
from reports.views.figure_page import FigurePage, FigureTable


class CrossPage(FigurePage):
    """Rows are streets, zones or industry authorities; on the screen the measures of one category, of a sector or of all, in
    the workbook a group of columns for each category."""

    template_name = "reports/cross.html"
    everywhere = "全部区县、街道"
    chosen = ("region", "month", "category")

    @property
    def rows(self) -> str:
        rows = self.request.GET.get("rows") or "street"
        if rows not in ROWS:
            raise Http404
        return rows

    def shown(self) -> dict[str, Any]:
        blocks = cross_table(self.figures, self.narrow, self.rows)
        categories = [("", "全部类别"), *((code, f"{name}（全部）") for code, name in Sector.choices)]
        categories += [(code or NONE, name) for code, name in shown_categories(blocks)[1:]]
        return {
            "rows": self.rows,
            "row_title": ROWS[self.rows].title,
            "kinds": [
                (code, kind.title, address_with(self.request.path, self.request.GET.dict() | {"rows": code}))
                for code, kind in ROWS.items()
            ],
            "more": Select({"aria-label": "类别"}, categories).render("category", self.narrow.category),
            "columns": _columns(self.moment),
            "lines": [_line(block, self.moment) for block in blocks],
            "ready_gap": _ready_gap(self.moment),
        }

    def table(self) -> FigureTable:
        blocks, row_title = cross_table(self.figures, self.narrow, self.rows), ROWS[self.rows].title
        categories = shown_categories(blocks)
        return FigureTable(
            title=f"两新组织党建交叉表 {self.place} 按{row_title}",
            sheet="交叉表",
            about=f"截至 {self.moment.words}；{_ready_gap(self.moment)}",
            headers=[row_title, *(f"{name} {column}" for _, name in categories for _, column in _columns(self.moment))],
            rows=[_cells(block, [code for code, _ in categories]) for block in blocks],
        )


def _columns(moment: Moment) -> list[tuple[str, str]]:
    words = moment.spoken
    return [(code, name % words) for code, name in COLUMNS]


def _ready_gap(moment: Moment) -> str:
    found = moment.indicator(R3)
    return f"{READY_GAP % moment.spoken}：{found.denominator.name}的法人单位未建党组织的（{found.clause}）"


def _line(block: Block, moment: Moment) -> tuple[str, list[tuple[str, int | None, str]]]:
    """A row of the screen: its name, and for each measure the header, the number and the list behind it."""
    sums = block.sums[WHOLE]
    return block.name, [
        (name, sums[code], names_of(moment.month, block.narrow, **_asked(code))) for code, name in _columns(moment)
    ]


def _asked(code: str) -> dict[str, str]:
    return {"gap": R3.code} if code == "ready_gap" else {"measure": code}


def _cells(block: Block, categories: list[str]) -> list[Any]:
    cells: list[Any] = [block.name]
    for category in categories:
        sums = block.sums.get(category)
        cells += [sums[code] if sums else 0 for code, _ in COLUMNS]
    return cells
