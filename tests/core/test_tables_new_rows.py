"""Rows of a small table without a mark are new or known by their key; however often they come, they are entered once."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client

from orgs.models import Democracy, Zone
from orgs.services import people, places
from tests.lists import credit_code
from tests.people import LONG_AGO, TODAY, City
from tests.tables import book_of, url_of
from tests.workbooks import carried_in
from tests.world import World, build_world


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def test_a_copied_row_that_keeps_its_mark_is_refused(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "orgs.zone")
    header, row = book.lines()
    copied = tmp_path / "copied.csv"
    with copied.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row, ["Z2", "新园", *row[2:]]])
    client = Client()
    client.force_login(world.city.user("city"))
    lines = carried_in(client, url_of("orgs.zone"), copied.read_bytes())
    assert [line.outcome for line in lines] == ["未变", "错误"]
    assert "与第 2 行相同" in lines[1].problems[0]


def test_a_row_without_a_mark_is_new_or_known_by_its_key(world: World, tmp_path: Path) -> None:
    client = Client()
    client.force_login(world.city.user("city"))
    table = "编号,名称,类型,所在区划\nZ1,高新软件园,,\nZ2,云台大厦,楼宇,云溪区\n"
    lines = carried_in(client, url_of("orgs.zone"), table.encode(), write=True)
    assert [line.outcome for line in lines] == ["有变化", "新增"]
    assert dict(Zone.objects.values_list("code", "name")) == {"Z1": "高新软件园", "Z2": "云台大厦"}


def test_a_list_of_new_rows_that_is_sent_twice_enters_them_once(world: World) -> None:
    unit = world.city.organization("澄州禾岸食品厂", credit_code=credit_code(7))
    client = Client()
    client.force_login(world.city.user("city"))
    row = f"{unit.credit_code},郑新,CZ111,2026/1/5,2026-11-02\n"
    table = f"统一社会信用代码,联络员,确定的党组织,起始,终止\n{row}{row}"
    assert [line.outcome for line in carried_in(client, url_of("orgs.liaison"), table.encode(), write=True)] == [
        "新增", "未变",
    ]  # fmt: skip
    again = carried_in(client, url_of("orgs.liaison"), table.encode(), write=True)
    assert {line.outcome for line in again} == {"未变"}
    assert [row.until.isoformat() for row in unit.liaisons.all()] == ["2026-11-02"]


def test_a_new_row_that_lacks_what_each_has_is_no_known_one(world: World) -> None:
    unit = world.city.organization("澄州禾岸食品厂", credit_code=credit_code(7))
    people.democracy.add(by=None, organization=unit, kind="OPENNESS", held_on=LONG_AGO, on=TODAY)
    client = Client()
    client.force_login(world.city.user("city"))
    table = f"统一社会信用代码,形式\n{unit.credit_code},厂务公开\n"
    (line,) = carried_in(client, url_of("orgs.democracy"), table.encode())
    assert (line.outcome, line.problems) == ("错误", ["日期：不能为空"])


def test_a_double_click_enters_new_rows_once(transactional_db, city: City) -> None:
    codes = [credit_code(number) for number in range(20)]
    for code in codes:
        city.organization(credit_code=code)
    table = "统一社会信用代码,形式,日期\n" + "".join(f"{code},厂务公开,2026-01-05\n" for code in codes)
    url = f"{url_of('orgs.democracy')}import/"

    def signed_in() -> Client:
        client = Client()
        client.force_login(city.user("city"))
        return client

    shown = signed_in().post(url, {"file": SimpleUploadedFile("表.csv", table.encode())})
    clients = [signed_in(), signed_in()]

    def confirm(client: Client) -> int:
        try:
            return client.post(url, {"table": shown.context["table"]}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as hands:
        assert list(hands.map(confirm, clients)) == [302, 302]
    assert Democracy.objects.count() == len(codes)


def test_who_enters_the_same_at_the_same_moment_is_answered_in_a_sentence(world: World, monkeypatch) -> None:
    def taken(**told: object) -> None:
        raise IntegrityError("taken")

    monkeypatch.setattr(places.zones, "add", taken)
    client = Client()
    client.force_login(world.city.user("city"))
    table = "编号,名称,类型,所在区划\nZ2,云台大厦,楼宇,云溪区\n"
    (line,) = carried_in(client, url_of("orgs.zone"), table.encode())
    assert "刚刚有人登记了相同的内容" in line.problems[0]
