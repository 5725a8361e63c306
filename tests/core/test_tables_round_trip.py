"""Small tables keep the round trip of every list: only what was edited counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.admin import TableAdmin
from core.importing.problems import problems
from instructors.models import Instructor
from orgs.models import Venue, Zone
from reports.models import StreetBook
from tests.lists import credit_code
from tests.people import City
from tests.tables import CASES, TABLES, book_of, cases, every_table, mark_of, url_of, written
from tests.workbooks import carried_in
from tests.world import World, build_world


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def test_every_table_that_comes_in_has_a_case() -> None:
    assert CASES.keys() == TABLES.keys()


def test_a_field_that_no_cell_can_hold_is_told_when_the_table_is_declared() -> None:
    table = type("Table", (TableAdmin,), {"services": None, "shown": ("rows", "issued")})
    with pytest.raises(ImproperlyConfigured, match="issued"):
        table(StreetBook, admin.site)


@every_table
def test_an_unedited_table_changes_nothing(world: World, tmp_path: Path, label: str) -> None:
    book = book_of(world.city, tmp_path, label)
    before = written()
    lines = book.carried_in(write=True)
    assert {(line.outcome, *line.conflicts, *line.notes) for line in lines} == {("未变",)}
    assert written() == before


@every_table
def test_one_edited_cell_is_all_that_is_written_and_only_once(world: World, tmp_path: Path, label: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    book.edit(case.word, **{case.header: case.edits[0]})
    before = written()
    changed = [line for line in book.carried_in(write=True) if line.outcome != "未变"]
    assert [(line.outcome, [(name, new) for name, _, new in line.changes]) for line in changed] == [
        ("有变化", [(case.header, case.edits[0])])
    ]
    assert written() == before + 1
    again = book.carried_in(write=True)
    assert {(line.outcome, *line.conflicts) for line in again} == {("未变",)}
    assert written() == before + 1


@every_table
def test_what_must_be_there_cannot_be_erased(world: World, tmp_path: Path, label: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    book.edit(case.word, **{case.needed: "清空"})
    (line,) = [line for line in book.carried_in() if line.outcome == "错误"]
    assert line.problems == [f"{case.needed}：必须填写，不能清空；请填写新的内容或恢复原值"]


@cases(label for label, case in CASES.items() if case.optional)
def test_what_may_be_blank_is_erased(world: World, tmp_path: Path, label: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    if not book.row(case.word)[case.optional]:
        book.edit(case.word, **{case.optional: case.edits[0]})
        book.carried_in(write=True)
        book = book_of(world.city, tmp_path, label)
    number = book.row(case.word)[mark_of(label)].split(":")[0]
    book.edit(case.word, **{case.optional: "清空"})
    (line,) = [line for line in book.carried_in(write=True) if line.outcome == "有变化"]
    assert [(name, new) for name, _, new in line.changes] == [(case.optional, "")]
    rows = TABLES[label].model.objects.filter(pk=number)
    field = next(name for name, one in TABLES[label].field_columns.items() if one.header == case.optional)
    assert not getattr(rows.get(), field)


@pytest.mark.parametrize(
    ("label", "edit"),
    [
        ("orgs.zone", {"编号": "Z9", "名称": "高新东园"}),
        ("orgs.venue", {"名称": "云台党群中心", "管理党组织": "CZ112"}),
        ("orgs.massorganization", {"类型": "妇联"}),
        ("orgs.democracy", {"形式": "厂务公开"}),
        ("instructors.instructor", {"姓名": "郑新", "选派党组织": "CZ112"}),
    ],
)
def test_what_names_a_record_is_corrected_and_no_other_is_made(
    world: World, tmp_path: Path, label: str, edit: dict[str, str]
) -> None:
    model, book = TABLES[label].model, book_of(world.city, tmp_path, label)
    before = model.objects.count()
    book.edit(CASES[label].word, **edit)
    (line,) = [line for line in book.carried_in(write=True) if line.outcome != "未变"]
    assert (line.outcome, {name for name, *_ in line.changes}) == ("有变化", set(edit))
    assert model.objects.count() == before


@pytest.mark.parametrize(
    ("label", "edit", "sentence"),
    [
        ("orgs.liaison", {"统一社会信用代码": credit_code(7)}, "登记后不能修改"),
        ("orgs.liaison", {"单位": "另一家食品厂"}, "这一列说明这一行是谁"),
        ("instructors.assignment", {"任务": "宣讲政策"}, "登记后不能修改"),
    ],
)
def test_what_a_row_belongs_to_is_not_changed(
    world: World, tmp_path: Path, label: str, edit: dict[str, str], sentence: str
) -> None:
    world.city.organization("澄州禾岸食品厂", credit_code=credit_code(7))
    book = book_of(world.city, tmp_path, label)
    book.edit(CASES[label].word, **edit)
    (line,) = [line for line in book.carried_in() if line.outcome == "错误"]
    assert sentence in line.problems[0]


def test_a_column_that_is_only_shown_is_left_out_with_a_word(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "instructors.instructor")
    book.edit("本区指导员", 派驻单位=9, 人事关系所在单位="市档案局")
    (line,) = [line for line in book.carried_in(write=True) if line.outcome != "未变"]
    assert line.notes == [f"派驻单位：{problems['not_editable'].sentence}"]
    assert Instructor.objects.get(name="本区指导员").home_unit == "市档案局"


def test_a_venue_is_closed_in_a_workbook_with_all_its_uses(world: World, tmp_path: Path) -> None:
    book = book_of(world.city, tmp_path, "orgs.venue")
    book.edit("本区中心", 停用日期="2026-11-02", 地址="云台路 1 号")
    book.carried_in(write=True)
    venue = Venue.objects.get(name="本区中心")
    assert (venue.address, venue.closed_on.isoformat()) == ("云台路 1 号", "2026-11-02")
    assert {use.until.isoformat() for use in venue.uses.all()} == {"2026-11-02"}


def test_what_ended_is_not_opened_again(world: World, tmp_path: Path) -> None:
    case = CASES["instructors.assignment"]
    book = book_of(world.city, tmp_path, "instructors.assignment")
    book.edit(case.word, 终止="2026-11-02")
    book.carried_in(write=True)
    ended = book_of(world.city, tmp_path, "instructors.assignment")
    ended.edit(case.word, 终止="清空")
    (line,) = [line for line in ended.carried_in() if line.outcome == "错误"]
    assert "已于 2026-11-02 终止" in line.problems[0]


@every_table
def test_whatever_stands_in_a_cell_is_answered_in_a_sentence(world: World, label: str) -> None:
    headers = [column.header for column in TABLES[label].field_columns.values()]
    garbage = ("1" + "0" * 25, str(2**63), "-1", "1e30", "nan", "١٢", "²", "9999-12-31", "<b>", "长" * 5_000)
    table = "\n".join([",".join(headers), *(",".join([word] * len(headers)) for word in garbage)])
    client = Client()
    client.force_login(world.city.user("city"))
    lines = carried_in(client, url_of(label), table.encode())
    assert [bool(line.problems) for line in lines] == [True] * len(garbage)


@every_table
def test_more_rows_take_no_more_queries(world: World, tmp_path: Path, label: str) -> None:
    Zone.objects.create(code="Z2", kind="park", name="云台园", region_id="990102001000")
    book = book_of(world.city, tmp_path, label)
    client = Client()
    client.force_login(world.city.user("city"))
    client.get(f"{url_of(label)}import/")
    taken, head = [], 2 if TABLES[label].personal else 1  # a word that it is personal stands first
    for rows in (1, 2):
        sheet = load_workbook(book.path)
        sheet.active.delete_rows(head + rows + 1, 10)
        sheet.save(tmp_path / "cut.xlsx")
        with CaptureQueriesContext(connection) as queries:
            lines = carried_in(client, url_of(label), (tmp_path / "cut.xlsx").read_bytes(), "表.xlsx")
        assert len(lines) == rows
        taken.append([q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]])
    assert len(taken[0]) == len(taken[1])
