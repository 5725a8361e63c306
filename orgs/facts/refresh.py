"""Bringing facts and tally up to date, and checking that they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from core.indicators import measures
from core.locks import keep_derived
from core.parameters import values_on
from core.rows import analyze
from orgs.facts import nodes as nodes_of
from orgs.facts import prepared, tally
from orgs.facts.sources import Day
from orgs.facts.statement import (
    ORGANIZATION,
    ORPHANS,
    SWEEPING,
    TABLE,
    TOUCHED,
    Reach,
    Touched,
    about_touched,
    differing,
    executed,
    fetched,
    writing,
)
from orgs.models import Organization, OrganizationFacts, Recount

ONE = 1  # the row of the recount
# what the statement of the facts joins and filters by; the texts beside them take three times as long
ANALYZED = ("id", "managed_by_id", "region_id", "zone_id", "category", "status", "in_scope", "merged_into_id")


@dataclass
class _Gathered:
    """What several services touched, organizations and Party organizations by day, and the sums of what was forgotten."""

    touched: dict[date, set[int]] = field(default_factory=dict)
    nodes: dict[date, set[int]] = field(default_factory=dict)
    gone: tally.Sums = field(default_factory=Counter)


_gathered: ContextVar[_Gathered | None] = ContextVar("facts_gathered", default=None)


@contextmanager
def gathering() -> Iterator[None]:
    """Inside, `refresh` and `forget` only note what they were told; facts and tally follow once, at the end."""
    if _gathered.get() is not None:
        yield
        return
    gathered = _Gathered()
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    if gathered.gone or Touched.of(set().union(*gathered.touched.values())).many:
        _check_references()
    _state(gathered)


keep_derived(gathering)


@transaction.atomic(savepoint=False)
def refresh(organization_ids: Collection[int] | None, *, on: date, nodes: Collection[int] = ()) -> int:
    """State the facts anew for organizations and Party organizations (`nodes`) that were touched, or for all (None);
    returns how many rows differed.

    Call it in the writing transaction, after the writes, once with all ids. `on` is the day for everything that comes
    by the calendar. Two transactions that touch the same organization wait for each other here, if they did not before.
    While facts are gathered the answer is 0.
    """
    if organization_ids is None:
        written = _refresh_all(on)
        stated = {"on": on, "at": timezone.now(), "parameters": dict(values_on(on)), "measures": _declared()}
        Recount.objects.update_or_create(pk=ONE, defaults=stated)
        return written
    gathered = _gathered.get() or _Gathered()
    gathered.touched.setdefault(on, set()).update(organization_ids)
    gathered.nodes.setdefault(on, set()).update(nodes)
    return 0 if _gathered.get() else _state(gathered)


@transaction.atomic(savepoint=False)
def forget(organization_ids: Collection[int] = (), *, on: date, nodes: Collection[int] = ()) -> None:
    """Take organizations and Party organizations out of facts and tally. Call it before deleting them (undo of an
    import)."""
    gathered = _gathered.get() or _Gathered()
    if organization_ids:
        ids = Touched.of(organization_ids)
        _lock(ids)
        gathered.gone.update(tally.read(ids))
        gathered.nodes.setdefault(on, set()).update(nodes_of.reached(ids))
        executed(about_touched(f"DELETE FROM {TABLE} WHERE organization_id IN ({TOUCHED})").sql, (ids.parameter,))
    if nodes:
        gathered.gone.update(nodes_of.forget(nodes))
    if not _gathered.get():
        _state(gathered)


@receiver(post_migrate, sender=apps.get_app_config("orgs"))
def state_after_upgrade(*, using: str, plan: Any = (), **about: Any) -> None:
    """A new version may state facts or count otherwise: state all of them, once the last migration has run."""
    executor = MigrationExecutor(connections[using])
    if any(back for _, back in plan) or executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    last = recounted()
    if plan or (last and last.measures != _declared()):
        refresh(None, on=timezone.localdate())


def _declared() -> str:
    """A digest of all measures: as long as it is the same, nothing is counted otherwise."""
    return sha256(repr([(one.code, str(one.where), one.sums) for one in measures]).encode()).hexdigest()


def _state(gathered: _Gathered) -> int:
    """State facts, and take all that changes into the tally in one go."""
    before, after, written = gathered.gone, tally.Sums(), 0
    days = {on: Day.of(on) for on in gathered.touched.keys() | gathered.nodes.keys()}
    if everything := set().union(*gathered.touched.values()):
        touched = {days[on]: some for on, some in gathered.touched.items()}
        was, now, reached, written = _state_organizations(touched, Touched.of(everything))
        before.update(was)
        after.update(now)
        gathered.nodes.setdefault(max(gathered.touched), set()).update(reached)
    for on, some in sorted(gathered.nodes.items()):
        if some:
            was, now, differed = nodes_of.restate(some, days[on])
            before.update(was)  # a sum of two counters would lose what is below nothing
            after.update(now)
            written += differed
    if before or after:
        tally.move(before, after)
    return written


def _state_organizations(
    touched: Mapping[Day, Collection[int]], ids: Touched
) -> tuple[tally.Sums, tally.Sums, set[int], int]:
    """What organizations added up to before and after, the Party organizations that this reaches, and how many rows
    differed."""
    _lock(ids)
    if ids.many:
        analyze(Organization, *ANALYZED)
        analyze(OrganizationFacts)
    before, reached, written = tally.read(ids), nodes_of.reached(ids), 0
    for day, some in touched.items():
        part = Touched.of(some)
        covering = prepared.rows("ningju_facts", writing(day, part.reach, connection.vendor), part)
        reached.update(node for (node,) in covering if node)
        written += len(covering)
    if ids.many:
        analyze(OrganizationFacts)
    if not written:
        return tally.Sums(), tally.Sums(), set(), 0
    return before, tally.read(ids), reached, written


def _refresh_all(on: date) -> int:
    """What differs is looked for without a lock, and stated as if it had been touched; so a night holds up nobody.

    Only where so many differ that this takes longer, or the sums are wrong, everything is made anew behind a lock.
    """
    day = Day.of(on)
    found = differing(day, Reach.ALL, connection.vendor)
    ids = {unit for (unit,) in fetched(f"WITH {found.sql} SELECT organization_id FROM differing", found.parameters)}
    if len(ids) < SWEEPING and not fetched(f"SELECT 1 {ORPHANS} LIMIT 1") and not tally.wrong_figures():
        return _state(_Gathered({on: ids}, {on: set(nodes_of.differing(day))}))
    if connection.vendor == "postgresql":
        executed(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
    executed(f"DELETE {ORPHANS}")
    statement = writing(day, Reach.ALL, connection.vendor)
    written = len(fetched(statement.sql, statement.parameters))
    written += nodes_of.restate(nodes_of.differing(day), day)[-1]
    tally.rebuild()
    return written


def recounted() -> Recount | None:
    """When all facts were stated last, and for which day: what comes by the calendar later is not in them yet."""
    return Recount.objects.filter(pk=ONE).first()


def _check_references() -> None:
    """Check foreign keys now and not at the commit, when others wait for the sums: of 10,000 rows that takes seconds."""
    if connection.vendor == "postgresql":
        executed("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _lock(ids: Touched) -> None:
    """Wait for whoever states facts of the same organizations; SQLite has one writer anyway.

    In the order of the ids, so that two refreshes never wait crosswise. When they have their organizations they announce
    themselves to the table, for whoever makes everything anew.
    """
    if connection.vendor != "postgresql":
        return
    rows = about_touched(f"SELECT 1 FROM {ORGANIZATION} WHERE id IN ({TOUCHED}) ORDER BY id FOR NO KEY UPDATE")
    executed(f"{rows.sql}; LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE", (ids.parameter,))
