"""Bringing facts and tally up to date, and checking that they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction

from orgs.facts import tally
from orgs.facts.sources import Day
from orgs.facts.statement import COLUMNS, ORGANIZATION, TABLE, TOUCHED, Statement, differing, listed, touched

MANY = 5_000  # from so many organizations on, one lock on the table is cheaper than one on each row


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
    ids = touched(organization_ids)
    _lock(ids, len(organization_ids))
    before = tally.read(ids)
    statement = differing(Day.of(on), True, connection.vendor)
    written = _write(Statement(f"{ids.sql}, {statement.sql}", ids.parameters + statement.parameters))
    if written:
        tally.move(before, tally.read(ids))
    return written


@transaction.atomic(savepoint=False)
def forget(organization_ids: Collection[int]) -> None:
    """Take organizations out of facts and tally. Call it before deleting them (undo of an import)."""
    if not organization_ids:
        return
    ids = touched(organization_ids)
    _lock(ids, len(organization_ids))
    tally.move(tally.read(ids), {})
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ids.sql} DELETE FROM {TABLE} WHERE organization_id IN ({TOUCHED})", ids.parameters)


def _refresh_all(day: Day) -> int:
    if connection.vendor == "postgresql":
        _lock_table()
    with connection.cursor() as cursor:  # deleted without `forget`
        cursor.execute(f"DELETE FROM {TABLE} WHERE organization_id NOT IN (SELECT id FROM {ORGANIZATION})")
    written = _write(differing(day, False, connection.vendor))
    tally.rebuild()
    return written


def _write(statement: Statement) -> int:
    """Insert or replace the rows that a statement found to differ."""
    quote = connection.ops.quote_name
    replaced = ", ".join(f"{quote(c)} = excluded.{quote(c)}" for c in COLUMNS if c != "organization_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({listed()}) WITH {statement.sql} SELECT {listed('differing')} FROM differing "
            f"WHERE TRUE ORDER BY organization_id ON CONFLICT (organization_id) DO UPDATE SET {replaced}",
            statement.parameters,
        )
        return cursor.rowcount


def _lock(ids: Statement, count: int) -> None:
    """Wait for whoever states facts of the same organizations; SQLite has one writer anyway.

    In the order of the ids, so that two refreshes never wait crosswise. Many at once take the whole table, and keep out
    the small ones, which announce themselves to it.
    """
    if connection.vendor != "postgresql":
        return
    if count >= MANY:
        _lock_table()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE; "
            f"WITH {ids.sql} SELECT 1 FROM {ORGANIZATION} WHERE id IN ({TOUCHED}) ORDER BY id FOR NO KEY UPDATE",
            ids.parameters,
        )


def _lock_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
