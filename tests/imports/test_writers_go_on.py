"""While a list is checked, an undo foreseen or a list exported, others write; on SQLite too, which has one writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core.importing import services
from core.jobs import Progress
from core.listing.columns import Column
from core.listing.exporting import export_list
from core.management.commands import import_registry
from core.models import ImportBatch, StagedRow
from orgs.models import Organization
from tests.lists import MARKET, Road, firm, write_list
from tests.people import TODAY, City


class Onlooker(Progress):
    """Writes in a session of its own whenever the work tells how far it is."""

    def __init__(self, write: Callable[[], None]) -> None:
        super().__init__()
        self.write, self.notes = write, set[str]()

    def step(self, done: int, total: int, note: str = "") -> None:
        """Write."""
        self.notes.add(note)
        self.write()


@pytest.fixture
def write(transactional_db: None) -> Iterator[Callable[[], None]]:
    """Writes a row as somebody who does not wait."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0" if connection.vendor == "sqlite" else "SET lock_timeout = '50ms'")
        yield lambda: cursor.execute("INSERT INTO core_columnmapping (source, header, field) VALUES ('t', 'x', '')")
    other.close()


def test_a_list_is_checked_and_its_undo_foreseen_while_others_write(
    write: Callable[[], None], city: City, tmp_path: Path
) -> None:
    clerk = city.user("city")
    road, onlooker = Road(tmp_path, clerk, TODAY), Onlooker(write)
    batch = road.stage([firm(number) for number in range(5)])
    services.stage(batch, path=tmp_path / "list1.csv", progress=onlooker)
    services.compare(batch, progress=onlooker)
    services.apply(batch)
    batch.refresh_from_db()
    checked = len(onlooker.notes)
    services.foresee_undo(batch, by=clerk, progress=onlooker)
    assert checked >= 2
    assert len(onlooker.notes) > checked


def test_a_list_is_exported_while_others_write(write: Callable[[], None], city: City) -> None:
    city.organization()

    def prepare(stretch: list[Any]) -> None:
        write()

    clerk = city.user("city")
    order = {"title": "单位", "found": Organization.objects.order_by("pk"), "columns": [Column("名称", "name")]}
    with export_list(**order, prepare=prepare, by=clerk, reason="", at=timezone.now()) as book:
        assert book.read(2) == b"PK"


def test_the_command_checks_while_others_write_and_leaves_nothing(
    write: Callable[[], None], city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def problems(batch: ImportBatch) -> list[Any]:
        write()
        return []

    monkeypatch.setattr(import_registry, "problem_list", problems)
    path = write_list(tmp_path / "list.csv", [firm(number) for number in range(5)], MARKET)
    call_command("import_registry", str(path), source="market", json=True)
    assert not ImportBatch.objects.exists()
    assert not StagedRow.objects.exists()
