"""A cell of a small table that somebody else changed meanwhile is not overwritten, and whoever brings the table is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from orgs.models import Zone
from orgs.services import places
from tests.people import TODAY, City
from tests.tables import CASES, book_of, every_table, url_of, written
from tests.world import World, build_world


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


@every_table
def test_a_cell_changed_by_somebody_else_meanwhile_is_a_conflict(world: World, tmp_path: Path, label: str) -> None:
    case = CASES[label]
    first, second = (book_of(world.city, tmp_path / name, label) for name in ("first", "second"))
    for book, text in ((first, case.edits[0]), (second, case.edits[1])):
        book.edit(case.word, **{case.header: text})
    first.carried_in(write=True)
    before = written()
    (line,) = [line for line in second.carried_in(write=True) if line.outcome != "未变"]
    assert (line.outcome, line.conflicts) == ("不一致", [(case.header, *case.edits)])
    assert written() == before, "the one who came first keeps what he wrote"


def test_the_rest_of_a_row_with_a_conflict_is_written(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "orgs.zone")
    zone = Zone.objects.get()
    places.zones.change(by=None, row=zone, name="高新北园", on=TODAY)
    book.edit("高新产业园", 名称="高新南园", 类型="楼宇")
    (line,) = book.carried_in(write=True)
    assert (line.outcome, line.changes) == ("有变化", [("类型", "园区", "楼宇")])
    assert line.conflicts == [("名称", "高新北园", "高新南园")]
    zone.refresh_from_db()
    assert (zone.name, zone.kind) == ("高新北园", "building")


def test_the_preview_counts_all_rows_and_lists_those_to_look_at(world: World, tmp_path: Path) -> None:
    for number in range(2, 5):
        Zone.objects.create(code=f"Z{number}", kind="park", name=f"云台{number}园", region_id="990102001000")
    book = book_of(world.city, tmp_path, "orgs.zone")
    places.zones.change(by=None, row=Zone.objects.get(code="Z1"), name="高新北园", on=TODAY)
    book.edit("高新产业园", 名称="高新南园", 类型="楼宇")
    book.edit("云台2园", 类型="楼宇")
    client = Client()
    client.force_login(world.city.user("city"))
    with book.path.open("rb") as file:
        shown = client.post(f"{url_of('orgs.zone')}import/", {"file": file})
    assert shown.context["counts"] == {"有变化": 2, "未变": 2, "不一致": 1}
    page = shown.content.decode()
    assert "名称不一致：现登记 高新北园，表中 高新南园" in page
    assert "类型：园区 → 楼宇" in page
    assert "云台2园" in page
    assert "云台3园" not in page


def test_a_conflict_that_comes_after_the_preview_is_seen_when_it_is_written(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "orgs.zone")
    book.edit("高新产业园", 名称="高新南园")
    client = Client()
    client.force_login(world.city.user("city"))
    url = f"{url_of('orgs.zone')}import/"
    with book.path.open("rb") as file:
        table = client.post(url, {"file": file}).context["table"]
    places.zones.change(by=None, row=Zone.objects.get(), name="高新北园", on=TODAY)
    shown = client.post(url, {"table": table}, follow=True)
    assert "第 2 行“名称”在导出后被别人改过，没有写入" in shown.content.decode()
    assert Zone.objects.get().name == "高新北园"


def test_the_same_change_by_two_people_is_no_conflict(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "orgs.zone")
    book.edit("高新产业园", 名称="高新南园")
    places.zones.change(by=None, row=Zone.objects.get(), name="高新南园", on=TODAY)
    assert [(line.outcome, line.conflicts) for line in book.carried_in()] == [("未变", [])]
