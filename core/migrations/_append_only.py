"""For the migration 0002: the triggers by which the trail only grows, as that version set them up. Frozen."""

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


def set_up(apps, editor):
    if editor.connection.vendor == "postgresql":
        statements = [FUNCTION, *(made for table in TABLES for made in _on_postgres(table))]
    else:
        statements = [
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {event} of {table}'); END"
            for table in TABLES
            for event in ("UPDATE", "DELETE")
        ]
    for statement in statements:
        editor.execute(statement, params=None)


def take_down(apps, editor):
    if editor.connection.vendor == "postgresql":
        statements = ["DROP FUNCTION ningju_append_only() CASCADE"]
    else:
        statements = [f"DROP TRIGGER {table}_no_{event}" for table in TABLES for event in ("update", "delete")]
    for statement in statements:
        editor.execute(statement, params=None)


def _on_postgres(table):
    columns = ", ".join(f"'{column}'" for column in TABLES[table])
    execute = f"EXECUTE FUNCTION ningju_append_only({columns})"
    return [
        f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {execute}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {execute}",
    ]
