"""Bringing facts and tally up to date, and checking that they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection, transaction

from orgs.facts import prepared, tally
from orgs.facts.sources import Day
from orgs.facts.statement import ORGANIZATION, ORPHANS, TABLE, TOUCHED, Reach, Touched, about_touched, writing


@transaction.atomic(savepoint=False)
def refresh(organization_ids: Collection[int] | None, *, on: date) -> int:
    """State the facts anew for organizations that were touched, or for all (None); returns how many rows differed.

    Call it in the writing transaction, after the writes, once with all ids. `on` is the day for everything that comes
    by the calendar. Two transactions that touch the same organization wait for each other here.
    """
    if organization_ids is None:
        return _refresh_all(Day.of(on))
    if not organization_ids:
        return 0
    ids = Touched.of(organization_ids)
    _lock(ids)
    before = tally.read(ids)
    statement = writing(Day.of(on), ids.reach, connection.vendor)
    with connection.cursor() as cursor:
        prepared.execute(cursor, "ningju_facts", statement, ids)
        written = int(cursor.rowcount)
    if written:
        tally.move(before, tally.read(ids))
    return written


@transaction.atomic(savepoint=False)
def forget(organization_ids: Collection[int]) -> None:
    """Take organizations out of facts and tally. Call it before deleting them (undo of an import)."""
    if not organization_ids:
        return
    ids = Touched.of(organization_ids)
    _lock(ids)
    tally.move(tally.read(ids), {})
    _execute(about_touched(f"DELETE FROM {TABLE} WHERE organization_id IN ({TOUCHED})").sql, (ids.parameter,))


def _refresh_all(day: Day) -> int:
    if connection.vendor == "postgresql":
        _lock_table()
    _execute(f"DELETE {ORPHANS}", ())
    statement = writing(day, Reach.ALL, connection.vendor)
    written = _execute(statement.sql, statement.parameters)
    tally.rebuild()
    return written


def _execute(sql: str, parameters: tuple[Any, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _lock(ids: Touched) -> None:
    """Wait for whoever states facts of the same organizations; SQLite has one writer anyway.

    In the order of the ids, so that two refreshes never wait crosswise. Many at once take the whole table, and keep out
    the small ones, which announce themselves to it.
    """
    if connection.vendor != "postgresql":
        return
    if ids.many:
        _lock_table()
        return
    rows = about_touched(f"SELECT 1 FROM {ORGANIZATION} WHERE id IN ({TOUCHED}) ORDER BY id FOR NO KEY UPDATE")
    _execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE; {rows.sql}", (ids.parameter,))


def _lock_table() -> None:
    _execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE", ())
