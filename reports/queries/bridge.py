"""The bridge from the last closed month's gap to this one: which units entered the gap, which left it, and why.

The gap of now is that of the month before, plus those that entered, less those that left: it adds up by construction,
and every term is the list of its names. Each unit stands under one cause; the first of these that holds:

* it lay elsewhere before, or does now: 划入, 划出;
* it was not counted, or is no more: its status;
* it was covered, or is now: 失去覆盖, 新建;
* the rules of now, said of the unit as it was, already tell what it is now: 口径变化;
* its size, then its members, then whatever else (a new unit, another category).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q, QuerySet

from core.id_sets import among, ids_of
from core.page_cache import kept
from core.registries import Registry
from core.scope import Scope
from orgs.facts import Day
from orgs.figures import Narrow, Tree
from orgs.indicators import SHOULD
from orgs.models import OrganizationFacts
from reports.models import ClosedMonth, FrozenUnit
from reports.queries.moments import Moment


@dataclass(frozen=True)
class Term:
    """One term: `sign` 1 adds to the gap, -1 takes from it; `kind` finds its reason (`reports.queries.changes`)."""

    code: str
    name: str
    sign: int
    kind: str


terms = Registry(
    Term("due", "新增应建", 1, "due"),
    Term("lost", "失去覆盖", 1, "lost"),
    Term("moved_in", "划入", 1, "moved"),
    Term("resumed", "恢复正常", 1, "status"),
    Term("size_in", "人数增加", 1, "size"),
    Term("members_in", "党员增加", 1, "members"),
    Term("rule_in", "口径变化", 1, "rule"),
    Term("built", "新建", -1, "built"),
    Term("moved_out", "划出", -1, "moved"),
    Term("ended", "注销、迁出等", -1, "status"),
    Term("size_out", "人数减少", -1, "size"),
    Term("members_out", "党员减少", -1, "members"),
    Term("rule_out", "口径变化", -1, "rule"),
    Term("other", "类别等变化", -1, "other"),
)


class Side(NamedTuple):
    """A moment with the tree as it stood then."""

    moment: Moment
    tree: Tree


class State(NamedTuple):
    """What is asked of a unit at a moment."""

    unit: int
    counted: bool
    should: bool
    has_org: bool
    band: str
    category: str
    size: int | None
    formal: int
    formal_ready: bool
    restructured: bool
    form: str


@dataclass(frozen=True)
class Between:
    """The gap of a scope, narrowed, at two moments; `before` is a closed month.

    The gaps are compared as sets of ids, each read once from the index of the gap; what a closed month lacked never
    changes and is kept. Only the units that came or went are looked at closer.
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
        about = ("gap", self.scope.reach, self.before.moment.standing, self.narrow)
        return kept(about, lambda: ids_of(self.gap(self.before), "organization"))

    @cached_property
    def gap_now(self) -> frozenset[int]:
        return ids_of(self.gap(self.now), "organization")

    @cached_property
    def causes(self) -> dict[str, set[int]]:
        """The units that entered or left, by the code of their term."""
        entered, left = self.gap_now - self.gap_before, self.gap_before - self.gap_now
        ids = entered | left
        then, now = self._states(self.before, ids), self._states(self.now, ids)
        here_then, here_now = self._here(self.before, entered), self._here(self.now, left)
        found: dict[str, set[int]] = {term.code: set() for term in terms}
        for unit in entered:
            found[self._entered(then.get(unit), now[unit], unit in here_then)].add(unit)
        for unit in left:
            found[self._left(then[unit], now.get(unit), unit in here_now)].add(unit)
        return found

    def units(self, term: Term) -> QuerySet:
        """The units of a term as rows of the moment in whose gap they are."""
        side = self.now if term.sign > 0 else self.before
        return self.gap(side).filter(organization__in=among(self.causes[term.code]))

    def after(self, ids: Collection[int]) -> QuerySet:
        """The state after the change, of those that the scope still reaches."""
        rows = self.now.moment.units(self.scope, Q(), ANY, self.now.tree)
        return rows.filter(organization__in=among(ids))

    def _states(self, side: Side, ids: Collection[int]) -> dict[int, State]:
        """Of all places: a unit may have come from anywhere."""
        closed = side.moment.closed
        rows: QuerySet = FrozenUnit.objects.of_month(closed.month) if closed else OrganizationFacts.objects.all()
        found = rows.filter(organization__in=among(ids)).values_list("organization", *State._fields[1:])
        return {row[0]: State(*row) for row in found}

    def _here(self, side: Side, ids: Collection[int]) -> frozenset[int]:
        """Those that lay within the scope and the narrowing by place, whatever they were."""
        place = replace(self.narrow, category="", band="")
        if self.scope.whole and place == ANY:
            return frozenset(ids)
        rows = side.moment.units(self.scope, Q(), place, side.tree)
        return ids_of(rows.filter(organization__in=among(ids)), "organization")

    def _entered(self, then: State | None, now: State, here: bool) -> str:
        if then is None:
            return "due"
        if not here:
            return "moved_in"
        if not then.counted:
            return "resumed"
        if self._rules_differ and not _missing(then, self._old) and _missing(then, self._new):
            return "rule_in"
        if then.should and then.has_org:
            return "lost"
        if then.band != now.band and then.size != now.size:
            return "size_in"
        return "members_in" if now.formal_ready and then.formal < now.formal else "due"

    def _left(self, then: State, now: State | None, here: bool) -> str:
        if now is None or not now.counted:
            return "ended"
        if not here:
            return "moved_out"
        if self._rules_differ and _missing(then, self._old) and not _missing(then, self._new):
            return "rule_out"
        if now.has_org:
            return "built"
        if then.band != now.band and then.size != now.size:
            return "size_out"
        return "members_out" if then.formal_ready and now.formal < then.formal else "other"

    @cached_property
    def _old(self) -> Day:
        return Day.by(self.before.moment.on, self.before.moment.parameters)

    @cached_property
    def _new(self) -> Day:
        return Day.by(self.now.moment.on, self.now.moment.parameters)

    @property
    def _rules_differ(self) -> bool:
        return (self._old.thresholds, self._old.counting_forms) != (self._new.thresholds, self._new.counting_forms)


ANY = Narrow()


def _missing(unit: State, rules: Day) -> bool:
    """Whether the rules of a day say of a counted unit that it should have a Party organization and has none."""
    large = rules.thresholds.for_organization(unit.category)
    by_size = large is not None and unit.size is not None and unit.size >= large
    due = by_size or unit.restructured or unit.formal >= rules.thresholds.formal_min
    return due and unit.form not in rules.counting_forms


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
    earlier = moment.before(closed)
    if earlier is None:
        return None
    before = Moment(earlier.counted_on, earlier)
    return Between(scope, narrow, Side(before, before.tree(scope)), Side(moment, tree))


def bridge(between: Between) -> Bridge:
    """Count each term. The numbers are kept as long as both moments stand as they do."""
    now = between.now
    about = (
        "bridge",
        between.scope.reach,
        between.narrow,
        between.before.moment.standing,
        str(between.narrow.condition(now.tree)),
        now.moment.standing,
    )
    before, counted = kept(
        about,
        lambda: (len(between.gap_before), {code: len(ids) for code, ids in between.causes.items()}),
    )
    return Bridge(between.before.moment.month, before, [(term, counted[term.code]) for term in terms])
