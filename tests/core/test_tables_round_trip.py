"""Small tables keep the round trip of every list: only what was edited counts, and what others changed is not overwritten."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.admin import TableAdmin
from core.importing.problems import problems
from core.models import AuditEntry
from core.workbooks.book import Unreadable
from instructors.models import Instructor
from orgs.models import Appointment, Democracy, Venue, Zone
from orgs.services import people, places
from reports.models import StreetBook
from tests.lists import credit_code
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import Workbook, carried_in
from tests.world import World, build_world


@dataclass(frozen=True)
class Case:
    """A table: a word that only one row has, a cell that may be edited in two ways, one to erase, one that must stay."""

    word: str
    header: str
    edits: tuple[str, str]
    needed: str
    optional: str = ""


CASES = {
    "orgs.zone": Case("高新产业园", "名称", ("高新软件园", "高新东园"), "所在区划"),
    "orgs.venue": Case("本区中心", "地址", ("云台路 1 号", "云台路 2 号"), "名称", "地址"),
    "orgs.venueuse": Case("本区中心", "终止", ("2026-11-02", "2026-11-03"), "起始"),
    "orgs.jurisdiction": Case("中共云台街道工作委员会", "管理区划", ("南墩社区", "澄州市"), "管理党组织"),
    "orgs.massorganization": Case("本区主席", "开展的工作", ("慰问职工", "宣讲"), "类型", "负责人"),
    "orgs.liaison": Case("本区联络员", "最近联系", ("2026-11-02", "2026-11-03"), "联络员", "最近联系"),
    "orgs.ownerrecord": Case("本区出资人", "支持情况", ("提供场地", "提供经费"), "姓名", "支持情况"),
    "orgs.democracy": Case("本区约谈", "日期", ("2026-11-02", "2026-11-03"), "形式", "情况"),
    "instructors.instructor": Case("本区指导员", "人事关系所在单位", ("市档案局", "市图书馆"), "姓名", "人事关系所在单位"),
    "instructors.assignment": Case("本区指导员", "终止", ("2026-11-02", "2026-11-03"), "起始"),
}  # fmt: skip
TABLES = {
    model._meta.label_lower: one for model, one in admin.site._registry.items() if getattr(one, "comes_in", False)
}
every_table = pytest.mark.parametrize("label", sorted(TABLES))


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def written() -> int:
    return AuditEntry.objects.exclude(action="core.export").count()


def url_of(label: str) -> str:
    return f"/admin/{label.replace('.', '/')}/"


def book_of(city: City, folder: Path, label: str, username: str = "city") -> Workbook:
    folder.mkdir(exist_ok=True)
    return Workbook.of(city, folder, url_of(label), username)


def mark_of(label: str) -> str:
    return TABLES[label].returning.header


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


@every_table
def test_what_must_be_there_cannot_be_erased(world: World, tmp_path: Path, label: str) -> None:
    case, book = CASES[label], book_of(world.city, tmp_path, label)
    book.edit(case.word, **{case.needed: "清空"})
    (line,) = [line for line in book.carried_in() if line.outcome == "错误"]
    assert line.problems == [f"{case.needed}：必须填写，不能清空；请填写新的内容或恢复原值"]


@pytest.mark.parametrize("label", sorted(label for label, case in CASES.items() if case.optional))
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


@pytest.mark.parametrize("label", sorted(set(TABLES) - {"orgs.zone", "orgs.jurisdiction"}))  # public
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


@every_table
def test_more_rows_take_no_more_queries(world: World, tmp_path: Path, label: str) -> None:
    Zone.objects.create(code="Z2", kind="park", name="云台园", region_id="990102001000")
    book = book_of(world.city, tmp_path, label)
    client = Client()
    client.force_login(world.city.user("city"))
    client.get(f"{url_of(label)}import/")
    taken = []
    for rows in (1, 2):
        sheet = load_workbook(book.path)
        sheet.active.delete_rows(rows + 2, 10)
        sheet.save(tmp_path / "cut.xlsx")
        with CaptureQueriesContext(connection) as queries:
            lines = carried_in(client, url_of(label), (tmp_path / "cut.xlsx").read_bytes(), "表.xlsx")
        assert len(lines) == rows
        taken.append([q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]])
    assert len(taken[0]) == len(taken[1])


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
