"""The bridge from the last closed month's gap to this one: which units entered the gap, which left it, and why.

The gap of now is that of the month before, plus those that entered, less those that left: it adds up by construction,
and every term is the list of its names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.registries import Registry
from core.scope import Scope
from orgs.figures import Narrow, Tree
from orgs.indicators import COUNTED, SHOULD
from orgs.models import OrganizationFacts
from reports.models import ClosedMonth, FrozenUnit
from reports.queries.moments import Moment, frozen

BUILT = COUNTED & Q(has_org=True)


class Side(NamedTuple):
    """A moment with the tree as it stood then."""

    moment: Moment
    tree: Tree


@dataclass(frozen=True)
class Between:
    """The gap of a scope, narrowed, at two moments; `before` is a closed month."""

    scope: Scope
    narrow: Narrow
    before: Side
    now: Side

    def gap(self, side: Side) -> QuerySet:
        """The units missing at a moment."""
        return side.moment.units(self.scope, SHOULD.gap, self.narrow, side.tree)

    def entered(self) -> QuerySet:
        """Missing now, and not before (here)."""
        return self.gap(self.now).filter(~_same_unit(self.gap(self.before)))

    def left(self) -> QuerySet:
        """Missing before, and not now (here)."""
        return self.gap(self.before).filter(~_same_unit(self.gap(self.now)))

    def all_before(self, where: Q) -> QuerySet:
        """Units anywhere as they stood before: only to say where a unit came from."""
        return FrozenUnit.objects.of_month(self.before.moment.month).filter(where)

    def all_now(self, where: Q) -> QuerySet:
        """Units anywhere as they stand now: only to say what became of a unit."""
        closed = self.now.moment.closed
        rows = FrozenUnit.objects.of_month(closed.month) if closed else OrganizationFacts.objects.all()
        return rows.filter(where)


@dataclass(frozen=True)
class Term:
    """One term: `sign` 1 adds to the gap, -1 takes from it."""

    code: str
    name: str
    sign: int
    units: Callable[[Between], QuerySet]


def _same_unit(rows: QuerySet) -> Exists:
    return Exists(rows.filter(organization=OuterRef("organization")))


terms: Registry[Term] = Registry()
terms.add(
    Term(
        "due",
        "新增应建",
        1,
        lambda between: between.entered().filter(~_same_unit(between.all_before(COUNTED & Q(should=True)))),
    ),
    Term(
        "lost",
        "失去覆盖",
        1,
        lambda between: between.entered().filter(_same_unit(between.all_before(SHOULD.numerator.where))),
    ),
    Term(
        "moved",
        "管理关系、区划等划入",
        1,
        lambda between: between.entered().filter(_same_unit(between.all_before(SHOULD.gap))),
    ),
    Term("built", "新建", -1, lambda between: between.left().filter(_same_unit(between.all_now(BUILT)))),
    Term(
        "gone",
        "注销、迁出、人数变化",
        -1,
        lambda between: between.left().filter(~_same_unit(between.all_now(BUILT))),
    ),
)


@dataclass(frozen=True)
class Bridge:
    """The month before, its gap, and each term with its number."""

    month: str
    before: int
    terms: list[tuple[Term, int]]


def between_of(scope: Scope, moment: Moment, narrow: Narrow, closed: Sequence[ClosedMonth]) -> Between | None:
    """From the last month closed before a moment to the moment; None when there is none. `closed`: the newest first."""
    earlier = next((item for item in closed if not moment.closed or item.month < moment.month), None)
    if earlier is None:
        return None
    before = Side(Moment(earlier.counted_on, earlier), frozen(scope, earlier).tree)
    return Between(scope, narrow, before, Side(moment, moment.cells(scope).tree))


def bridge(between: Between) -> Bridge:
    """Count each term. One query a term and one for the gap before."""
    counted = [(term, term.units(between).count()) for term in terms]
    return Bridge(between.before.moment.month, between.gap(between.before).count(), counted)
