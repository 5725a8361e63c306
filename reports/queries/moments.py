"""A moment of the figures: as they stand now, or as they stood when a month was closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.indicators import Indicator, Measure
from core.months import YearMonth
from core.parameters import spoken, values_on
from core.scope import Scope
from orgs.facts import recounted, state
from orgs.figures import Figures, Narrow, Tree, facts_of, live, tree_of
from orgs.models import PartyFacts, Recount
from orgs.models.party import steps
from reports.models import ClosedMonth, FrozenFigure, FrozenNode, FrozenUnit, Target
from reports.queries.places import FrozenTree


@dataclass(frozen=True)
class Moment:
    """Where to read: `closed` is None for the live figures."""

    on: date
    closed: ClosedMonth | None = None

    @property
    def month(self) -> str:
        """The month as addresses name it; empty for now."""
        return self.closed.month if self.closed else ""

    @property
    def day(self) -> date:
        """The day of its own month and year: the last one of a month that was taken later."""
        return min(self.on, YearMonth.parse(self.month).last_day) if self.closed else self.on

    def before(self, closed: Sequence[ClosedMonth]) -> ClosedMonth | None:
        """The last month closed before it; `closed` are all, the newest first."""
        return next((item for item in closed if not self.closed or item.month < self.month), None)

    def named_before(self, closed: Sequence[ClosedMonth]) -> str:
        """What sentences call that month, which is another than the last one until this is taken."""
        found = self.before(closed)
        return f" {found.month} " if found and found.month != str(YearMonth.of(self.day).plus(-1)) else "上月"

    @cached_property
    def words(self) -> str:
        """Up to when, and whether anything can still change it. Live figures that were not recounted today say when."""
        if self.closed:
            return f"{self.on:%Y-%m-%d}（{'；'.join(['冻结', *self.closed.notes])}）"
        return f"{self._recounted_at or format(self.on, '%Y-%m-%d')}（实时）"

    @property
    def label(self) -> str:
        """What a choice of moments calls the live figures."""
        return f"实时（截至 {self._recounted_at}）" if self._recounted_at else "实时"

    @cached_property
    def _recounted_at(self) -> str:
        """When live figures were recounted last, where that is not the day itself."""
        last = self._recounted
        return f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}" if last and last.on < self.on else ""

    @cached_property
    def _recounted(self) -> Recount | None:
        return recounted()

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The thresholds that the figures were made with: live ones with those of their last recount, so that a new value is
        not said of them before it was counted."""
        if self.closed:
            return self.closed.parameters
        last = self._recounted
        return last.parameters if last else dict(values_on(self.on))

    @cached_property
    def standing(self) -> tuple[Any, ...]:
        """What changes when anything of the moment does: of a closed month nothing ever."""
        if self.closed:
            return self.closed.pk, self.closed.taken_at
        return (*state(), *self.parameters.items())

    @cached_property
    def spoken(self) -> dict[str, Any]:
        """The same as sentences name them."""
        return spoken(self.parameters)

    def figures(self, scope: Scope) -> Figures:
        if self.closed is None:
            return live(scope)
        tree = FrozenTree(self.month, scope)
        rows = FrozenFigure.objects.within(tree.scope).of_month(self.month)
        return Figures(rows, tree, self.closed.words["measures"])

    def tree(self, scope: Scope) -> Tree:
        return FrozenTree(self.month, scope) if self.closed else tree_of(scope)

    def units(self, scope: Scope, where: Q, narrow: Narrow, tree: Tree) -> QuerySet:
        """The list behind a number: rows with the columns of `StatedFacts`."""
        if not isinstance(tree, FrozenTree):
            return facts_of(scope, where, narrow, tree)
        names = FrozenUnit.objects.within(tree.scope).of_month(self.month)
        return names.filter(where, narrow.condition(tree))

    def nodes(self, scope: Scope, narrow: Narrow, tree: Tree) -> QuerySet:
        """The Party organizations behind a number: rows with the columns of `StatedNode`, and the name."""
        rows: QuerySet = (
            FrozenNode.objects.within(tree.scope).of_month(self.month)
            if isinstance(tree, FrozenTree)
            else PartyFacts.objects.within(scope).annotate(name=F("node__name"))
        )
        return rows.filter(narrow.condition(tree))

    def targets(self, path: str, tree: Tree) -> list[tuple[str, int, Decimal]]:
        """The targets that hold at the end of a path, the nearest last: indicator, year, value."""
        above, years = steps(path), [self.day.year - 1, self.day.year]
        if isinstance(tree, FrozenTree):
            return [target for node in above for target in tree.targets(node) if target[1] in years]
        rows = Target.objects.filter(node__in=above, year__in=years)
        nearest = sorted(rows, key=lambda target: above.index(target.node_id))
        return [(target.indicator, target.year, target.value) for target in nearest]

    def measure(self, measure: Measure) -> Measure:
        """A measure with its name in the words of the moment."""
        if self.closed is None:
            return measure.worded(self.spoken)
        return replace(measure, name=self.closed.words["measures"].get(measure.code, measure.name))

    def indicator(self, indicator: Indicator) -> Indicator:
        """An indicator with its 口径 in the words of the moment; one that there was not then keeps those of today."""
        found = self.closed and self.closed.words["indicators"].get(indicator.code)
        if not found:
            return indicator.worded(self.spoken)
        denominator, numerator = self.measure(indicator.denominator), self.measure(indicator.numerator)
        return replace(indicator, denominator=denominator, numerator=numerator, **found)


def closed_months() -> list[ClosedMonth]:
    """All closed months, the newest first; their words and parameters are read of the one that is shown."""
    return list(ClosedMonth.objects.defer("parameters", "words").order_by("-month"))


def moment_of(month: str, closed: Sequence[ClosedMonth], today: date) -> Moment | None:
    """The moment that an address asks for; None for a month that is not closed."""
    if not month:
        return Moment(today)
    found = next((item for item in closed if item.month == month), None)
    return Moment(found.counted_on, found) if found else None
