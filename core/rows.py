"""Writing many rows at once on both databases: COPY on PostgreSQL, executemany on SQLite.

`bulk_create` takes three times as long (it builds a model instance and one statement a batch); imports, facts and the
demonstration city write hundreds of thousands of rows. Values are what the model's attributes hold.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from core.fields import EncryptedTextField, column_of
from core.numbering import reserve_ids

CHUNK = 2_000  # rows a buffer of COPY or executemany holds
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


class Encoded(str):
    """JSON that is encoded already, for a column whose text was needed before."""


def insert_rows(
    model: type[models.Model],
    attributes: Sequence[str],
    rows: Iterable[Sequence[Any]],
    constants: Mapping[str, Any] | None = None,
) -> int:
    """Insert rows given as sequences in the order of `attributes`; columns left out get their defaults.

    `constants` are attributes with one value for all rows. Returns how many. Unique and check constraints are the
    database's; nothing is validated here. Encrypted values need the row's number: where none is given, it is reserved.
    """
    fields = [column_of(model, name) for name in attributes]
    if any(isinstance(f, EncryptedTextField) for f in fields) and not any(f.primary_key for f in fields):
        fields, rows = [model._meta.pk, *fields], _numbered(model, rows)
    same = {column_of(model, name): value for name, value in (constants or {}).items()}
    given = {field.attname for field in (*fields, *same)}
    others = [f for f in model._meta.concrete_fields if f.attname not in given and not f.primary_key]
    same |= {field: "" if isinstance(field, EncryptedTextField) else _default(field) for field in others}
    converted = {str(field.column): _column_converter(field)([value])[0] for field, value in same.items()}
    return _load(model._meta.db_table, [str(field.column) for field in fields], converted, _prepared(fields, rows))


def update_rows(model: type[models.Model], attributes: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Update rows by primary key: each row is `(pk, value of the first attribute, …)`. Returns how many were given.

    The new values go into a temporary table and from there into the model's in one statement. Inside a transaction.
    """
    fields = [model._meta.pk, *(column_of(model, name) for name in attributes)]
    columns = [str(field.column) for field in fields]
    table, temporary = model._meta.db_table, f"new_{model._meta.db_table}"
    quote = connection.ops.quote_name
    listed = ", ".join(quote(column) for column in columns)
    assigned = ", ".join(f"{quote(c)} = {quote(temporary)}.{quote(c)}" for c in columns[1:])
    key = quote(columns[0])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {quote(temporary)} AS SELECT {listed} FROM {quote(table)} LIMIT 0")
        count = _load(temporary, columns, {}, _prepared(fields, rows))
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {quote(temporary)}")
        cursor.execute(
            f"UPDATE {quote(table)} SET {assigned} FROM {quote(temporary)} "
            f"WHERE {quote(table)}.{key} = {quote(temporary)}.{key}"
        )
        cursor.execute(f"DROP TABLE {quote(temporary)}")
    return count


def analyze(model: type[models.Model], *columns: str) -> None:
    """Tell PostgreSQL what a table holds since so much of it was written: joins planned without that ran for minutes."""
    if connection.vendor == "postgresql":
        listed = f"({', '.join(str(column_of(model, name).column) for name in columns)})" if columns else ""
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)} {listed}")


def encode_json(value: Any) -> str:
    """The value as JSON columns hold it. Python's own encoder takes four times as long for so short texts."""
    return value if type(value) is Encoded else orjson.dumps(value).decode()


def _numbered(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    rows = [*rows]
    return ([pk, *row] for pk, row in zip(reserve_ids(model, len(rows)), rows, strict=True))


def _default(field: models.Field) -> Any:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return timezone.now() if isinstance(field, models.DateTimeField) else timezone.localdate()
    return field.get_default()


def _load(table: str, columns: Sequence[str], same: Mapping[str, Any], chunks: Iterator[list[Any]]) -> int:
    """Write prepared chunks: lines of COPY, or parameters of SQLite. `same` are columns with one value in all rows."""
    quote, count = connection.ops.quote_name, 0
    listed = ", ".join(map(quote, (*columns, *same)))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            end = "".join(f"\t{value}" for value in same.values()) + "\n"
            for chunk in chunks:
                text = io.StringIO("".join([line + end for line in chunk]))
                cursor.cursor.copy_expert(f"COPY {quote(table)} ({listed}) FROM STDIN", text)
                count += len(chunk)
        else:
            # written out: bound to each row, what all have in common costs as much as the row itself
            literals = [connection.connection.execute("SELECT quote(?)", [one]).fetchone()[0] for one in same.values()]
            values = ", ".join(["%s"] * len(columns) + [one.replace("%", "%%") for one in literals])
            for chunk in chunks:
                cursor.executemany(f"INSERT INTO {quote(table)} ({listed}) VALUES ({values})", chunk)
                count += len(chunk)
    return count


def _prepared(fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """Chunks of lines of COPY, or of parameters for SQLite, converted column by column."""
    copying = connection.vendor == "postgresql"
    converters = [_column_converter(field) for field in fields]
    encrypted = [at for at, field in enumerate(fields) if isinstance(field, EncryptedTextField)]
    key = next((at for at, field in enumerate(fields) if field.primary_key), 0)
    rows = iter(rows)
    while chunk := list(itertools.islice(rows, CHUNK)):
        given: list[Sequence[Any]] = list(zip(*chunk, strict=True))
        for at in encrypted:
            given[at] = fields[at].encrypted_column(given[at], given[key])  # type: ignore[attr-defined]
        columns = [convert(column) for convert, column in zip(converters, given, strict=True)]
        lines = zip(*columns, strict=True)
        yield ["\t".join(line) for line in lines] if copying else list(lines)


def _column_converter(field: models.Field) -> Callable[[Sequence[Any]], Sequence[Any]]:
    convert, missing = _converter(field), "\\N" if connection.vendor == "postgresql" else None
    if convert is None:
        return lambda column: column
    if convert is _escaped:
        return _texts
    return lambda column: [missing if value is None else convert(value) for value in column]


def _converter(field: models.Field) -> Callable[[Any], Any] | None:
    """From the attribute's value to what the database takes: text in COPY's escaping, or a parameter of SQLite, where
    None means as it is. Days and decimals may also come as texts."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    copying = connection.vendor == "postgresql"
    if isinstance(target, EncryptedTextField):
        return str if copying else None  # encrypted before, with the row's number; nothing to escape
    if isinstance(target, models.JSONField):
        dumps = DjangoJSONEncoder(ensure_ascii=False).encode if target.encoder else encode_json
        return (lambda value: dumps(value).replace("\\", "\\\\")) if copying else dumps
    if isinstance(target, models.BooleanField):
        return (lambda value: "t" if value else "f") if copying else int
    if isinstance(target, models.DateTimeField):
        return (lambda value: value.isoformat()) if copying else connection.ops.adapt_datetimefield_value
    if isinstance(target, models.DateField | models.DecimalField):
        return str
    if isinstance(target, models.IntegerField):
        return str if copying else None
    return _escaped if copying else None


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """A column of texts as COPY takes them. Mostly none of them has anything to escape."""
    texts = ["" if value is None else str(value) for value in column]
    together = "".join(texts)
    if not together.isprintable() or "\\" in together:
        texts = [_escaped(text) for text in texts]
    if None in column:
        texts = ["\\N" if value is None else text for value, text in zip(column, texts, strict=True)]
    return texts


def _escaped(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(ESCAPES)
