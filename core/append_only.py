"""The database itself refuses to change or delete what the audit trail holds: triggers on entries and seals.

They guard against a forgotten line of code and against whoever has the application's connection and little time; against
the owner of the database stands the chain with its heads outside (`core.sealing`, `core.seal_log`). One thing is let
through, and only inside `rewriting`: new ciphertexts in `changes` and new digests of seals, when keys are rotated.
PostgreSQL knows that by a setting of the transaction; SQLite, which has none, goes without the triggers until the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLES = {"core_auditentry": ("changes",), "core_auditseal": ("digest", "version", "key")}  # what may be rewritten
REFUSAL = "the audit trail only grows"
FUNCTION = f"""
CREATE OR REPLACE FUNCTION ningju_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('ningju.rewriting', true) = 'on' AND TG_OP <> 'DELETE' THEN
        IF TG_OP = 'TRUNCATE' THEN
            RETURN NULL;
        END IF;
        IF to_jsonb(old) - TG_ARGV = to_jsonb(new) - TG_ARGV THEN
            RETURN new;
        END IF;
    END IF;
    RAISE EXCEPTION '{REFUSAL}: % of %', TG_OP, TG_TABLE_NAME;
END $$
"""


def install(vendor: str) -> list[str]:
    """The statements that set up the triggers."""
    if vendor == "postgresql":
        return [FUNCTION, *(made for table in TABLES for made in _on_postgres(table))]
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {event} of {table}'); END"
        for table in TABLES
        for event in ("UPDATE", "DELETE")
    ]


def remove(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return ["DROP FUNCTION ningju_append_only() CASCADE"]
    return [f"DROP TRIGGER {table}_no_{event}" for table in TABLES for event in ("update", "delete")]


def lift(vendor: str) -> list[str]:
    """The statements that let new ciphertexts and digests through, and emptying the whole database, in a transaction."""
    return ["SET LOCAL ningju.rewriting = 'on'"] if vendor == "postgresql" else remove(vendor)


def restore(vendor: str) -> list[str]:
    """The statements that end what `lift` began."""
    return ["SET LOCAL ningju.rewriting = 'off'"] if vendor == "postgresql" else install(vendor)


@contextmanager
def rewriting() -> Iterator[None]:
    """Let new ciphertexts and digests through. Inside a transaction, which takes all back when anything goes wrong."""
    with connection.cursor() as cursor:
        for statement in lift(connection.vendor):
            cursor.execute(statement)
        yield
        for statement in restore(connection.vendor):
            cursor.execute(statement)


def _on_postgres(table: str) -> list[str]:
    columns = ", ".join(f"'{column}'" for column in TABLES[table])
    execute = f"EXECUTE FUNCTION ningju_append_only({columns})"
    return [
        f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {execute}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {execute}",
    ]
