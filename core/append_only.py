"""The database itself refuses to change or delete what the audit trail holds: triggers on entries and seals, set up by the
migrations of `core`.

They guard against a forgotten line of code and against whoever has the application's connection and little time; against
the owner of the database stands the chain with its heads outside (`core.sealing`, `core.seal_log`). One thing is let
through, and only inside `rewriting`: new ciphertexts in `changes` and new digests of seals, when keys are rotated.
PostgreSQL knows that by a setting of the transaction; SQLite, which has none, goes without the triggers until the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLES = ("core_auditentry", "core_auditseal")
REFUSAL = "the audit trail only grows"
SQLITE_TRIGGERS = {
    f"{table}_no_{event.lower()}": (
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {event} of {table}'); END"
    )
    for table in TABLES
    for event in ("UPDATE", "DELETE")
}


def lift(vendor: str) -> list[str]:
    """The statements that let new ciphertexts and digests through, and emptying the whole database, in a transaction."""
    if vendor == "postgresql":
        return ["SET LOCAL ningju.rewriting = 'on'"]
    return [f"DROP TRIGGER {name}" for name in SQLITE_TRIGGERS]


def restore(vendor: str) -> list[str]:
    """The statements that end what `lift` began."""
    return ["SET LOCAL ningju.rewriting = 'off'"] if vendor == "postgresql" else [*SQLITE_TRIGGERS.values()]


@contextmanager
def rewriting() -> Iterator[None]:
    """Let new ciphertexts and digests through. Inside a transaction, which takes all back when anything goes wrong."""
    with connection.cursor() as cursor:
        for statement in lift(connection.vendor):
            cursor.execute(statement)
        yield
        for statement in restore(connection.vendor):
            cursor.execute(statement)
