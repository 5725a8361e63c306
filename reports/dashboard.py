"""What the dashboard says: the answer, the target cards, the table of a cut. Reads only; views print it.

Live figures take one query over the tally, the comparison with each month before one over its frozen cells, by the places
of then. Closed months never change, so their sums are remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.indicators import Indicator, added, less, percent
from core.months import YearMonth
from core.scope import Scope
from orgs.figures import CUTS, LEVELS, Narrow, Row, Sums, Tree, digits_below, total
from orgs.indicators import R3, R7, SHOULD, T1, T2, T3, T4, T5
from reports.models import ClosedMonth
from reports.queries.cache import remembered
from reports.queries.moments import Moment
from reports.rules import Pace, pace

CARDS = (T1, T2, T3, T4, T5)
SHOWN = (SHOULD, *CARDS, R3, R7)
APART = "branch_offices"  # counted, but not asked for anything
MEASURES = (*dict.fromkeys(m.code for i in SHOWN for m in (i.numerator, i.denominator)), APART)
MONTHS_DRAWN = 12


@dataclass(frozen=True)
class Card:
    """One target: the figure, its line over the closed months, and how it stands against the year's goal."""

    indicator: Indicator
    numerator: int | None
    denominator: int | None
    rate: Decimal | None
    points: list[tuple[str, Decimal | None]]
    goal: Decimal | None
    pace: Pace | None

    @property
    def gap(self) -> int | None:
        return less(self.denominator, self.numerator)

    @property
    def expected(self) -> Decimal | None:
        """Where the year's line stands today."""
        return self.pace.expected if self.pace else None


@dataclass(frozen=True)
class Line:
    """One row of the table with its change since the month before (None: there was none)."""

    row: Row
    change: int | None

    @property
    def should(self) -> int | None:
        """应建."""
        return self.row.sums[SHOULD.denominator.code]

    @property
    def built(self) -> int | None:
        """已建."""
        return self.row.sums[SHOULD.numerator.code]

    @property
    def gap(self) -> int | None:
        """尚未建."""
        return self.row.gap(SHOULD)

    @property
    def rate(self) -> Decimal | None:
        """应建已建率."""
        return self.row.rate(SHOULD)

    @property
    def ready_gap(self) -> int | None:
        """正式党员 3 名以上未建 (R3)."""
        return self.row.gap(R3)

    @property
    def instructed(self) -> Decimal | None:
        """指导员派驻率 (R7)."""
        return self.row.rate(R7)


@dataclass(frozen=True)
class Overview:
    """Everything that one dashboard shows of a moment."""

    moment: Moment
    narrow: Narrow
    by: str
    cut_name: str  # what the rows are: 街道, 类别 …
    lines: list[Line]
    whole: Line
    cards: list[Card]
    tree: Tree

    @property
    def worst(self) -> Line | None:
        """The row with most missing, when it says something."""
        if len(self.lines) < 2:
            return None
        worst = max(self.lines, key=lambda line: line.gap or 0)
        return worst if worst.gap else None


SORTS: dict[str, Callable[[Line], Any]] = {
    "should": lambda line: line.should or 0,
    "built": lambda line: line.built or 0,
    "gap": lambda line: line.gap or 0,
    "rate": lambda line: -1 if line.rate is None else line.rate,
    "change": lambda line: line.change or 0,
    "ready": lambda line: line.ready_gap or 0,
    "instructed": lambda line: -1 if line.instructed is None else line.instructed,
}


def overview(
    scope: Scope, *, moment: Moment, closed: Sequence[ClosedMonth], narrow: Narrow, by: str, digits: int = 0
) -> Overview:
    """The dashboard of a scope, narrowed and cut. `closed` are all closed months, the newest first."""
    cells = moment.cells(scope)
    rows = _cut(by, digits)(cells, narrow, MEASURES)
    earlier = [item for item in closed if not moment.closed or item.month < moment.closed.month]
    before = _before(scope, earlier[0], narrow, by, digits) if earlier else None
    lines = [Line(row, _change(row, before)) for row in rows]
    summed = total(rows, MEASURES, narrow)
    built = summed.sums[SHOULD.numerator.code]
    whole = Line(summed, None if before is None else less(built, added(before.values())))
    drawn = [item for item in closed if not moment.closed or item.month <= moment.closed.month][: MONTHS_DRAWN + 1]
    history = _history(scope, drawn, narrow)
    targets = targets_of(moment, narrow, cells.tree)
    cards = [_card(moment.indicator(indicator), summed, history, targets, moment) for indicator in CARDS]
    cut_name = LEVELS[digits or digits_below(narrow.region)] if by == "region" else CUTS[by][0]
    return Overview(moment, narrow, by, cut_name, lines, whole, cards, cells.tree)


def ordered(lines: Sequence[Line], sort: str) -> list[Line]:
    """The lines by a column, `-` before it for the largest first; the names break ties, and 'name' keeps the cut's order."""
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return list(lines)
    return sorted(lines, key=column, reverse=sort.startswith("-"))


def targets_of(moment: Moment, narrow: Narrow, tree: Tree) -> dict[tuple[str, int], Decimal]:
    """The targets that hold for the node, its own before those of the nodes above it, by (indicator, year).

    What is set above holds for everyone below, so they are read along the node's path and not by the scope.
    """
    node = tree.named(narrow.node or narrow.own) or min(
        tree.nodes.values(), key=lambda node: (len(node.path), node.path), default=None
    )
    return {(code, year): value for code, year, value in moment.targets(node.path, tree)} if node else {}


def _card(
    indicator: Indicator,
    row: Row,
    history: dict[str, Sums],
    targets: dict[tuple[str, int], Decimal],
    moment: Moment,
) -> Card:
    numerator, denominator = row.sums[indicator.numerator.code], row.sums[indicator.denominator.code]
    rates = {
        month: percent(sums[indicator.numerator.code], sums[indicator.denominator.code])
        for month, sums in sorted(history.items())
    }
    year = moment.on.year
    goal, found = targets.get((indicator.code, year)), None
    if goal is not None and denominator and numerator is not None:
        last_year = targets.get((indicator.code, year - 1))
        start = rates.get(str(YearMonth(year - 1, 12)), last_year)
        found = pace(numerator=numerator, denominator=denominator, target=goal, start=start, on=moment.on)
    points = list(rates.items())
    if not moment.closed:
        points.append((moment.on.isoformat(), row.rate(indicator)))
    return Card(indicator, numerator, denominator, row.rate(indicator), points, goal or indicator.target, found)


def _cut(by: str, digits: int) -> Callable[..., list[Row]]:
    rows_of = CUTS[by][1]
    if by == "region" and digits:
        return lambda cells, narrow, measures: rows_of(cells, narrow, measures, digits=digits)  # type: ignore[call-arg]
    return rows_of


def _before(scope: Scope, closed: ClosedMonth, narrow: Narrow, by: str, digits: int) -> dict[Narrow, int | None]:
    """How many were built in each row at the end of a closed month, by the places of then."""
    built, moment = SHOULD.numerator.code, Moment(closed.counted_on, closed)
    return remembered(
        scope,
        (closed.pk, closed.taken_at, narrow, by, digits),
        lambda: {row.narrow: row.sums[built] for row in _cut(by, digits)(moment.cells(scope), narrow, (built,))},
    )


def _change(row: Row, before: dict[Narrow, int | None] | None) -> int | None:
    if before is None:
        return None
    return less(row.sums[SHOULD.numerator.code], before.get(row.narrow, 0))


def _history(scope: Scope, closed: Sequence[ClosedMonth], narrow: Narrow) -> dict[str, Sums]:
    """The measures of the cards by closed month, each by the places of then."""
    codes = tuple(dict.fromkeys(m.code for i in CARDS for m in (i.numerator, i.denominator)))

    def read() -> dict[str, Sums]:
        moments = [Moment(item.counted_on, item) for item in closed]
        return {at.month: at.cells(scope).whole(narrow, codes) for at in moments}

    return remembered(scope, ("history", *((item.pk, item.taken_at) for item in closed), narrow), read)
