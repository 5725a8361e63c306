"""Search by a fragment of a name or the beginning of a code, on both databases without reading the whole table.

Names are indexed by their bigrams: “明川电子” is 明川, 川电, 电子. Two Chinese characters are the usual query, and the
databases' own trigram indexes cannot answer it. PostgreSQL has a GIN index over an immutable function. SQLite has an FTS5
table beside a short list of stale rows: triggers only note that a name is new, changed or gone, `settle_names` indexes
what was noted in one stroke (three times cheaper than one by one), and until then a search reads the stale rows too.
`index_names` makes either in a migration.
"""

from __future__ import annotations

import re
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.models import CharField, Lookup, Q, QuerySet

CODE = re.compile(r"[0-9A-Z]{4,}", re.ASCII)
CODE_DIGITS = 4  # so many digits make a Latin word a number of a register, not a part of a name

# a loop in plpgsql takes a sixth of the time of a set-returning query, which counts when 100,000 names are loaded
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION ningju_bigrams(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  lowered text := lower(name);
  pairs text[] := '{}';
BEGIN
  FOR place IN 1 .. length(lowered) - 1 LOOP
    pairs := pairs || substr(lowered, place, 2);
  END LOOP;
  RETURN pairs;
END
$$
"""
PENDING = "fastupdate = on, gin_pending_list_limit = 16384"  # kB: a big import sorts its names in few strokes


def bigrams(text: str) -> list[str]:
    """All pairs of neighbouring characters, lower case, each once."""
    lower = text.lower()
    return sorted({lower[place : place + 2] for place in range(len(lower) - 1)})


def tokens(text: str | None) -> str:
    """The bigrams as FTS5 stores them: hexadecimal words, so that no tokenizer takes a bracket or space for a border."""
    digits = (text or "").lower().encode("utf-16-be").hex()
    return " ".join([digits[place : place + 8] for place in range(0, len(digits) - 4, 4)])


def search(
    queryset: QuerySet, text: str, *, name: str = "name", codes: tuple[str, ...] = ("credit_code", "old_number")
) -> QuerySet:
    """Rows whose code begins with the text, or whose name holds every word of it.

    A word of capitals and at least four digits is a code; everything else is a fragment of a name.
    """
    for word in text.split():
        code = word.upper()
        if codes and CODE.fullmatch(code) and sum(sign.isdigit() for sign in code) >= CODE_DIGITS:
            begins = Q(pk__in=[])
            for field in codes:
                begins |= Q(**{f"{field}__begins": code}) & ~Q(**{field: ""})
            queryset = queryset.filter(begins)
        else:
            queryset = queryset.filter(**{f"{name}__fragment": word})
    return queryset


@CharField.register_lookup
class Fragment(Lookup):
    """`name__fragment="明川"`: the name holds the text, whatever the case of Latin letters.

    The column must have been indexed by `index_names`. One character is looked for the slow way.
    """

    lookup_name = "fragment"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The index finds candidates by bigrams; LIKE makes sure that these stand side by side."""
        column, _ = self.process_lhs(compiler, connection)
        pattern = f"%{connection.ops.prep_for_like_query(str(self.rhs))}%"
        like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
        whole, pairs = rf"{column} {like} %s ESCAPE '\'", bigrams(str(self.rhs))
        if not pairs:
            return whole, [pattern]
        if connection.vendor == "postgresql":
            return f"(ningju_bigrams({column}::text) @> %s::text[] AND {whole})", [pairs, pattern]
        field = self.lhs.target
        index = _index_name(field.model._meta.db_table, field.column)
        key = f"{connection.ops.quote_name(self.lhs.alias)}.{connection.ops.quote_name(field.model._meta.pk.column)}"
        found = f'SELECT rowid FROM "{index}" WHERE "{index}" MATCH %s UNION ALL SELECT id FROM "{index}_stale"'
        return f"({key} IN ({found}) AND {whole})", [tokens(str(self.rhs)), pattern]


@CharField.register_lookup
class Begins(Lookup):
    """`credit_code__begins="9199"`: a prefix, asked so that each database uses its index."""

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """PostgreSQL walks the `varchar_pattern_ops` index of the column, SQLite an interval of the plain one."""
        column, _ = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column}::text LIKE %s", [f"{connection.ops.prep_for_like_query(text)}%"]
        return f"({column} >= %s AND {column} < %s)", [text, text + "\U0010ffff"]


def index_names(app: str, model: str, column: str = "name") -> RunPython:
    """The migration operation that indexes the names of a model."""

    def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app, model)._meta.db_table
        for statement in _statements(editor.connection.vendor, table, column):
            editor.execute(statement)

    def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app, model)._meta.db_table
        for statement in _removal(editor.connection.vendor, table, column):
            editor.execute(statement)

    return RunPython(forwards, backwards)


def names_stay_indexed(app: str, model: str, change: Operation, column: str = "name") -> list[Operation]:
    """A change of a model with indexed names, as operations of a migration: SQLite makes the table anew, without its
    triggers."""

    def restore(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for statement in _statements("sqlite", apps.get_model(app, model)._meta.db_table, column):
                if statement.startswith(made := "CREATE TRIGGER "):
                    editor.execute(statement.replace(made, f"{made}IF NOT EXISTS "))

    return [RunPython(RunPython.noop, restore), change, RunPython(restore, RunPython.noop)]


def settle_names() -> None:
    """Index the names that were noted as stale, on SQLite. After bulk loads and every night; cheap when there are none."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%_grams_insert'"
        )
        for trigger, table in cursor.fetchall():
            index = trigger.removesuffix("_insert")
            column = index.removeprefix(f"{table}_").removesuffix("_grams")
            cursor.execute(
                f'INSERT INTO "{index}" ("{index}", rowid, grams) '
                f"SELECT 'delete', id, ningju_tokens(old) FROM \"{index}_stale\" WHERE old IS NOT NULL"
            )
            cursor.execute(
                f'INSERT INTO "{index}" (rowid, grams) SELECT id, ningju_tokens("{column}") FROM "{table}" '
                f'WHERE id IN (SELECT id FROM "{index}_stale")'
            )
            cursor.execute(f'DELETE FROM "{index}_stale"')


def _index_name(table: str, column: str) -> str:
    return f"{table}_{column}_grams"


def _statements(vendor: str, table: str, column: str) -> list[str]:
    index = _index_name(table, column)
    if vendor == "postgresql":
        return [
            POSTGRES_FUNCTION,
            f'CREATE INDEX "{index}" ON "{table}" USING gin (ningju_bigrams("{column}"::text)) WITH ({PENDING})',
        ]
    changed = f'WHEN old."{column}" IS NOT new."{column}"'
    note = f'INSERT OR IGNORE INTO "{index}_stale" (id, old) VALUES'  # what the index holds of a row is noted once
    return [
        f"CREATE VIRTUAL TABLE \"{index}\" USING fts5(grams, content='', detail=none, columnsize=0, tokenize='ascii')",
        f'CREATE TABLE "{index}_stale" (id INTEGER PRIMARY KEY, old TEXT)',
        f'INSERT INTO "{index}" (rowid, grams) SELECT id, ningju_tokens("{column}") FROM "{table}"',
        f'CREATE TRIGGER "{index}_insert" AFTER INSERT ON "{table}" BEGIN {note} (new.id, NULL); END',
        f'CREATE TRIGGER "{index}_delete" AFTER DELETE ON "{table}" BEGIN {note} (old.id, old."{column}"); END',
        f'CREATE TRIGGER "{index}_update" AFTER UPDATE OF "{column}" ON "{table}" {changed} '
        f'BEGIN {note} (old.id, old."{column}"); END',
    ]


def _removal(vendor: str, table: str, column: str) -> list[str]:
    index = _index_name(table, column)
    if vendor == "postgresql":
        return [f'DROP INDEX "{index}"']
    triggers = [f'DROP TRIGGER "{index}_{event}"' for event in ("insert", "delete", "update")]
    return [*triggers, f'DROP TABLE "{index}"', f'DROP TABLE "{index}_stale"']


def give_functions(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Teach a new SQLite connection the function that its index is made with."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("ningju_tokens", 1, tokens, deterministic=True)
