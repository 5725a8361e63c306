"""What the dashboard says: the answer, the target cards, the table of a cut. Reads only; views print it.

Live figures take one query over the tally, the comparison with each month before one over its frozen figures, by the places
of then. Closed months never change, so their sums are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.indicators import Indicator, added, less
from core.page_cache import kept
from core.scope import Scope
from evaluations.indicators import FIVE_BRANCHES
from members.indicators import RESTING
from orgs.figures import CUTS, LEVELS, Narrow, Slice, Tree, digits_below, total
from orgs.indicators import AIMS as COVERED
from orgs.indicators import DISPUTED, R3, R7, SHOULD, STALE, T1, T2, T3, T4, T5, UNDECIDED, UNKNOWN_SIZE
from reports.figures import Standing, measures_of, standings
from reports.models import ClosedMonth
from reports.queries.moments import Moment

CARDS = (T1, T2, T3, T4, T5)
AIMS = (*COVERED, FIVE_BRANCHES)  # of the Opinion, in one line
SHOWN = (SHOULD, *CARDS, R3, R7, *AIMS)
ON_PAPER = RESTING.numerator.code
DOUBTFUL = (UNDECIDED, UNKNOWN_SIZE, STALE, DISPUTED)  # what makes the figures less sure
APART = "branch_offices"  # counted, but not asked for anything
MEASURES = (*measures_of(SHOWN), APART)


@dataclass
class CutRow:
    """One row of the table with its change since the month before (None: there was none)."""

    row: Slice
    change: int | None
    to: dict[str, str] = field(default_factory=dict)  # the addresses behind its numbers

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


@dataclass(frozen=True)
class Overview:
    """Everything that one dashboard shows of a moment."""

    moment: Moment
    narrow: Narrow
    then: str  # what sentences call the month that changes are against
    by: str
    cut_name: str  # what the rows are: 街道, 类别 …
    lines: list[CutRow]
    whole: CutRow
    answer: Standing  # how many of those that should have a Party organization have one
    cards: list[Standing]
    aims: list[Standing]  # of the Opinion, in one line
    resting: int | None  # how many units, whether they should or not, are covered on paper alone
    doubtful: list[tuple[Indicator, int]]  # those that there are
    tree: Tree

    @property
    def worst(self) -> CutRow | None:
        """The row with most missing, when it says something."""
        if len(self.lines) < 2:
            return None
        worst = max(self.lines, key=lambda line: line.gap or 0)
        return worst if worst.gap else None

    @property
    def lowest(self) -> CutRow | None:
        """The row with the lowest rate, beside the one with most missing."""
        rated = [line for line in self.lines if line.rate is not None]
        return min(rated, key=lambda line: line.rate or 0) if self.worst else None

    @property
    def fallen(self) -> int:
        """How many of the cards stand lower than the month before."""
        return sum((card.since_month or 0) < 0 for card in self.cards)


def overview(
    scope: Scope, *, moment: Moment, closed: Sequence[ClosedMonth], narrow: Narrow, by: str, digits: int = 0
) -> Overview:
    """The dashboard of a scope, narrowed and cut. `closed` are all closed months, the newest first."""
    figures = moment.figures(scope)
    rows = _cut(by, digits)(figures, narrow, MEASURES)
    earlier, then = moment.before(closed), moment.named_before(closed)
    before = _before(scope, earlier, narrow, by, digits) if earlier else None
    lines = [CutRow(row, _change(row, before)) for row in rows]
    summed = total(rows, MEASURES, narrow)
    built = summed.sums[SHOULD.numerator.code]
    whole = CutRow(summed, None if before is None else less(built, added(before.values())))
    asked: Any = {"moment": moment, "closed": closed, "narrow": narrow, "figures": figures, "sums": summed.sums}
    answer, *found = standings(scope, (SHOULD, *CARDS, *AIMS), **asked)
    cards, aims = found[: len(CARDS)], found[len(CARDS) :]
    cut_name = LEVELS[digits or digits_below(narrow.region)] if by == "region" else CUTS[by][0]
    # apart from the rows, which what is counted at the place of a Party organization, or is not decided, would add to
    beside = figures.whole(narrow, [ON_PAPER, *(one.numerator.code for one in DOUBTFUL)])
    doubtful = [(moment.indicator(one), number) for one in DOUBTFUL if (number := beside[one.numerator.code])]
    resting = beside[ON_PAPER]
    tree = figures.tree
    return Overview(moment, narrow, then, by, cut_name, lines, whole, answer, cards, aims, resting, doubtful, tree)


def _cut(by: str, digits: int) -> Callable[..., list[Slice]]:
    rows_of = CUTS[by][1]
    if by == "region" and digits:
        return lambda figures, narrow, measures: rows_of(figures, narrow, measures, digits=digits)  # type: ignore[call-arg]
    return rows_of


def _before(scope: Scope, closed: ClosedMonth, narrow: Narrow, by: str, digits: int) -> dict[Narrow, int | None]:
    """How many were built in each row at the end of a closed month, by the places of then."""
    built, moment = SHOULD.numerator.code, Moment(closed.counted_on, closed)
    return kept(
        ("built", scope.reach, closed.pk, closed.taken_at, narrow, by, digits),
        lambda: {row.narrow: row.sums[built] for row in _cut(by, digits)(moment.figures(scope), narrow, (built,))},
    )


def _change(row: Slice, before: dict[Narrow, int | None] | None) -> int | None:
    if before is None:
        return None
    return less(row.sums[SHOULD.numerator.code], before.get(row.narrow, 0))
