"""For migrations of apps: the triggers by which rows of a table stay as they are from a moment on. Frozen."""

from django.db import migrations

REFUSAL = "what is published stays"


def frozen_when(table, condition, *, parts=False):
    """An operation. `condition` is SQL over `{row}`, such as `{row}.published_on IS NOT NULL`: a row that meets it is neither
    changed nor deleted. `parts`: none comes to meet it either, since it belongs to what is frozen."""

    def set_up(apps, editor):
        for statement in _on_postgres(table, condition, parts) if _postgres(editor) else _on_sqlite(table, condition, parts):
            editor.execute(statement, params=None)

    def take_down(apps, editor):
        if _postgres(editor):
            editor.execute(f"DROP FUNCTION {table}_frozen() CASCADE", params=None)
            return
        for event in ("insert", "update", "delete") if parts else ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_frozen_{event}", params=None)

    return migrations.RunPython(set_up, take_down)


def _postgres(editor):
    return editor.connection.vendor == "postgresql"


def _on_sqlite(table, condition, parts):
    old, new = condition.format(row="OLD"), condition.format(row="NEW")
    events = {"UPDATE": f"{old} OR {new}" if parts else old, "DELETE": old} | ({"INSERT": new} if parts else {})
    return [
        f"CREATE TRIGGER {table}_frozen_{event.lower()} BEFORE {event} ON {table} WHEN {met} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {event} of {table}'); END"
        for event, met in events.items()
    ]


def _on_postgres(table, condition, parts):
    """The whole table is emptied by nobody, but inside what `core.append_only` calls rewriting."""
    old, new = condition.format(row="old"), condition.format(row="new")
    function = f"""
CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF current_setting('ningju.rewriting', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION '{REFUSAL}: % of %', TG_OP, TG_TABLE_NAME;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        IF {old} THEN
            RAISE EXCEPTION '{REFUSAL}: % of %', TG_OP, TG_TABLE_NAME;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF {new if parts else 'false'} THEN
            RAISE EXCEPTION '{REFUSAL}: % of %', TG_OP, TG_TABLE_NAME;
        END IF;
        RETURN new;
    END IF;
    RETURN old;
END $$
"""
    events = "INSERT OR UPDATE OR DELETE" if parts else "UPDATE OR DELETE"
    return [
        function,
        f"CREATE TRIGGER {table}_frozen BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_frozen()",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()",
    ]
