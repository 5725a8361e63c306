"""The database itself refuses to change or delete what only grows: the trail with its seals, and every table of an append-only
model (`core.models.AppendOnly`). The triggers are set up by migrations.

They guard against a forgotten line of code and against whoever has the application's connection and little time; against
the owner of the database stands the chain with its heads outside (`core.sealing`, `core.seal_log`), and what the trail proves
of each row (`core.proof`). One thing is let through, and only inside `rewriting`: new ciphertexts and digests, when keys are
changed. PostgreSQL knows that by a setting of the transaction; SQLite, which has none, goes without the triggers until the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

from core.models import AppendOnly

TRAIL = ("core_auditentry", "core_auditseal")
REFUSAL = "the audit trail only grows"


def models() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def tables() -> list[str]:
    """The trail's with its seals', and those of all append-only models."""
    return sorted({*TRAIL, *(model._meta.db_table for model in models())})


def triggers(table: str) -> dict[str, str]:
    """Those of a table on SQLite: by their name, how each is made."""
    return {
        f"{table}_no_{event.lower()}": (
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {event} of {table}'); END"
        )
        for event in ("UPDATE", "DELETE")
    }


def lift(vendor: str, names: Collection[str] = TRAIL) -> list[str]:
    """The statements that let new ciphertexts and digests of these tables through, and emptying the whole database, in a
    transaction."""
    if vendor == "postgresql":
        return ["SET LOCAL ningju.rewriting = 'on'"]
    return [f"DROP TRIGGER {name}" for table in names for name in triggers(table)]


def restore(vendor: str, names: Collection[str] = TRAIL) -> list[str]:
    """The statements that end what `lift` began."""
    if vendor == "postgresql":
        return ["SET LOCAL ningju.rewriting = 'off'"]
    return [made for table in names for made in triggers(table).values()]


@contextmanager
def rewriting(*names: str) -> Iterator[None]:
    """Let new ciphertexts and digests through, of the trail unless other tables are named. Inside a transaction, which takes
    all back when anything goes wrong."""
    with connection.cursor() as cursor:
        for statement in lift(connection.vendor, names or TRAIL):
            cursor.execute(statement)
        yield
        for statement in restore(connection.vendor, names or TRAIL):
            cursor.execute(statement)
