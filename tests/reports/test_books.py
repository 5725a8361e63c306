"""一街一簿: one workbook a committee goes out, comes back filled in, and is merged row by row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from core.models import AuditEntry
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Organization
from reports.models import GapAnswer, StreetBook
from reports.services.books import Returned, hand_out, pack, take_back
from reports.worklists import Worklist, worklists
from tests.people import TODAY, City

PARTY, MEMBER = worklists["party-organization"], worklists["member"]
BOOKS = "/worklists/party-organization/books/"


def handed_out(city: City, username: str = "city", worklist: Worklist = PARTY) -> dict[str, bytes]:
    """The workbooks of a hand-out by file name."""
    told: dict[str, Any] = {"by": city.user(username), "scope": city.scope(username), "worklist": worklist, "on": TODAY}
    with (
        pack(books=hand_out(due_on=TODAY, at=timezone.now(), **told), **told) as target,
        zipfile.ZipFile(target) as archive,
    ):
        return {name: archive.read(name) for name in archive.namelist()}


def book_of(books: dict[str, bytes], committee: str) -> bytes:
    """The workbook of a committee."""
    return next(content for name, content in books.items() if committee in name)


def filled(content: bytes, *rows: dict[str, object]) -> bytes:
    """The workbook with cells filled in: for each row below the header a dict of header → value."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[3]}
    for offset, values in enumerate(rows):
        for header, value in values.items():
            sheet.cell(4 + offset, headers[header]).value = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def returned(
    city: City, tmp_path: Path, content: bytes, username: str = "street", worklist: Worklist = PARTY
) -> Returned:
    """Merge a workbook as somebody."""
    path = tmp_path / "back.xlsx"
    path.write_bytes(content)
    return take_back(
        by=city.user(username),
        scope=city.scope(username),
        worklist=worklist,
        path=path,
        name="云台.xlsx",
        at=timezone.now(),
    )


def test_each_committee_with_gaps_gets_its_own_units(city: City, gaps: dict[str, Organization]) -> None:
    books = handed_out(city)
    assert len(books) == StreetBook.objects.count() == 3
    sheet = openpyxl.load_workbook(io.BytesIO(book_of(books, "云台街道"))).worksheets[0]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert [row[2] for row in rows] == ["澄州明川电子有限公司", "澄州禾岸食品厂"]
    assert sheet.column_dimensions["A"].hidden
    assert sheet.protection.sheet
    assert not sheet["J4"].protection.locked
    entry = AuditEntry.objects.get(action="core.export")
    assert entry.changes == {"rows": [None, 4]}


def test_what_the_street_filled_in_is_merged(city: City, gaps: dict[str, Organization], tmp_path: Path) -> None:
    content = filled(
        book_of(handed_out(city), "云台街道"),
        {"未建原因": "业主暂不理解", "拟建方式": "单独组建", "完成时限": "2026-12-31"},
        {"完成时限": date(2027, 1, 15)},
    )
    done = returned(city, tmp_path, content)
    assert (done.rows, done.changed, done.problems) == (2, 2, ())
    answer = GapAnswer.objects.get(organization=gaps["large"])
    assert (answer.reason, answer.planned_form, answer.planned_by) == ("业主暂不理解", "单独组建", date(2026, 12, 31))
    assert GapAnswer.objects.get(organization=gaps["lonely"]).planned_by == date(2027, 1, 15)
    assert StreetBook.objects.get(committee=city["CZ111"]).returned_at is not None
    assert returned(city, tmp_path, content).changed == 0


def test_the_book_of_units_without_members_asks_in_its_own_words_and_comes_back(city: City, tmp_path: Path) -> None:
    unit = city.organization("澄州禾岸食品厂", staff=204)
    refresh(None, on=TODAY)
    GapAnswer.objects.create(
        organization=unit, planned_form="单独组建", answered_by=city.user("street"), answered_at=timezone.now()
    )
    content = book_of(handed_out(city, worklist=MEMBER), "云台街道")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[3]][-3:] == ["空白原因", "拟采取措施", "完成时限"]
    assert "拟采取措施从下拉列表中选择" in sheet["A2"].value
    done = returned(city, tmp_path, filled(content, {"空白原因": "职工流动大"}), worklist=MEMBER)
    assert (done.changed, done.problems) == (1, ()), "the plan of the other list may stand"
    returned(city, tmp_path, filled(content, {"拟采取措施": "发展党员"}), worklist=MEMBER)
    answer = GapAnswer.objects.get()
    assert (answer.reason, answer.planned_form) == ("职工流动大", "发展党员")
    wrong = returned(city, tmp_path, filled(content, {"拟采取措施": "再说"}), worklist=MEMBER)
    assert "拟采取措施“再说”：不是可选的方式（措施）" in wrong.problems[0].sentence
    with pytest.raises(Refusal, match="不是这份清单"):
        returned(city, tmp_path, content)


def test_an_empty_cell_leaves_an_earlier_answer(city: City, gaps: dict[str, Organization], tmp_path: Path) -> None:
    content = book_of(handed_out(city), "云台街道")
    returned(city, tmp_path, filled(content, {"未建原因": "业主暂不理解", "拟建方式": "挂靠"}))
    returned(city, tmp_path, filled(content, {"完成时限": "2026-12-31"}))
    answer = GapAnswer.objects.get()
    assert (answer.reason, answer.planned_form, answer.planned_by) == ("业主暂不理解", "挂靠", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("values", "column", "part"),
    [
        ({"拟建方式": "随便"}, "K", "拟建方式“随便”：不是可选的方式（措施）"),
        ({"完成时限": "年底前"}, "L", "完成时限“年底前”：日期无法识别"),
        ({"未建原因": "长" * 201}, "J", "文字过长"),
        ({"单位名称": "改了名的公司", "未建原因": "有"}, "C", "与登记的名称不符"),
        ({"单位编号": None}, "A", "没有单位编号"),
        ({"单位编号": 999999, "未建原因": "有"}, "C", "已不归您管辖"),
    ],
    ids=["unknown way", "no date", "too long", "name changed", "key erased", "foreign key"],
)
def test_a_wrong_cell_is_named_and_the_other_rows_count(
    city: City,
    gaps: dict[str, Organization],
    tmp_path: Path,
    values: dict[str, object],
    column: str,
    part: str,
) -> None:
    content = filled(book_of(handed_out(city), "云台街道"), values, {"未建原因": "正在协商"})
    done = returned(city, tmp_path, content)
    assert [(problem.row, problem.column) for problem in done.problems] == [(4, column)]
    assert part in done.problems[0].sentence
    assert list(GapAnswer.objects.values_list("organization", flat=True)) == [gaps["lonely"].pk]


def test_a_unit_of_another_district_cannot_be_answered_through_a_key(
    city: City, gaps: dict[str, Organization], tmp_path: Path
) -> None:
    values = {"单位编号": gaps["outside"].pk, "单位名称": gaps["outside"].name, "未建原因": "越界"}
    done = returned(city, tmp_path, filled(book_of(handed_out(city), "云台街道"), values))
    assert "已不归您管辖" in done.problems[0].sentence
    assert not GapAnswer.objects.exists()


def test_the_book_of_another_committee_is_refused(city: City, gaps: dict[str, Organization], tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="不是这份清单发给您管辖范围的簿"):
        returned(city, tmp_path, book_of(handed_out(city), "望江街道"))


def test_any_other_workbook_is_refused(city: City, gaps: dict[str, Organization], tmp_path: Path) -> None:
    target = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["企业名称", "统一社会信用代码"])
    book.save(target)
    with pytest.raises(Refusal, match="不是发出的一街一簿"):
        returned(city, tmp_path, target.getvalue())


def test_an_empty_list_is_not_handed_out(city: City) -> None:
    with pytest.raises(Refusal, match="不用发簿"):
        handed_out(city)


def test_handing_out_is_confirmed_and_the_street_fetches_fills_in_and_returns(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    assert "还没有发出过" in browser.get(BOOKS).content.decode()
    plan = browser.post(BOOKS, {"do": "plan", "due_on": "2026-11-24"}).content.decode()
    assert not StreetBook.objects.exists()
    assert "将发出 <b>3</b> 簿" in plan
    assert all(name in plan for name in ("云台街道", "望江街道", "第一次发"))
    page = browser.post(BOOKS, {"do": "hand-out", "due_on": "2026-11-20"}, follow=True).content.decode()
    assert "交回期限 2026-11-20 已经过了" in page
    page = browser.post(BOOKS, {"do": "hand-out", "due_on": "2026-11-24"}, follow=True).content.decode()
    assert "已发出 3 簿" in page
    assert "还有 3 个没有全部交回" in page
    StreetBook.objects.update(due_on="2026-11-20")
    assert "逾期未交回" in browser.get(BOOKS).content.decode()
    street, book = opened("street"), StreetBook.objects.get(committee=city["CZ111"])
    page = street.get(BOOKS).content.decode()
    assert "下载本街道工作簿" in page
    assert "发出…" not in page
    content = b"".join(street.get(f"{BOOKS}{book.pk}.xlsx").streaming_content)
    files = [
        SimpleUploadedFile("云台.xlsx", filled(content, {"未建原因": "业主暂不理解"}, {"拟建方式": "挂靠"})),
        SimpleUploadedFile("空.xlsx", b""),
    ]
    page = street.post(BOOKS, {"do": "return", "files": files}).content.decode()
    assert "读出 2 行，更新 2 家" in page
    assert "“空.xlsx”是空文件" in page
    browser = opened("city")
    assert "还有 2 个没有全部交回" in browser.get(BOOKS).content.decode()
    assert "云台" not in browser.get("/due/").content.decode()
    assert browser.get(f"{BOOKS}all.zip").status_code == 200


@pytest.mark.parametrize("do", ["plan", "hand-out"])
def test_a_street_cannot_issue_again_what_the_city_collected(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], tmp_path: Path, do: str
) -> None:
    answers = {"未建原因": "业主暂不理解"}, {"拟建方式": "挂靠"}
    returned(city, tmp_path, filled(book_of(handed_out(city), "云台街道"), *answers))
    page = opened("street").post(BOOKS, {"do": do}, follow=True).content.decode()
    assert "不用发簿" in page
    assert StreetBook.objects.count() == 3
    assert StreetBook.objects.get(committee=city["CZ111"]).state == "已交回"


def test_a_newer_book_replaces_the_older_and_loses_nothing(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], tmp_path: Path
) -> None:
    first = book_of(handed_out(city), "云台街道")
    second = book_of(handed_out(city), "云台街道")
    assert "替换" in opened("city").post(BOOKS, {"do": "plan"}).content.decode()
    due = opened("city").get("/due/").content.decode()
    assert due.count("中共云台街道工作委员会") == 1
    done = returned(city, tmp_path, filled(first, {"未建原因": "业主暂不理解"}))
    assert (done.changed, done.replaced) == (1, True)
    assert "中共云台街道工作委员会" in opened("city").get("/due/").content.decode(), "the newer one is still open"
    assert not returned(city, tmp_path, second).replaced
    assert GapAnswer.objects.get().reason == "业主暂不理解", "the newer book had gone out without it"
    assert "以前发出的 3 簿" in opened("city").get(BOOKS).content.decode()


def test_what_was_answered_since_a_book_went_out_stands_against_its_untouched_cells(
    city: City, gaps: dict[str, Organization], tmp_path: Path
) -> None:
    answer = GapAnswer.objects.create(
        organization=gaps["large"], reason="旧", answered_by=city.user("street"), answered_at=timezone.now()
    )
    content = book_of(handed_out(city), "云台街道")
    GapAnswer.objects.filter(pk=answer.pk).update(reason="后来填的")
    returned(city, tmp_path, filled(content, {"拟建方式": "挂靠"}))
    answer.refresh_from_db()
    assert (answer.reason, answer.planned_form) == ("后来填的", "挂靠")


def test_a_return_with_rejected_cells_is_partial_with_its_rows_until_they_are_right(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], tmp_path: Path
) -> None:
    content = book_of(handed_out(city), "云台街道")
    returned(city, tmp_path, filled(content, {"拟建方式": "随便"}, {"未建原因": "正在协商"}))
    book = StreetBook.objects.get(committee=city["CZ111"])
    assert (book.state, book.is_open) == ("部分交回", True)
    page = opened("street").get(BOOKS).content.decode()
    assert "部分交回" in page
    assert "第 4 行 K 列（澄州明川电子有限公司）" in page
    assert "部分交回" in opened("street").get("/due/").content.decode()
    returned(city, tmp_path, filled(content, {"拟建方式": "挂靠"}))
    book.refresh_from_db()
    assert (book.state, book.problems) == ("已交回", [])
    assert GapAnswer.objects.count() == 2


def test_a_book_is_not_back_while_a_unit_says_nothing(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], tmp_path: Path
) -> None:
    content = book_of(handed_out(city), "云台街道")
    done = returned(city, tmp_path, content)
    assert (done.rows, done.changed, len(done.problems)) == (2, 0, 2), "untouched, it came back on paper alone"
    done = returned(city, tmp_path, filled(content, {"未建原因": "正在协商"}))
    assert [(problem.row, problem.name) for problem in done.problems] == [(5, "澄州禾岸食品厂")]
    page = opened("street").get(BOOKS).content.decode()
    assert "澄州禾岸食品厂：还没有填写" in page
    assert "部分交回" in opened("street").get("/due/").content.decode()
    assert not returned(city, tmp_path, filled(content, {}, {"拟建方式": "挂靠"})).problems


def test_a_promise_for_a_day_that_is_over_is_none(city: City, gaps: dict[str, Organization], tmp_path: Path) -> None:
    content = book_of(handed_out(city), "云台街道")
    done = returned(city, tmp_path, filled(content, {"拟建方式": "挂靠", "完成时限": "2026-11-23"}))
    assert [(problem.row, problem.column) for problem in done.problems if problem.column] == [(4, "L")]
    assert "完成时限“2026-11-23”：已经过了" in done.problems[0].sentence
    assert not GapAnswer.objects.exists()


def test_a_number_in_a_cell_is_neither_taken_nor_kept_with_the_book(
    city: City, gaps: dict[str, Organization], tmp_path: Path
) -> None:
    content = book_of(handed_out(city), "云台街道")
    done = returned(city, tmp_path, filled(content, {"未建原因": "请联系 13827182818"}))
    assert "含有证件号码、手机号码或银行卡号" in done.problems[0].sentence
    assert not GapAnswer.objects.exists()
    assert "13827182818" not in str(StreetBook.objects.get(committee=city["CZ111"]).problems)


def test_a_cell_that_says_so_erases_an_earlier_answer(
    city: City, gaps: dict[str, Organization], tmp_path: Path
) -> None:
    content = book_of(handed_out(city), "云台街道")
    returned(city, tmp_path, filled(content, {"未建原因": "业主暂不理解", "完成时限": "2026-12-31"}))
    returned(city, tmp_path, filled(content, {"未建原因": "清空"}))
    answer = GapAnswer.objects.get()
    assert (answer.reason, answer.planned_by) == ("", date(2026, 12, 31))


def test_a_lower_level_does_not_replace_the_open_book_of_the_level_above(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    handed_out(city)
    page = opened("district").post(BOOKS, {"do": "hand-out"}, follow=True).content.decode()
    assert "不用发簿" in page
    assert "上级已发出 1 簿，还没有全部交回" in page
    assert "上级已发出" not in opened("street").get(BOOKS).content.decode()
    assert StreetBook.objects.count() == 3


def test_a_book_is_fetched_again_with_the_units_it_went_out_with(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    handed_out(city)
    city.organization("澄州后来有限公司", staff=300)
    refresh(None, on=TODAY)
    book = StreetBook.objects.get(committee=city["CZ111"])
    content = b"".join(opened("street").get(f"{BOOKS}{book.pk}.xlsx").streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [row[2] for row in sheet.iter_rows(min_row=4, values_only=True)] == [
        "澄州明川电子有限公司",
        "澄州禾岸食品厂",
    ]
    assert opened("stranger").get(f"{BOOKS}{book.pk}.xlsx").status_code == 404


def test_a_book_prints_the_local_date(city: City) -> None:
    at = datetime(2026, 11, 24, 20, tzinfo=UTC)  # the 25th in China
    book = StreetBook(committee=city["CZ111"], handed_out_at=at)
    assert str(book).endswith(" 2026-11-25")


@pytest.mark.parametrize(("username", "status"), [("leader", 403), ("secretary", 403)])
def test_who_may_hand_out(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], username: str, status: int
) -> None:
    assert opened(username).post(BOOKS, {"do": "hand-out"}).status_code == status
    assert not StreetBook.objects.exists()


def test_due_books_and_promises_stand_on_the_front_page(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], tmp_path: Path
) -> None:
    content = filled(book_of(handed_out(city), "云台街道"), {"拟建方式": "挂靠", "完成时限": "2026-11-25"})
    returned(city, tmp_path, content)
    GapAnswer.objects.update(planned_by="2026-11-01")
    page = opened("city").get("/due/").content.decode()
    late, today = page.index("已逾期"), page.index("今天")
    assert late < page.index("澄州明川电子有限公司") < today < page.index("中共望江街道工作委员会")
    assert opened("leader").get("/due/").status_code == 403
