"""`manage.py figures [--month YYYY-MM] [--node CODE] [--by region|party|category] [--json]`: every indicator with its
numerator and denominator, as the dashboard shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.permissions import Permission as P
from core.formats import number
from core.indicators import Indicator, indicators
from core.months import YearMonth
from core.scope import Grant, Scope
from orgs.figures import Committee, Figures, Narrow, Slice, Tree, by_category, by_party, by_region, digits_below
from reports.figures import measures_of
from reports.queries.moments import Moment, closed_months, moment_of

CUT_COLUMNS = {"region": "region_code", "category": "category"}
BY = {"region": "区划", "party": "党组织", "category": "类别"}


class Command(BaseCommand):
    """Prints the figures of the whole city or of one committee, now or of a closed month."""

    help = "输出各项指标的分子、分母和比率"

    def add_arguments(self, parser: CommandParser) -> None:
        """When, where, cut by what, in which form."""
        parser.add_argument("--month", help="已关账的月份，如 2026-10；不填为实时数据")
        parser.add_argument("--node", help="党委、工委的编码；不填为全市")
        parser.add_argument("--by", choices=BY, help="按区划、党组织或类别分列")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        moment = _moment(options["month"])
        figures = moment.figures(_whole())
        node = _node(options["node"], figures.tree)
        column = CUT_COLUMNS.get(options["by"], "")
        shown = [one for one in indicators if not column or column in one.denominator.subject.keys]
        narrow = Narrow(node=node.code if options["node"] else "")
        rows = _rows(figures, narrow, node, options["by"], measures_of(shown))
        if options["json"]:
            found = [_as_json(moment.indicator(one), code, row) for code, row in rows for one in shown]
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(f"{node.name} 截至 {moment.words}")
        for _, row in rows:
            self.stdout.write(f"\n{row.name}")
            for indicator in shown:
                self.stdout.write("  " + _as_text(moment.indicator(indicator), row))


def _moment(month: str | None) -> Moment:
    """The closed month that was asked for; the month that is running is now."""
    today = timezone.localdate()
    try:
        asked = str(YearMonth.parse(month)) if month else ""
    except ValueError as wrong:
        raise CommandError(str(wrong)) from wrong
    if (found := moment_of(asked, closed_months(), today)) is not None:
        return found
    if asked == str(YearMonth.of(today)):
        return Moment(today)
    raise CommandError(f"{month} 没有取数，没有冻结数据")


def _node(code: str | None, tree: Tree) -> Committee:
    root = min(tree.nodes.values(), key=lambda node: (len(node.path), node.pk), default=None)
    found = tree.named(code) if code else root
    if found is None:
        raise CommandError(f"没有编码为 {code} 的党委、工委" if code else "还没有党组织体系，请先建立或导入党组织")
    return found


def _whole() -> Scope:
    """Whoever may run commands on the server sees the whole city."""
    return Scope(0, (Grant("SYSTEM", frozenset({P.REGISTRY_VIEW, P.FIGURES_VIEW}), 0, "", frozenset(), whole=True),))


def _rows(
    figures: Figures, narrow: Narrow, node: Committee, by: str | None, codes: Sequence[str]
) -> list[tuple[str, Slice]]:
    """One row in all, or one for each part, each with its code; by area: the level below the committee's own."""
    if by == "party":
        return [(row.narrow.node or row.narrow.own, row) for row in by_party(figures, narrow, codes)]
    if by == "region":
        prefix = "".join(
            area.prefix for area in figures.tree.areas([node.region_id] if node.region_id else []).values()
        )
        return [(row.narrow.region, row) for row in by_region(figures, narrow, codes, digits=digits_below(prefix))]
    if by == "category":
        return [(row.narrow.category, row) for row in by_category(figures, narrow, codes)]
    return [(node.code, Slice(node.name, figures.whole(narrow, codes), narrow))]


def _as_json(indicator: Indicator, node: str, row: Slice) -> dict[str, Any]:
    rate = row.rate(indicator)
    return {
        "indicator": indicator.code,
        "name": indicator.name,
        "clause": indicator.clause,
        "numerator": row.sums[indicator.numerator.code],
        "denominator": row.sums[indicator.denominator.code],
        "unit": "分" if indicator.numerator.money else indicator.numerator.unit,
        "percent": None if rate is None else float(rate),
        "node": node,
    }


def _as_text(indicator: Indicator, row: Slice) -> str:
    rate = row.rate(indicator)
    above, below = (one.amount(row.sums[one.code]) for one in (indicator.numerator, indicator.denominator))
    return (
        f"{indicator.code:<7}{indicator.name}  {'—' if rate is None else f'{rate}%'}  {number(above)} / {number(below)}"
    )
