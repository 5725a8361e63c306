"""For migrations of apps: the triggers by which a table only grows, beside those of the trail. Frozen."""

from django.db import migrations

REFUSAL = "the audit trail only grows"


def only_grows(table, *columns):
    """An operation. The columns are those that may be written anew when keys are changed: ciphertexts."""

    def set_up(apps, editor):
        for statement in _on_postgres(table, columns) if _postgres(editor) else _on_sqlite(table):
            editor.execute(statement, params=None)

    def take_down(apps, editor):
        names = [f"{table}_rows", f"{table}_whole"] if _postgres(editor) else [f"{table}_no_update", f"{table}_no_delete"]
        for name in names:
            editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if _postgres(editor) else ""), params=None)

    return migrations.RunPython(set_up, take_down)


def _postgres(editor):
    return editor.connection.vendor == "postgresql"


def _on_postgres(table, columns):
    execute = "EXECUTE FUNCTION ningju_append_only({})".format(", ".join(f"'{column}'" for column in columns))
    return [
        f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {execute}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {execute}",
    ]


def _on_sqlite(table):
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {event} of {table}'); END"
        for event in ("UPDATE", "DELETE")
    ]
