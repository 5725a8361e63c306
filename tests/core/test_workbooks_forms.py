"""Workbooks for people: error workbooks come back corrected, forms keep what must not change."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from core.workbooks.forms import (
    MISTAKE,
    STYLES,
    FormColumn,
    FormSheet,
    ProblemRow,
    ProblemSheet,
    write_error_workbook,
    write_form,
)
from core.workbooks.reading import open_book
from core.workbooks.writing import Value

HEADERS = ["序号", "企业名称", "统一社会\n信用代码", "成立日期"]


def error_sheet(*rows: ProblemRow, headers: list[str] = HEADERS) -> Worksheet:
    target = io.BytesIO()
    write_error_workbook(target, [ProblemSheet("问题数据", headers, rows)])
    return openpyxl.load_workbook(target).active


def fill(sheet: Worksheet, cell: str) -> str:
    return sheet[cell].fill.start_color.rgb[2:] if sheet[cell].fill.fill_type else ""


# --- error workbooks ------------------------------------------------------------------------------------------------
def test_an_error_workbook_has_the_clerks_columns_and_two_more() -> None:
    sheet = error_sheet(ProblemRow([7, "甲", "9144", None], "错误", "信用代码应为 18 位", [2]))
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [*HEADERS, "级别", "问题"],
        [7, "甲", "9144", None, "错误", "信用代码应为 18 位"],
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.protection.sheet) == ("A2", "A1:F2", False)


def test_the_cells_with_problems_are_highlighted_and_no_others() -> None:
    sheet = error_sheet(ProblemRow([7, "甲", "9144", date(2099, 1, 1)], "错误", "两处", [2, 3]))
    assert [fill(sheet, f"{letter}2") for letter in "ABCDEF"] == ["", "", STYLES[MISTAKE], STYLES[MISTAKE], "", ""]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@x", "#N/A", "0012", "914403001234567890", "2019-03-05"])
@pytest.mark.parametrize("marked", [[], [0]], ids=["plain", "marked"])
def test_a_text_stays_a_text_cell_that_keeps_what_is_typed_into_it(text: str, marked: list[int]) -> None:
    cell = error_sheet(ProblemRow([text], "错误", "有误", marked), headers=["代码"])["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")


@pytest.mark.parametrize("marked", [[], [0]], ids=["plain", "marked"])
@pytest.mark.parametrize(
    ("value", "kept", "shown"),
    [
        (12, 12, "General"),
        (9.144e17, 9.144e17, "General"),
        (True, True, "General"),
        (date(2019, 3, 5), "2019-03-05", "@"),
        (datetime(2019, 3, 5, 8, 30), "2019-03-05 08:30", "@"),
        (datetime(2019, 3, 5, 8, 30, tzinfo=UTC), "2019-03-05 16:30", "@"),
        (914403001234567890, "914403001234567890", "@"),
        (None, None, "@"),
    ],
    ids=repr,
)
def test_other_values_follow_the_rules_of_all_exports(
    value: Value, kept: object, shown: str, marked: list[int]
) -> None:
    cell = error_sheet(ProblemRow([value], "提醒", "有误", marked), headers=["成立日期"])["A2"]
    assert (cell.value, cell.number_format) == (kept, shown)


def test_characters_that_no_workbook_can_hold_are_dropped() -> None:
    assert error_sheet(ProblemRow(["甲\x01\x0b乙"], "错误", "有误"), headers=["名称"])["A2"].value == "甲乙"


def test_short_and_long_rows_are_brought_to_the_width_of_the_header() -> None:
    sheet = error_sheet(
        ProblemRow(["甲"], "错误", "一", [1]), ProblemRow(["乙", "1", "多余"], "错误", "二"), headers=["名称", "代码"]
    )
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["甲", None, "错误", "一"],
        ["乙", "1", "错误", "二"],
    ]


def test_a_corrected_workbook_with_new_problems_has_the_two_columns_once() -> None:
    row = ProblemRow(["甲", "1", "错误", "旧"], "提醒", "新")
    sheet = error_sheet(row, headers=["名称", "代码", "级别", "问题"])
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["名称", "代码", "级别", "问题"],
        ["甲", "1", "提醒", "新"],
    ]


def test_repeated_and_empty_headers_are_kept() -> None:
    sheet = error_sheet(ProblemRow(["甲", 1, 2], "错误", "有误"), headers=["名称", "", "名称"])
    assert [cell.value or "" for cell in sheet[1]] == ["名称", "", "名称", "级别", "问题"]


cells = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    st.from_regex(r"[=+\-@][A-Z(]{1,5}[0-9)]{0,5}", fullmatch=True),
    st.from_regex(r"[0-9]{1,20}", fullmatch=True),
    st.integers(-(10**15) + 1, 10**15 - 1),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells, st.integers(0, 1)), min_size=1, max_size=30))
def test_an_error_workbook_is_read_back_as_it_was_written(tmp_path: Path, rows: list[tuple[Value, Value, int]]) -> None:
    path = tmp_path / "errors.xlsx"
    problems = [ProblemRow([a, b], "错误", "有误", [marked]) for a, b, marked in rows]
    write_error_workbook(path, [ProblemSheet("问题数据", ["名称", "代码"], problems)])
    [_, *back] = list(open_book(path, name="errors.xlsx").rows("问题数据"))
    assert back == [(number, [a, b, "错误", "有误"]) for number, (a, b, _) in enumerate(rows, 2)]


# --- forms ----------------------------------------------------------------------------------------------------------
COLUMNS = [
    FormColumn("编号", hidden=True),
    FormColumn("企业名称", width=30),
    FormColumn("未建原因", editable=True, choices=["党员不足", "业主不支持"]),
    FormColumn("完成时限", editable=True),
]
ROWS = [[1, "澄州甲公司", None, None], [2, "=澄州乙公司", "党员不足", "2026-12-31"]]


def form(sheet: FormSheet) -> openpyxl.Workbook:
    target = io.BytesIO()
    write_form(target, sheet)
    return openpyxl.load_workbook(target)


def test_only_the_cells_to_fill_in_are_unlocked() -> None:
    sheet = form(FormSheet("云台街道", COLUMNS, ROWS)).active
    assert sheet.protection.sheet
    assert [[cell.protection.locked for cell in row] for row in sheet.iter_rows()] == [
        [True, True, True, True],
        [True, True, False, False],
        [True, True, False, False],
    ]


def test_a_cell_to_fill_in_keeps_a_long_code_whole() -> None:
    assert form(FormSheet("云台街道", COLUMNS, ROWS)).active["D2"].number_format == "@"


def test_a_page_without_cells_to_fill_in_is_not_locked() -> None:
    assert not form(FormSheet("名单", [FormColumn("名称")], [["甲"]])).active.protection.sheet


def test_widths_and_hidden_columns_are_as_declared() -> None:
    dimensions = form(FormSheet("云台街道", COLUMNS, ROWS)).active.column_dimensions
    assert (dimensions["A"].hidden, dimensions["B"].hidden, dimensions["B"].width) == (True, False, 30)


def test_choices_are_offered_in_every_row_and_nothing_else_is_taken() -> None:
    book = form(FormSheet("云台街道", COLUMNS, ROWS))
    [rule] = book["云台街道"].data_validations.dataValidation
    assert (str(rule.sqref), rule.type, rule.showErrorMessage) == ("C2:C3", "list", True)
    sheet, _, cells_of_choices = rule.formula1.partition("!")
    choices = book[sheet.strip("'")]
    assert [row[0].value for row in choices[cells_of_choices.replace("$", "")]] == ["党员不足", "业主不支持"]
    assert choices.sheet_state == "hidden"


def test_lists_of_choices_of_any_length_stand_side_by_side() -> None:
    long, short = [f"{n}号原因，含逗号" for n in range(100)], ["=是", "否"]
    book = form(FormSheet("甲", [FormColumn("一", choices=long), FormColumn("二", choices=short)], [[None, None]]))
    assert [cell.value for cell in book["选项"]["A"]] == long
    assert [(cell.value, cell.data_type) for cell in book["选项"]["B"]][:2] == [("=是", "s"), ("否", "s")]


def test_lines_of_explanation_stand_above_the_header() -> None:
    sheet = form(FormSheet("云台街道", COLUMNS, ROWS, leading=["一街一簿", "请于 12 月 31 日前报送"])).active
    assert [row[0].value for row in sheet.iter_rows()] == ["一街一簿", "请于 12 月 31 日前报送", "编号", 1, 2]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A4", "A3:D5", "$3:$3")


def test_the_name_of_a_sheet_is_one_that_excel_takes() -> None:
    assert form(FormSheet("沙坪镇/2026", COLUMNS, [])).sheetnames == ["沙坪镇 2026", "选项"]


def test_a_row_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        form(FormSheet("云台街道", COLUMNS, [[1, "甲"]]))


def test_a_filled_in_form_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "street.xlsx"
    write_form(path, FormSheet("云台街道", COLUMNS, ROWS))
    book = openpyxl.load_workbook(path)
    book["云台街道"]["C2"] = "业主不支持"
    book.save(path)
    opened = open_book(path, name="street.xlsx")
    assert (opened.sheets, opened.hidden) == (["云台街道"], ["选项"])
    assert list(opened.rows("云台街道"))[1:] == [
        (2, [1, "澄州甲公司", "业主不支持", None]),
        (3, [2, "=澄州乙公司", "党员不足", "2026-12-31"]),
    ]
