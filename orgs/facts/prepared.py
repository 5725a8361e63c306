"""Statements about few organizations as PostgreSQL keeps them: planning them anew takes 10 ms, running them 0.5.

Each database session prepares a statement when it first needs it, the one of the facts anew every day, and keeps its plan
(`plan_cache_mode` in the settings). A prepared statement outlives the transaction that made it, also when that is rolled
back.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg2.extensions import AsIs

from orgs.facts.statement import Statement, Touched, fetched

_kept: WeakKeyDictionary[Any, dict[str, Statement]] = WeakKeyDictionary()  # by session


def _execute(cursor: CursorWrapper, name: str, statement: Statement, ids: Touched) -> None:
    """Run a statement whose first parameter, that of `touched`, is still open. Its plan is kept under the name."""
    if connection.vendor != "postgresql" or ids.many:
        cursor.execute(statement.sql, (ids.parameter, *statement.parameters))
        return
    kept = _kept.setdefault(connection.connection, {})
    if kept.get(name) != statement:
        if kept.pop(name, None):
            cursor.execute(f"DEALLOCATE {name}")
        text = cursor.mogrify(statement.sql, (AsIs("$1"), *statement.parameters)).decode()
        cursor.execute(f"PREPARE {name} AS {text}")
        kept[name] = statement
    cursor.execute(f"EXECUTE {name} (%s)", (ids.parameter,))


def rows(name: str, statement: Statement, ids: Touched | None) -> list[tuple[Any, ...]]:
    """What a statement finds; without ids one that is about all."""
    if ids is None:
        return fetched(statement.sql, statement.parameters)
    with connection.cursor() as cursor:
        _execute(cursor, name, statement, ids)
        return cursor.fetchall()
