"""Data of the landed version upgrades: `tests/upgrade/landed.json.xz`, which that version's own code wrote."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from core.sealing import verify
from members.models import Member
from orgs.models import Organization
from tests.test_house import OWN_APPS

LANDED = json.loads(lzma.decompress(Path(__file__).with_name("upgrade").joinpath("landed.json.xz").read_bytes()))


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[None]:
    """A database beside that of the other tests, without tables."""
    tests, beside = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_upgrade"
    connection.close()
    try:
        on_server(f"CREATE DATABASE {beside}")
        connection.settings_dict["NAME"] = beside
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = tests
        on_server(f"DROP DATABASE IF EXISTS {beside}")
        Path(beside).unlink(missing_ok=True)


def on_server(statement: str) -> None:
    """Run a statement outside any database; SQLite has none, and makes a file when it opens it."""
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture
def landed(empty_database: None) -> None:
    """The tables as the landed version had them, and its rows."""
    executor = MigrationExecutor(connection)
    executor.migrate([one for one in LANDED["migrations"].items() if one in executor.loader.graph.nodes])
    load()


def load() -> None:
    """Write the landed rows."""
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for name, table in LANDED["tables"].items():
            columns, rows = table["columns"], table["rows"]
            if connection.vendor == "postgresql":
                listed = ", ".join(map(quote, columns))
                told = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
                source = f"SELECT {listed} FROM json_populate_recordset(NULL::{quote(name)}, %s)"
                cursor.execute(f"INSERT INTO {quote(name)} ({listed}) {source}", [told])
                cursor.execute(
                    "SELECT setval(seq, greatest(nextval(seq), 1 + %s)) FROM pg_get_serial_sequence(%s, %s) seq "
                    "WHERE seq IS NOT NULL",
                    [max((row[0] for row in rows if isinstance(row[0], int)), default=0), name, columns[0]],
                )
            else:
                plain = [[json.dumps(one) if type(one) in (dict, list) else one for one in row] for row in rows]
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(
                    f"INSERT INTO {quote(name)} ({', '.join(map(quote, columns))}) VALUES ({marks})", plain
                )
    settings.SEAL_LOG.write_text(LANDED["seals"])


def printed(*command: str, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def take_back_the_newest() -> None:
    """Take back the migrations on which no other rests; those before never change (`test_migrations_stand`)."""
    graph = MigrationExecutor(connection).loader.graph
    newest = [graph.node_map[leaf] for leaf in graph.leaf_nodes() if not graph.node_map[leaf].children]
    parents = [one.key for migration in newest for one in migration.parents if one.key[0] == migration.key[0]]
    MigrationExecutor(connection).migrate([key for key in parents if key[0] in OWN_APPS])


def require_whole() -> None:
    """Figures, facts, trail and people are those of the landed version."""
    for month, landed in LANDED["figures"].items():
        now = json.loads(printed("figures", month=month, by="region", json=True))
        found = {(one["node"], one["indicator"]): (one["numerator"], one["denominator"]) for one in now}
        assert landed
        for one in landed:
            assert found[one["node"], one["indicator"]] == (one["numerator"], one["denominator"])
    printed("recount", check=True)
    checked = verify()
    entries = len(LANDED["tables"]["core_auditentry"]["rows"])
    assert (checked.seals, checked.entries, checked.problems) == (1, entries, [])
    assert Organization.objects.count() == len(LANDED["tables"]["orgs_organization"]["rows"])
    assert all(member.id_number[:4] == "9901" for member in Member.objects.all())


def test_a_landed_city_is_whole_after_the_upgrade_and_after_its_end_was_taken_back(landed: None) -> None:
    call_command("migrate", verbosity=0)
    require_whole()
    take_back_the_newest()
    call_command("migrate", verbosity=0)
    require_whole()
