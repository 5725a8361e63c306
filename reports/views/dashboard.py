"""/dashboard/: the leader's page, its workbook, and the page that is printed for signing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.safestring import SafeString

from accounts.permissions import Permission
from core.indicators import less
from core.listing.columns import NUMBER, PERCENT, Column
from core.rendering import drawn
from core.scope import Scope
from members.indicators import RESTING
from orgs.figures import CUTS, DIGITS, TODAY, Narrow, Tree
from orgs.filters import region_choices
from orgs.indicators import R3, R7, SHOULD
from reports.addresses import Addresses
from reports.cells import change_cell, gap_cell, rate_cell
from reports.cross import READY_GAP
from reports.dashboard import APART, CARDS, ON_PAPER, SHOWN, CutRow, Overview, overview
from reports.figures import scale_for
from reports.naming import crumbs
from reports.paper import paper
from reports.queries.bridge import Bridge, between_of, bridge
from reports.queries.moments import Moment
from reports.views.figure_page import FigurePage, FigureTable


def _to(name: str) -> Callable[[CutRow], str]:
    return lambda line: line.to[name]


TABLE = (
    Column("应建", "should", NUMBER, _to("should"), order="should"),
    Column("已建", "built", NUMBER, _to("built"), order="built"),
    Column("尚未建", "gap", NUMBER, html=gap_cell, order="gap"),
    Column("应建已建率", "rate", PERCENT, html=rate_cell, order="rate"),
    Column("已建较%(then)s", "change", NUMBER, html=change_cell, order="change"),
    Column(READY_GAP, lambda line: line.row.gap(R3), NUMBER, _to("ready"), order="ready"),
    Column("未派驻指导员", lambda line: line.row.gap(R7), NUMBER, _to("uninstructed"), order="uninstructed"),
    Column("指导员派驻率", lambda line: line.row.rate(R7), PERCENT, _to("instructed"), order="instructed"),
)


class DashboardPage(FigurePage):
    """The answer, the bridge, the targets and the table; every number opens its list."""

    template_name = "reports/dashboard.html"

    @cached_property
    def seen(self) -> Overview:
        """The page as the address narrows and cuts it; 404 for a cut or an area that there is not, and for one
        where the scope has nothing to do."""
        by, scope = self.request.GET.get("by") or "region", self.request.scope
        if by not in CUTS:
            raise Http404
        digits = 0 if self.narrow.region else home_digits(scope, self.moment)
        found = overview(scope, moment=self.moment, closed=self.closed, narrow=self.narrow, by=by, digits=digits)
        asked, has_any = self.narrow.region, any(found.whole.row.sums.values())
        if asked and not has_any and asked not in dict(region_choices(scope, asked, found.tree)):
            raise Http404
        return found

    @property
    def everywhere(self) -> str:  # type: ignore[override]
        return crumbs(self.request.scope, Narrow(), self.tree)[0][0]

    @property
    def tree(self) -> Tree:
        return self.seen.tree

    def shown(self) -> dict[str, Any]:
        seen, scope, narrow = self.seen, self.request.scope, self.narrow
        to = Addresses(self.request.path, self.request.GET.dict(), seen)
        sort = self.request.GET.get("sort") or ("-gap" if seen.by in ("region", "party", "zone") else "")
        between, columns = between_of(scope, seen.moment, narrow, self.closed, seen.tree), columns_of(seen)
        for line in (seen.whole, *seen.lines):
            line.to = to.of_line(line)
        return {
            "seen": seen,
            "crumbs": [(name, to.page(way)) for name, way in crumbs(scope, narrow, seen.tree)],
            "unkept_url": to.units(narrow, gap=SHOULD.code, promised="on"),
            "resting_url": to.units(narrow, measure=ON_PAPER),
            "doubtful": [
                (one.name, number, to.units(narrow, measure=one.numerator.code)) for one, number in seen.doubtful
            ],
            "cards": [(card, to.of_indicator(card.indicator)) for card in seen.cards],
            "figures_url": to.figures(),
            "aims": [(aim, to.of_indicator(aim.indicator)) for aim in seen.aims],
            "headers": [(one.header, to.sorted(one.order, sort), _direction(one.order, sort)) for one in columns],
            "body": SafeString("".join(_drawn(line, columns) for line in ordered(seen.lines, sort))),
            "foot": _drawn(seen.whole, columns),
            "cuts": [(code, name, to.page(by=code, sort="")) for code, (name, _) in CUTS.items()],
            "apart": (seen.whole.row.sums[APART], to.units(narrow, measure=APART)),
            "indicators": [seen.moment.indicator(one) for one in (*SHOWN, RESTING)],
            "bridge": _bridge(bridge(between), to, seen) if between else None,
            "scale": scale_for(seen.cards),
            "paper": paper(scope, seen),
            "may_close": scope.having(Permission.MONTHS_CLOSE).whole,
        }

    def table(self) -> FigureTable:
        """Each rate with the counts behind it."""
        headers, rows = workbook(self.seen)
        return FigureTable(
            title=f"应建党组织情况 {self.place} 按{self.seen.cut_name}",
            sheet="应建党组织情况",
            about=f"截至 {self.moment.words}",
            headers=headers,
            rows=rows,
        )


def home_digits(scope: Scope, moment: Moment) -> int:
    """The level at which areas begin: below the area of the scope's highest node. 0 for the whole city."""
    if scope.whole:
        return 0
    top = min((grant for grant in scope.grants if not grant.own), key=lambda g: len(g.path), default=None)
    tree = moment.tree(scope) if top else TODAY
    node = tree.nodes.get(top.node_id) if top else None
    area = tree.areas([node.region_id]).get(node.region_id) if node and node.region_id else None
    return next((digits for digits in DIGITS if area and digits > len(area.prefix)), 0)


def columns_of(seen: Overview) -> list[Column]:
    """The columns in the words of the moment."""
    words = seen.moment.spoken | {"then": seen.then}
    return [replace(one, header=(one.header % words).rstrip()) for one in TABLE]


def ordered(lines: Sequence[CutRow], sort: str) -> list[CutRow]:
    """The lines by a column, `-` before it for the largest first; the names break ties, and no column keeps the cut's order."""
    column = next((one for one in TABLE if one.order == sort.removeprefix("-")), None)
    if column is None:
        return list(lines)
    return sorted(lines, key=lambda line: column.read(line) or 0, reverse=sort.startswith("-"))


def _drawn(line: CutRow, columns: Sequence[Column]) -> SafeString:
    drill, name = line.to["drill"], line.row.name
    head = drawn('<a href="{}">{}</a>', drill, name) if drill else name
    figures = "".join(column.drawn(line, {}) for column in columns)
    return drawn('<tr><th scope="row" class="name">{}</th>{}</tr>\n', head, SafeString(figures))


def workbook(seen: Overview) -> tuple[list[str], list[list[Any]]]:
    """Headers and rows of the table: each rate with its counts, the total last."""
    headers = [seen.cut_name, *(column.header for column in columns_of(seen))]
    for indicator in map(seen.moment.indicator, (*CARDS, R7)):
        headers += [indicator.denominator.name, f"{indicator.name}（家）", f"{indicator.name}（%）"]
    rows = [_cells(line) for line in seen.lines] + [_cells(seen.whole)]
    return headers, rows


def _cells(line: CutRow) -> list[Any]:
    cells: list[Any] = [line.row.name, *(column.read(line) for column in TABLE)]
    for indicator in (*CARDS, R7):
        sums = line.row.sums
        cells += [sums[indicator.denominator.code], sums[indicator.numerator.code], line.row.rate(indicator)]
    return cells


def _bridge(found: Bridge, to: Addresses, seen: Overview) -> dict[str, Any]:
    """The terms that say something, each with its list; 新增应建 and 新建 always. And how many are missing less than then."""
    shown = [
        (term, number, to.of_term(term)) for term, number in found.terms if number or term.code in ("due", "built")
    ]
    return {
        "month": found.month, "before": found.before, "terms": shown,
        "fewer": less(found.before, seen.whole.gap), "more": less(seen.whole.gap, found.before),
    }  # fmt: skip


def _direction(code: str, sort: str) -> str:
    if sort.removeprefix("-") != code:
        return ""
    return "descending" if sort.startswith("-") else "ascending"
