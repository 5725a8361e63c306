"""A small table that comes in changes only rows that whoever brings it may change, told by an unbroken mark of that table."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from core.importing.problems import problems
from core.workbooks.book import Unreadable
from orgs.models import Appointment
from tests.people import LONG_AGO, City
from tests.tables import CASES, TABLES, book_of, cases, every_table, mark_of, url_of
from tests.workbooks import carried_in
from tests.world import World, build_world


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


@every_table
@pytest.mark.parametrize("broken", ["1:abc", "没有", "0"])
def test_a_broken_mark_keeps_all_out(world: World, tmp_path: Path, label: str, broken: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    book.edit(case.word, **{case.header: case.edits[0], mark_of(label): broken})
    (line,) = [line for line in book.carried_in() if line.outcome == "错误"]
    assert line.problems == [problems["mark_missing"].sentence]


@every_table
def test_a_row_out_of_reach_is_refused_in_neutral_words(world: World, tmp_path: Path, label: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    key, digests = book.row(case.word)[mark_of(label)].split(":")
    book.edit(case.word, **{mark_of(label): f"{int(key) + 1_000}:{digests}"})
    (line,) = [line for line in book.carried_in() if line.outcome == "错误"]
    assert line.problems == [problems["outside_scope"].sentence]


@cases(set(TABLES) - {"orgs.zone", "orgs.jurisdiction"})  # public
def test_rows_of_another_district_are_not_ours(world: World, tmp_path: Path, label: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    book.edit(case.word, **{case.header: case.edits[0]})
    mine = [line for line in book.carried_in("stranger") if line.problems != [problems["outside_scope"].sentence]]
    assert {line.outcome for line in mine} == {"未变"}, "only those of the stranger's own district"


def test_who_may_see_more_than_change_changes_only_there(world: World, tmp_path: Path) -> None:
    city = world.city
    Appointment.objects.create(user=city.user("street"), role="LEADER", node=city["CZ"], since=LONG_AGO)
    book = book_of(city, tmp_path, "orgs.venue", "street")
    book.edit("外区密中心", 地址="望江路 1 号")
    (line,) = [line for line in book.carried_in() if line.outcome == "错误"]
    assert line.problems == [problems["outside_scope"].sentence]
    client = Client()
    client.force_login(city.user("street"))
    table = "名称,类型,管理党组织\n新中心,党群服务中心(共享),CZ121\n"
    (line,) = carried_in(client, url_of("orgs.venue"), table.encode())
    assert "不在您的管辖范围" in line.problems[0]


def test_a_list_is_refused_where_it_does_not_belong(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "orgs.venue")
    client = Client()
    client.force_login(world.city.user("city"))
    sentence = "小表请在它的清单上方点“导入”"
    with book.path.open("rb") as file:
        shown = client.post("/admin/orgs/zone/import/", {"file": file})
    assert sentence in str(shown.context["form"].errors)
    with pytest.raises(Unreadable, match=sentence):
        book.back("civil")
