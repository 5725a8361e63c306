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

LANDED = json.loads(lzma.decompress(Path(__file__).with_name("upgrade").joinpath("landed.json.xz").read_bytes()))


@pytest.fixture
def upgraded(transactional_db: None) -> Iterator[None]:
    """The tables as the landed version had them, its rows in them, and the upgrade."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    landed = [(app, LANDED["migrations"].get(app)) for app, _ in leaves]  # what came since is taken back
    try:
        executor.migrate(landed)
        load()
        call_command("migrate", verbosity=0)
        yield
    finally:
        MigrationExecutor(connection).migrate(leaves)


def load() -> None:
    """Write the landed rows."""
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM orgs_recount")  # that of the empty database
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


def test_a_city_of_the_landed_version_is_whole_after_the_upgrade(upgraded: None) -> None:
    for month, landed in LANDED["figures"].items():
        now = json.loads(printed("figures", month=month, by="region", json=True))
        found = {(one["node"], one["indicator"]): (one["numerator"], one["denominator"]) for one in now}
        assert landed
        for one in landed:
            assert found[one["node"], one["indicator"]] == (one["numerator"], one["denominator"])
    printed("recount", check=True)
    checked = verify()
    assert (checked.seals, checked.entries, checked.problems) == (
        1,
        len(LANDED["tables"]["core_auditentry"]["rows"]),
        [],
    )
    assert Organization.objects.count() == len(LANDED["tables"]["orgs_organization"]["rows"])
    assert all(member.id_number[:4] == "9901" for member in Member.objects.all())
