"""For the migrations 0002, 0006 and 0010: indexes over the pairs of neighbouring characters of names. Frozen.

PostgreSQL has a GIN index over an immutable function, which `core.search` asks. SQLite had an FTS5 table beside a list of
stale rows, which triggers filled; 0010 takes them away, since reading all names is fast enough there.
"""

from django.db.migrations import RunPython

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
TRIGGERS = ("insert", "delete", "update")


def index_names(model):
    """Index the names of a model."""

    def forwards(apps, editor):
        table = _table(apps, model)
        if editor.connection.vendor == "postgresql":
            editor.execute(POSTGRES_FUNCTION)
            editor.execute(f'CREATE INDEX "{_index(table)}" ON "{table}" USING gin (ningju_bigrams("name"::text)) WITH ({PENDING})')
        else:
            _fill(editor, table)

    def backwards(apps, editor):
        table = _table(apps, model)
        if editor.connection.vendor == "postgresql":
            editor.execute(f'DROP INDEX "{_index(table)}"')
        else:
            _empty(editor, table)

    return RunPython(forwards, backwards)


def names_stay_indexed(model, change):
    """A change of a model with indexed names: SQLite makes the table anew, without its triggers."""

    def restore(apps, editor):
        if editor.connection.vendor == "sqlite":
            for statement in _triggers(_table(apps, model)):
                editor.execute(statement)

    return [RunPython(RunPython.noop, restore), change, RunPython(restore, RunPython.noop)]


def names_unindexed_on_sqlite(model):
    """Take the tables and triggers of SQLite away."""

    def forwards(apps, editor):
        if editor.connection.vendor == "sqlite":
            _empty(editor, _table(apps, model))

    def backwards(apps, editor):
        if editor.connection.vendor == "sqlite":
            _fill(editor, _table(apps, model))

    return RunPython(forwards, backwards)


def _table(apps, model):
    return apps.get_model("orgs", model)._meta.db_table


def _index(table):
    return f"{table}_name_grams"


def _fill(editor, table):
    index = _index(table)
    editor.connection.connection.create_function("ningju_tokens", 1, _tokens, deterministic=True)
    editor.execute(f"CREATE VIRTUAL TABLE \"{index}\" USING fts5(grams, content='', detail=none, columnsize=0, tokenize='ascii')")
    editor.execute(f'CREATE TABLE "{index}_stale" (id INTEGER PRIMARY KEY, old TEXT)')
    editor.execute(f'INSERT INTO "{index}" (rowid, grams) SELECT id, ningju_tokens("name") FROM "{table}"')
    for statement in _triggers(table):
        editor.execute(statement)


def _empty(editor, table):
    for event in TRIGGERS:
        editor.execute(f'DROP TRIGGER IF EXISTS "{_index(table)}_{event}"')
    editor.execute(f'DROP TABLE "{_index(table)}"')
    editor.execute(f'DROP TABLE "{_index(table)}_stale"')


def _triggers(table):
    index = _index(table)
    note = f'INSERT OR IGNORE INTO "{index}_stale" (id, old) VALUES'
    made = f'CREATE TRIGGER IF NOT EXISTS "{index}_'
    return [
        f'{made}insert" AFTER INSERT ON "{table}" BEGIN {note} (new.id, NULL); END',
        f'{made}delete" AFTER DELETE ON "{table}" BEGIN {note} (old.id, old."name"); END',
        f'{made}update" AFTER UPDATE OF "name" ON "{table}" WHEN old."name" IS NOT new."name" BEGIN {note} (old.id, old."name"); END',
    ]


def _tokens(text):
    """The pairs as FTS5 stored them: hexadecimal words, so that no tokenizer took a bracket or space for a border."""
    digits = (text or "").lower().encode("utf-16-be").hex()
    return " ".join([digits[place : place + 8] for place in range(0, len(digits) - 4, 4)])
