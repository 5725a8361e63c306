"""Writing many rows at once on both databases: COPY on PostgreSQL, executemany on SQLite.

`bulk_create` takes three times as long (it builds a model instance and one statement a batch); imports, facts and the
demonstration city write hundreds of thousands of rows. Values are what the model's attributes hold.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from core.crypto import encrypt
from core.fields import EncryptedTextField

CHUNK = 2_000  # rows a buffer of COPY or executemany holds
STROKE = 20_000  # rows that SQLite moves from a temporary table at once
ENCODE = json.JSONEncoder(ensure_ascii=False).encode
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` new primary keys, so that rows and what refers to them can be written in bulk. Inside a transaction."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
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


def insert_rows(model: type[models.Model], attributes: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows given as sequences in the order of `attributes`; columns left out get their defaults.

    Returns how many. Unique and check constraints are the database's; nothing is validated here.
    """
    fields = [_field(model, name) for name in attributes]
    given = {field.attname for field in fields}
    others = [f for f in model._meta.concrete_fields if f.attname not in given and not f.primary_key]
    defaults = tuple(_default(field) for field in others)
    columns = [str(field.column) for field in (*fields, *others)]
    prepare = _preparer([*fields, *others])
    load = _load if connection.vendor == "postgresql" else _load_by_way
    return load(model._meta.db_table, columns, (prepare((*row, *defaults)) for row in rows))


def update_rows(model: type[models.Model], attributes: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Update rows by primary key: each row is `(pk, value of the first attribute, …)`. Returns how many were given.

    The new values go into a temporary table and from there into the model's in one statement. Inside a transaction.
    """
    fields = [model._meta.pk, *(_field(model, name) for name in attributes)]
    columns = [str(field.column) for field in fields]
    table, temporary = model._meta.db_table, f"new_{model._meta.db_table}"
    prepare, quote = _preparer(fields), connection.ops.quote_name
    listed = ", ".join(quote(column) for column in columns)
    assigned = ", ".join(f"{quote(c)} = {quote(temporary)}.{quote(c)}" for c in columns[1:])
    key = quote(columns[0])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {quote(temporary)} AS SELECT {listed} FROM {quote(table)} LIMIT 0")
        count = _load(temporary, columns, (prepare(row) for row in rows))
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {quote(temporary)}")
        cursor.execute(
            f"UPDATE {quote(table)} SET {assigned} FROM {quote(temporary)} "
            f"WHERE {quote(table)}.{key} = {quote(temporary)}.{key}"
        )
        cursor.execute(f"DROP TABLE {quote(temporary)}")
    return count


def delete_rows(model: type[models.Model], attribute: str, values: Sequence[Any]) -> int:
    """Delete the rows whose column holds one of the values; returns how many. Nothing cascades: give children first."""
    table, column = model._meta.db_table, str(_field(model, attribute).column)
    quote, count = connection.ops.quote_name, 0
    with connection.cursor() as cursor:
        for start in range(0, len(values), CHUNK):
            part = values[start : start + CHUNK]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"DELETE FROM {quote(table)} WHERE {quote(column)} IN ({marks})", list(part))
            count += cursor.rowcount
    return count


def _field(model: type[models.Model], attribute: str) -> models.Field:
    for field in model._meta.concrete_fields:
        if attribute in (field.attname, field.name):
            return field
    raise ValueError(f"{model.__name__} has no column {attribute!r}")


def _default(field: models.Field) -> Any:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return timezone.now() if isinstance(field, models.DateTimeField) else timezone.localdate()
    return field.get_default()


def _load(table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
    listed, count = ", ".join(connection.ops.quote_name(column) for column in columns), 0
    with connection.cursor() as cursor:
        while chunk := list(itertools.islice(rows, CHUNK)):
            if connection.vendor == "postgresql":
                text = "".join(["\t".join(row) + "\n" for row in chunk])
                statement = f"COPY {connection.ops.quote_name(table)} ({listed}) FROM STDIN"
                cursor.cursor.copy_expert(statement, io.StringIO(text))
            else:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} ({listed}) VALUES ({marks})", chunk)
            count += len(chunk)
    return count


def _load_by_way(table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
    """Load into a temporary table and from there in one statement, on SQLite.

    Its full-text indexes write down what they have at the end of each statement: row by row, a table with one takes
    twice as long.
    """
    quote, count = connection.ops.quote_name, 0
    listed, temporary = ", ".join(map(quote, columns)), f"loaded_{table}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {quote(temporary)} AS SELECT {listed} FROM {quote(table)} LIMIT 0")
        while stroke := _load(temporary, columns, itertools.islice(rows, STROKE)):
            cursor.execute(f"INSERT INTO {quote(table)} ({listed}) SELECT {listed} FROM {quote(temporary)}")
            cursor.execute(f"DELETE FROM {quote(temporary)}")
            count += stroke
        cursor.execute(f"DROP TABLE {quote(temporary)}")
    return count


def _preparer(fields: Sequence[models.Field]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    converters = [_converter(field) for field in fields]
    missing = "\\N" if connection.vendor == "postgresql" else None

    def prepare(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            [missing if value is None else convert(value) for convert, value in zip(converters, row, strict=True)]
        )

    return prepare


def _converter(field: models.Field) -> Callable[[Any], Any]:
    """From the attribute's value to what the database takes: text in COPY's escaping, or a parameter of SQLite."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    copying = connection.vendor == "postgresql"
    if isinstance(target, EncryptedTextField):
        return encrypt  # base64: nothing to escape
    if isinstance(target, models.JSONField):
        dumps = DjangoJSONEncoder(ensure_ascii=False).encode if target.encoder else ENCODE
        return (lambda value: dumps(value).translate(ESCAPES)) if copying else dumps
    if isinstance(target, models.BooleanField):
        return (lambda value: "t" if value else "f") if copying else int
    if isinstance(target, models.DateTimeField):
        return (lambda value: value.isoformat()) if copying else connection.ops.adapt_datetimefield_value
    if isinstance(target, models.DateField):
        return lambda value: value if isinstance(value, str) else value.isoformat()
    if isinstance(target, models.DecimalField):
        return (
            str
            if copying
            else (lambda v: connection.ops.adapt_decimalfield_value(v, target.max_digits, target.decimal_places))
        )
    if isinstance(target, models.IntegerField):
        return str if copying else (lambda value: value)
    return (lambda value: str(value).translate(ESCAPES)) if copying else str
