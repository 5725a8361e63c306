"""In which order rows are locked, so that no two writers ever wait for each other crosswise (docs/architecture.md, “Locks”).

SQLite has one writer at a time: what stands here is for PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import connection, models, transaction

from core.id_sets import ROWS, parameter

_TURN = 0x4E494E47  # any number that no one else locks
_BETWEEN = "pg_advisory_xact_lock_shared"
_derived: list[Callable[[], AbstractContextManager[None]]] = []


def one_at_a_time() -> None:
    """Wait for the turn of those who change many records in an order of their own; it lasts until this transaction ends.

    Before anything else is locked.
    """
    _take("pg_advisory_xact_lock")


def between_turns() -> None:
    """Wait until nobody has the turn of `one_at_a_time`; several may be between turns. Who changes more than one record,
    in the order of their ids, begins with it."""
    _take(_BETWEEN)


def alone_with(text: str) -> None:
    """Wait for whoever is adding what this text names, until this transaction ends: where nothing stands yet, there is no
    row to lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_TURN, text])


def hold(model: type[models.Model], ids: Iterable[int | None]) -> None:
    """Lock rows in the order of their ids until this transaction ends; of more than one, between turns. Others may still
    refer to them. Inside a transaction."""
    wanted = {pk for pk in ids if pk is not None}
    if connection.vendor != "postgresql" or not wanted:
        return
    first = f"SELECT {_BETWEEN}({_TURN}); " if len(wanted) > 1 else ""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"{first}SELECT 1 FROM {table} WHERE {key} IN ({ROWS['postgresql']}) ORDER BY {key} FOR NO KEY UPDATE",
            [parameter(wanted)],
        )


@contextmanager
def impatient() -> Iterator[None]:
    """Inside, SQLite waits for no other writer; what cannot be written at once fails. For what may be left out."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    patience = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")


@contextmanager
def reading() -> Iterator[None]:
    """A transaction that sees one state and writes nothing: on SQLite it keeps no writer out."""
    mode = getattr(connection, "transaction_mode", None)
    try:
        if mode:
            connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
        with transaction.atomic():
            yield
    finally:
        if mode:
            connection.transaction_mode = mode  # type: ignore[attr-defined]


def keep_derived(context: Callable[[], AbstractContextManager[None]]) -> None:
    """Declare derived data: inside the context its changes are gathered, at its end they are made."""
    _derived.append(context)


@contextmanager
def derived_once() -> Iterator[None]:
    """Bring derived data up to date once, at the end, whatever several services touch inside. Inside a transaction.

    Sums are rows that many writers share. Each locks them in one order; two goes at them would be in none.
    """
    with ExitStack() as stack:
        for context in _derived:
            stack.enter_context(context())
        yield


def _take(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_TURN])
