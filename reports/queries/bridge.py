"""The bridge from the last closed month's gap to this one: which units entered the gap, which left it, and why.

The gap of now is that of the month before, plus those that entered, less those that left: it adds up by construction,
and every term is the list of its names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from core.registries import Registry
from core.scope import Scope
from core.sets import among, ids_of
from orgs.facts import state
from orgs.figures import Narrow, Tree
from orgs.indicators import COUNTED, SHOULD
from orgs.models import OrganizationFacts
from reports.models import ClosedMonth, FrozenUnit
from reports.queries.moments import Moment, frozen
from reports.queries.remembering import remembered


class Side(NamedTuple):
    """A moment with the tree as it stood then."""

    moment: Moment
    tree: Tree


@dataclass(frozen=True)
class Between:
    """The gap of a scope, narrowed, at two moments; `before` is a closed month.

    The gaps are compared as sets of ids, each read once from the index of the gap; what a closed month lacked never
    changes and is remembered. Only the units that came or went are looked at closer.
    """

    scope: Scope
    narrow: Narrow
    before: Side
    now: Side

    def gap(self, side: Side) -> QuerySet:
        """The units missing at a moment."""
        return side.moment.units(self.scope, SHOULD.gap, self.narrow, side.tree)

    @cached_property
    def gap_before(self) -> frozenset[int]:
        """Ids of what was missing."""
        about = ("gap", _standing(self.before.moment), self.narrow)
        return remembered(self.scope, about, lambda: self._ids(self.before))

    @cached_property
    def gap_now(self) -> frozenset[int]:
        """Ids of what is missing."""
        return self._ids(self.now)

    @cached_property
    def entered(self) -> dict[str, set[int]]:
        """Missing now and not before (here), by what they were before: anywhere, or nowhere."""
        ids = self.gap_now - self.gap_before
        found: dict[str, set[int]] = {"due": set(ids), "lost": set(), "moved": set()}
        was = FrozenUnit.objects.of_month(self.before.moment.month).filter(organization__in=among(ids), should=True)
        for unit, has_org in was.values_list("organization", "has_org"):
            found["due"].discard(unit)
            found["lost" if has_org else "moved"].add(unit)
        return found

    @cached_property
    def left(self) -> dict[str, frozenset[int]]:
        """Missing before and not now (here), by what became of them."""
        ids = self.gap_before - self.gap_now
        closed = self.now.moment.closed
        rows = FrozenUnit.objects.of_month(closed.month) if closed else OrganizationFacts.objects.all()
        built = ids_of(rows.filter(BUILT, organization__in=among(ids)), "organization")
        return {"built": built, "gone": ids - built}

    def units(self, term: Term) -> QuerySet:
        """The list of a term: as the units are now, or as they were when they are no longer missing."""
        side, ids = (self.now, self.entered) if term.sign > 0 else (self.before, self.left)
        return self.gap(side).filter(organization__in=among(ids[term.code]))

    def count(self, term: Term) -> int:
        """The number of a term."""
        return len((self.entered if term.sign > 0 else self.left)[term.code])

    def _ids(self, side: Side) -> frozenset[int]:
        return ids_of(self.gap(side), "organization")


@dataclass(frozen=True)
class Term:
    """One term: `sign` 1 adds to the gap, -1 takes from it."""

    code: str
    name: str
    sign: int


BUILT = COUNTED & Q(has_org=True)
terms: Registry[Term] = Registry()
terms.add(
    Term("due", "新增应建", 1),
    Term("lost", "失去覆盖", 1),
    Term("moved", "管理关系、区划等划入", 1),
    Term("built", "新建", -1),
    Term("gone", "注销、迁出、人数变化", -1),
)


@dataclass(frozen=True)
class Bridge:
    """The month before, its gap, and each term with its number."""

    month: str
    before: int
    terms: list[tuple[Term, int]]


def between_of(
    scope: Scope, moment: Moment, narrow: Narrow, closed: Sequence[ClosedMonth], tree: Tree
) -> Between | None:
    """From the last month closed before a moment to the moment, which has this tree; None when there is none.

    `closed` are all closed months, the newest first.
    """
    earlier = next((item for item in closed if not moment.closed or item.month < moment.month), None)
    if earlier is None:
        return None
    before = Side(Moment(earlier.counted_on, earlier), frozen(scope, earlier, tree).tree)
    return Between(scope, narrow, before, Side(moment, tree))


def bridge(between: Between) -> Bridge:
    """Count each term. The numbers are kept as long as both moments stand as they do."""
    sides = (between.before, between.now)
    about = tuple((str(between.narrow.condition(side.tree)), _standing(side.moment)) for side in sides)
    before, counted = remembered(
        between.scope,
        ("bridge", *about),
        lambda: (len(between.gap_before), {term.code: between.count(term) for term in terms}),
    )
    return Bridge(between.before.moment.month, before, [(term, counted[term.code]) for term in terms])


def _standing(moment: Moment) -> tuple[Any, ...]:
    """What changes when anything of a moment does: of a closed month nothing ever."""
    return (moment.closed.pk, moment.closed.closed_at) if moment.closed else state()
