"""All that the database holds, as text: what a dump of it would show."""

from __future__ import annotations

from django.db import connection


def rows_of_everything() -> str:
    """Every table's name with its rows, numbers and texts as they are stored."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            told += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(told)
