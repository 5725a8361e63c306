"""How indicators stand at a moment: value, change, line over the closed months, target and pace.

Closed months never change, so their sums are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.charts import Scale, scale_of
from core.formats import Yuan
from core.indicators import Indicator, percent
from core.months import YearMonth
from core.page_cache import kept
from core.scope import Scope
from orgs.figures import Figures, Narrow, Sums, Tree
from orgs.subjects import hidden
from reports.models import ClosedMonth
from reports.queries.moments import Moment
from reports.rules import Pace, forecast, pace

MONTHS_DRAWN = 12


@dataclass(frozen=True)
class Standing:
    """An indicator of a place: the figure, its line over the closed months, and how it stands against the year's goal."""

    indicator: Indicator
    numerator: int | Yuan | None
    denominator: int | Yuan | None
    hidden: bool  # a number is too small to be told (rules §10)
    points: list[tuple[str, Decimal | None]]  # closed months by month, then now by its day
    since_month: Decimal | None  # percentage points since the month before
    since_year: Decimal | None  # since the same month of the year before
    goal: Decimal | None
    pace: Pace | None
    expected_in: YearMonth | None  # the month in which the goal is reached at the pace of the months drawn

    @property
    def rate(self) -> Decimal | None:
        """In percent; None for an empty denominator or a number that is not told."""
        return None if self.hidden else percent(self.numerator, self.denominator)

    @property
    def gap(self) -> int | Yuan | None:
        whole, part = self.denominator, self.numerator
        return None if whole is None or part is None else whole - part  # type: ignore[operator,return-value]

    @property
    def expected(self) -> Decimal | None:
        """Where the year's line stands today."""
        return self.pace.expected if self.pace else None


def measures_of(indicators: Sequence[Indicator]) -> tuple[str, ...]:
    """The codes of their measures, and of what says of how many people one is, each once."""
    found = [measure for one in indicators for measure in (one.numerator, one.denominator)]
    return tuple(dict.fromkeys(filter(None, (*(one.code for one in found), *(one.people for one in found)))))


def told(indicator: Indicator, sums: Sums) -> tuple[int | Yuan | None, int | Yuan | None, bool]:
    """Numerator and denominator as they are told, and whether one of them is too small for that."""
    both = (indicator.numerator, indicator.denominator)
    few = any(hidden(one, sums[one.code], sums.get(one.people)) for one in both)
    above, below = (one.amount(sums[one.code]) for one in both)
    return above, below, few


def rate_of(indicator: Indicator, sums: Sums) -> Decimal | None:
    """In percent; None where a number is too small to be told: neither a change nor a line tells it of another month."""
    *_, few = told(indicator, sums)
    return None if few else percent(sums[indicator.numerator.code], sums[indicator.denominator.code])


def standings(
    scope: Scope,
    indicators: Sequence[Indicator],
    *,
    moment: Moment,
    closed: Sequence[ClosedMonth],
    narrow: Narrow,
    figures: Figures,
    sums: Sums | None = None,
) -> list[Standing]:
    """Indicators of a place. `closed` are all closed months, the newest first; `sums` those of the place, where known."""
    drawn = [item for item in closed if not moment.closed or item.month <= moment.closed.month][: MONTHS_DRAWN + 1]
    codes = measures_of(indicators)
    history = _history(scope, drawn, narrow, codes)
    targets = targets_of(moment, narrow, figures.tree)
    now = sums or figures.whole(narrow, codes)
    return [_standing(moment.indicator(one), now, history, targets, moment) for one in indicators]


def scale_for(found: Sequence[Standing]) -> Scale:
    """One scale for lines that are compared, with their goals."""
    shown = [one for one in found if not one.hidden]
    return scale_of((one.goal for one in shown), *([rate for _, rate in one.points] for one in shown))


def targets_of(moment: Moment, narrow: Narrow, tree: Tree) -> dict[tuple[str, int], Decimal]:
    """The targets that hold for the node, its own before those of the nodes above it, by (indicator, year).

    What is set above holds for everyone below, so they are read along the node's path and not by the scope.
    """
    node = tree.named(narrow.node or narrow.own) or min(
        tree.nodes.values(), key=lambda node: (len(node.path), node.path), default=None
    )
    return {(code, year): value for code, year, value in moment.targets(node.path, tree)} if node else {}


def _standing(
    indicator: Indicator,
    sums: Sums,
    history: dict[str, Sums],
    targets: dict[tuple[str, int], Decimal],
    moment: Moment,
) -> Standing:
    numerator, denominator = sums[indicator.numerator.code], sums[indicator.denominator.code]
    rates = {month: rate_of(indicator, sums) for month, sums in sorted(history.items())}
    rate, this = rate_of(indicator, sums), YearMonth.of(moment.day)
    before, year_ago = compared(indicator, moment, rates)
    goal, found = targets.get((indicator.code, this.year)), None
    if goal is not None and denominator and numerator is not None:
        start = rates.get(str(YearMonth(this.year - 1, 12)), targets.get((indicator.code, this.year - 1)))
        start = Decimal(0) if indicator.of_year else start
        found = pace(numerator=numerator, denominator=denominator, target=goal, start=start, on=moment.day)
    points = list(rates.items())
    if not moment.closed:
        points.append((moment.on.isoformat(), rate))
    climbed = [known for month, known in points if not indicator.of_year or month >= f"{this.year}"]
    reached_in = forecast(climbed, target=goal or indicator.target, on=moment.day)
    return Standing(
        indicator,
        *told(indicator, sums),
        points,
        change(rate, rates.get(before)),
        change(rate, rates.get(year_ago)),
        goal or indicator.target,
        found,
        None if indicator.of_year and reached_in and reached_in.year > this.year else reached_in,
    )


def compared(indicator: Indicator, moment: Moment, closed: Iterable[str]) -> tuple[str, str]:
    """The months that a figure is compared with: the one closed before it, which is none of another year where the figure
    begins anew in each; the same month of the year before."""
    this = YearMonth.of(moment.day)
    before = max((month for month in closed if not moment.closed or month < moment.month), default="")
    return "" if indicator.of_year and before < f"{this.year}" else before, str(this.plus(-12))


def change(rate: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Percentage points; None when one of the two is not known."""
    return None if rate is None or before is None else rate - before


def _history(scope: Scope, closed: Sequence[ClosedMonth], narrow: Narrow, codes: tuple[str, ...]) -> dict[str, Sums]:
    """Measures by closed month, each by the places of then."""

    def read() -> dict[str, Sums]:
        moments = [Moment(item.counted_on, item) for item in closed]
        return {at.month: at.figures(scope).whole(narrow, codes) for at in moments}

    return kept(("history", scope.reach, *((item.pk, item.taken_at) for item in closed), narrow, codes), read)
