"""A moment of the figures: as they stand now, or as they stood when a month was closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from core.scope import Scope
from orgs.figures import Cells, Narrow, Tree, facts_of, live, tree_of
from orgs.models.facts import SMALLEST
from reports.models import ClosedMonth, FrozenFigure, FrozenUnit
from reports.queries.remembering import remembered


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
    def words(self) -> str:
        """Up to when, and whether anything can still change it."""
        return f"{self.on:%Y-%m-%d}({'冻结' if self.closed else '实时'})"

    def cells(self, scope: Scope) -> Cells:
        """The cells of the moment."""
        return frozen(scope, self.closed, tree_of(scope)) if self.closed else live(scope)

    def units(self, scope: Scope, where: Q, narrow: Narrow, tree: Tree) -> QuerySet:
        """The list behind a number: rows with the columns of `StatedFacts`."""
        if self.closed is None:
            return facts_of(scope, where, narrow, tree)
        names = FrozenUnit.objects.within(scope).of_month(self.closed.month)
        return names.filter(where, narrow.condition(tree))


def closed_months() -> list[ClosedMonth]:
    """All closed months, the newest first."""
    return list(ClosedMonth.objects.order_by("-month"))


def moment_of(month: str, closed: Sequence[ClosedMonth], today: date) -> Moment | None:
    """The moment that an address asks for; None for a month that is not closed."""
    if not month:
        return Moment(today)
    found = next((item for item in closed if item.month == month), None)
    return Moment(found.counted_on, found) if found else None


def frozen(scope: Scope, closed: ClosedMonth, tree: Tree) -> Cells:
    """The cells of a closed month, and the tree as it stood then: the committees are those of any tree of the scope."""
    rows = FrozenFigure.objects.within(scope).filter(month=closed)
    paths = remembered(
        scope,
        ("paths", closed.pk, closed.closed_at),
        lambda: dict(rows.filter(cut=SMALLEST).order_by().values_list("managed_by", "managed_by_path").distinct()),
    )
    return Cells(rows, Tree(tree.nodes, paths))
