"""New primary keys before their rows: for what refers to them, and for what is encrypted for its row."""

from __future__ import annotations

from django.db import connection, models, transaction


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` new primary keys, so that rows and what refers to them can be written in bulk."""
    table, column = model._meta.db_table, model._meta.pk.column
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(sequence) FROM CAST(pg_get_serial_sequence(%s, %s) AS regclass) AS sequence, "
                "generate_series(1, %s)",
                [table, column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # a Django table on SQLite is AUTOINCREMENT: its counter is a row, and a writing transaction is alone
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = found[0] if found else 0
        statement = (
            "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
            if found
            else "INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)"
        )
        cursor.execute(statement, [last + count, table])
        return list(range(last + 1, last + count + 1))
