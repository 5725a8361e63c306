"""The narrowed statement as PostgreSQL keeps it: planning it anew takes 10 ms, running it for one organization 0.4 ms.

Each database session prepares it once a day and keeps the plan (`plan_cache_mode` in the settings). A prepared statement
outlives the transaction that made it, also when that is rolled back.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg2.extensions import AsIs

from orgs.facts.statement import Statement

NAME = "ningju_facts"
_kept: WeakKeyDictionary[Any, Statement] = WeakKeyDictionary()  # by session


def execute(statement: Statement, ids: str) -> int:
    """Run a statement whose first parameter, the ids, is still open; returns how many rows it wrote."""
    with connection.cursor() as cursor:
        session = connection.connection
        if (kept := _kept.get(session)) != statement:
            if kept is not None:
                cursor.execute(f"DEALLOCATE {NAME}")
                del _kept[session]
            text = cursor.mogrify(statement.sql, (AsIs("$1"), *statement.parameters)).decode()
            cursor.execute(f"PREPARE {NAME} AS {text}")
            _kept[session] = statement
        cursor.execute(f"EXECUTE {NAME} (%s)", (ids,))
        return int(cursor.rowcount)
