"""/dashboard/: the leader's page, its workbook, and the page that is printed for signing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.audit import record_export
from core.indicators import less
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin
from core.scope import Scope
from core.workbooks.writing import write_rows
from members.indicators import RESTING
from orgs.figures import CUTS, DIGITS, TODAY
from orgs.filters import region_choices
from orgs.indicators import R7
from reports.addresses import Addresses
from reports.dashboard import APART, CARDS, ON_PAPER, SHOWN, CutRow, Overview, ordered, overview
from reports.figures import scale_for
from reports.filters import narrow_of
from reports.models import ClosedMonth
from reports.naming import crumbs, place
from reports.paper import paper
from reports.queries.bridge import Bridge, between_of, bridge
from reports.queries.moments import Moment, closed_months, moment_of

HEADERS = (
    ("should", "应建"),
    ("built", "已建"),
    ("gap", "尚未建"),
    ("rate", "应建已建率"),
    ("change", "已建较上月"),
    ("ready", "正式党员≥%(org.formal_min_to_found)s未建"),
    ("uninstructed", "未派驻指导员"),
    ("instructed", "指导员派驻率"),
)


class DashboardPage(PermissionMixin, View):
    """The answer, the bridge, the targets and the table; every number opens its list."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        """The page as the address narrows and cuts it."""
        closed = closed_months()
        seen = seen_by(request, closed)
        scope, narrow = request.scope, seen.narrow
        to = Addresses(request.path, request.GET.dict(), seen)
        sort = request.GET.get("sort") or ("-gap" if seen.by in ("region", "party", "zone") else "")
        between = between_of(scope, seen.moment, narrow, closed, seen.tree)
        context = {
            "seen": seen,
            "place": place(scope, narrow, seen.tree),
            "crumbs": [(name, to.page(way)) for name, way in crumbs(scope, narrow, seen.tree)],
            "answer": to.of_line(seen.whole),
            "resting_url": to.units(narrow, measure=ON_PAPER),
            "worst": seen.worst and (seen.worst, to.of_line(seen.worst)),
            "cards": [(card, to.of_indicator(card.indicator)) for card in seen.cards],
            "figures_url": to.figures(),
            "aims": [(aim, to.of_indicator(aim.indicator)) for aim in seen.aims],
            "lines": [(line, to.of_line(line)) for line in ordered(seen.lines, sort)],
            "headers": [
                (name, to.sorted(code, sort), _direction(code, sort)) for code, name in headers_of(seen.moment)
            ],
            "cuts": [(code, name, to.page(by=code, sort="")) for code, (name, _) in CUTS.items()],
            "apart": (seen.whole.row.sums[APART], to.units(narrow, measure=APART)),
            "months": closed,
            "live": Moment(timezone.localdate()) if seen.moment.closed else seen.moment,
            "regions": regions_of(scope, seen),
            "indicators": [seen.moment.indicator(one) for one in (*SHOWN, RESTING)],
            "bridge": _bridge(bridge(between), to, seen) if between else None,
            "scale": scale_for(seen.cards),
            "paper": paper(scope, seen),
            "may_export": scope.may(Permission.REGISTRY_EXPORT),
            "may_close": scope.having(Permission.MONTHS_CLOSE).whole,
            "kept": [(name, value) for name, value in narrow.query().items() if name != "region"],
        }
        return render(request, "reports/dashboard.html", context)

    def post(self, request: PageRequest) -> HttpResponseBase:
        """The table as a workbook, with the counts behind each rate."""
        if not request.scope.may(Permission.REGISTRY_EXPORT):
            raise PermissionDenied("您的角色不能导出。")
        seen = seen_by(request, closed_months())
        regions_of(request.scope, seen)
        title = f"应建党组织情况 {place(request.scope, seen.narrow, seen.tree)} 按{seen.cut_name}"
        target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
        headers, rows = workbook(seen)
        written = write_rows(
            target, sheet="应建党组织情况", headers=headers, rows=rows, leading=(title, f"截至 {seen.moment.words}")
        )
        record_export(by=request.user, what=title, rows=written)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=f"{title} {seen.moment.on:%Y-%m-%d}.xlsx")


def seen_by(request: PageRequest, closed: Sequence[ClosedMonth]) -> Overview:
    """What the address asks for; 404 for a month that is not closed or a cut that there is not."""
    moment = moment_of(request.GET.get("month", ""), closed, timezone.localdate())
    by = request.GET.get("by") or "region"
    if moment is None or by not in CUTS:
        raise Http404
    narrow = narrow_of(request.GET)
    digits = 0 if narrow.region else home_digits(request.scope, moment)
    return overview(request.scope, moment=moment, closed=closed, narrow=narrow, by=by, digits=digits)


def regions_of(scope: Scope, seen: Overview) -> list[tuple[str, str]]:
    """The areas to choose from; 404 when the page asks for one that there is not, or where the scope has nothing to do."""
    choices, asked = region_choices(scope, seen.narrow.region, seen.tree), seen.narrow.region
    if asked and asked not in dict(choices) and not any(seen.whole.row.sums.values()):
        raise Http404
    return choices


def home_digits(scope: Scope, moment: Moment) -> int:
    """The level at which areas begin: below the area of the scope's highest node. 0 for the whole city."""
    if scope.whole:
        return 0
    top = min((grant for grant in scope.grants if not grant.own), key=lambda g: len(g.path), default=None)
    tree = moment.tree(scope) if top else TODAY
    node = tree.nodes.get(top.node_id) if top else None
    area = tree.areas([node.region_id]).get(node.region_id) if node and node.region_id else None
    return next((digits for digits in DIGITS if area and digits > len(area.prefix)), 0)


def headers_of(moment: Moment) -> list[tuple[str, str]]:
    """The columns by code, in the words of the moment."""
    return [(code, name % moment.spoken) for code, name in HEADERS]


def workbook(seen: Overview) -> tuple[list[str], list[list[Any]]]:
    """Headers and rows of the table: each rate with its counts, the total last."""
    headers = [seen.cut_name, *(name for _, name in headers_of(seen.moment))]
    for indicator in map(seen.moment.indicator, (*CARDS, R7)):
        headers += [indicator.denominator.name, f"{indicator.name}（家）", f"{indicator.name}(%)"]
    rows = [_cells(line) for line in seen.lines] + [_cells(seen.whole)]
    return headers, rows


def _cells(line: CutRow) -> list[Any]:
    cells: list[Any] = [line.row.name, line.should, line.built, line.gap, line.rate, line.change, line.ready_gap]
    cells += [line.uninstructed, line.instructed]
    for indicator in (*CARDS, R7):
        sums = line.row.sums
        cells += [sums[indicator.denominator.code], sums[indicator.numerator.code], line.row.rate(indicator)]
    return cells


def _bridge(found: Bridge, to: Addresses, seen: Overview) -> dict[str, Any]:
    """The terms that say something, each with its list; 新增应建 and 新建 always. And how many are missing less than then."""
    shown = [
        (term, number, to.of_term(term)) for term, number in found.terms if number or term.code in ("due", "built")
    ]
    then = "上月" if found.month == str(YearMonth.of(seen.moment.on).plus(-1)) else f" {found.month} "
    return {
        "month": found.month, "then": then, "before": found.before, "terms": shown,
        "fewer": less(found.before, seen.whole.gap), "more": less(seen.whole.gap, found.before),
    }  # fmt: skip


def _direction(code: str, sort: str) -> str:
    if sort.removeprefix("-") != code:
        return ""
    return "descending" if sort.startswith("-") else "ascending"
