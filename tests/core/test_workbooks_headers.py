"""The header of a list is found wherever clerks put it, and its columns get their fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cells import Cell
from core.workbooks.book import SheetRow
from core.workbooks.headers import LINES_SEARCHED, Header, find_header, normalise_header

KNOWN = {
    "企业名称": "name",
    "单位名称": "name",
    "统一社会信用代码": "code",
    "信用代码": "code",
    "注册号": "regno",
    "注册资本（万元）": "capital",
    "职工人数": "staff",
    "从业人数": "staff",
    "党员数": "party",
}
REQUIRED = [{"name"}, {"code", "regno"}]
HEADER = ["序号", "企业名称", "统一社会\n信用代码", "从业人数"]


def lines(*cells: list[Cell], first: int = 1) -> list[SheetRow]:
    """Numbered rows; an empty list is an empty line, which a book does not give."""
    return [(number, row) for number, row in enumerate(cells, first) if row]


def found(*cells: list[Cell]) -> Header:
    header = find_header(lines(*cells), KNOWN, REQUIRED)
    assert header is not None
    return header


def indexes(header: Header) -> dict[str, int]:
    return {field: column.index for field, column in header.fields.items()}


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("统一社会\n信用代码", "统一社会信用代码"),
        (" 企 业　名 称 ", "企业名称"),
        ("注册资本（万元）", "注册资本(万元)"),
        ("注册资本\r\n【万元】", "注册资本(万元)"),
        ("＊企业名称*：", "企业名称"),
        ("Ｎo．", "no."),
    ],
)
def test_what_clerks_vary_is_normalised(written: str, normal: str) -> None:
    assert normalise_header(written) == normal


@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_white_space_width_and_asterisks_never_hide_a_known_header(text: str, data: st.DataObject) -> None:
    noise = data.draw(st.lists(st.sampled_from(["", " ", "\n", "\u3000", "\t", "*", "＊"]), min_size=len(text)))
    noisy = "".join(a + b for a, b in zip(text, noise, strict=False))
    assert normalise_header(noisy) == normalise_header(text)


def test_titles_and_empty_lines_above_the_header_are_passed_over() -> None:
    header = found(["澄州市市场主体登记信息汇总表"], ["填报单位：市市场监督管理局"], [], HEADER, [1, "甲", "9144", 5])
    assert header.row == 4
    assert indexes(header) == {"name": 1, "code": 2, "staff": 3}


def test_columns_tell_letter_header_as_written_and_field() -> None:
    header = found([None, *HEADER])
    assert [(c.index, c.letter, c.header, c.field) for c in header.columns] == [
        (1, "B", "序号", None),
        (2, "C", "企业名称", "name"),
        (3, "D", "统一社会\n信用代码", "code"),
        (4, "E", "从业人数", "staff"),
    ]


def test_columns_past_z_have_two_letters() -> None:
    assert found([*HEADER, *["备注"] * 24]).columns[-1].letter == "AB"


def test_a_sheet_of_hints_has_no_header() -> None:
    hints = [["摸底表填报说明"], ["一、企业名称按登记证照填写。"], ["二、统一社会信用代码为18位。"], ["企业名称"]]
    assert find_header(lines(*hints), KNOWN, REQUIRED) is None


def test_a_header_without_a_required_group_is_none() -> None:
    assert find_header(lines(["企业名称", "从业人数", "党员数"]), KNOWN, REQUIRED) is None
    assert find_header(lines(["企业名称", "注册号"]), KNOWN, REQUIRED) is not None


def test_without_any_known_header_there_is_none_even_if_nothing_is_required() -> None:
    assert find_header(lines(["会议", "时间"], ["例会", "周一"]), KNOWN) is None
    assert find_header([], KNOWN) is None


@pytest.mark.parametrize("above", [0, LINES_SEARCHED - 1])
def test_the_header_may_be_in_any_of_the_first_ten_lines(above: int) -> None:
    assert found(*[["标题"]] * above, HEADER).row == above + 1


def test_the_eleventh_line_is_no_header() -> None:
    assert find_header(lines(*[["标题"]] * LINES_SEARCHED, HEADER), KNOWN, REQUIRED) is None


def test_empty_lines_do_not_count_among_the_ten() -> None:
    assert found(*[[]] * 20, *[["标题"]] * 9, HEADER).row == 30


def test_of_two_headers_of_one_field_the_first_wins() -> None:
    header = found(["单位名称", "企业名称", "信用代码", "职工人数", "从业人数"])
    assert indexes(header) == {"name": 0, "code": 2, "staff": 3}
    assert [column.field for column in header.columns] == ["name", None, "code", "staff", None]


def test_the_line_with_more_fields_wins_and_the_upper_of_equals() -> None:
    poorer, richer = ["企业名称", "注册号"], ["企业名称", "注册号", "从业人数"]
    assert found(poorer, ["甲", "1"], richer).row == 3
    assert found(richer, ["甲", "1", 2], richer).row == 1


def test_a_unit_or_a_hint_in_brackets_does_not_hide_a_header() -> None:
    header = found(["企业名称（必填）", "信用代码(18位)", "从业人数【人】", "注册资本(万元)"])
    assert indexes(header) == {"name": 0, "code": 1, "staff": 2, "capital": 3}


def test_another_bracket_makes_it_another_column() -> None:
    assert indexes(found(["企业名称", "信用代码", "从业人数（女）"])) == {"name": 0, "code": 1}


def test_the_whole_text_has_precedence_over_one_without_its_hint() -> None:
    assert indexes(found(["企业名称(必填)", "信用代码", "从业人数(人)", "从业人数"])) == {
        "name": 0,
        "code": 1,
        "staff": 3,
    }


def test_a_header_of_two_lines_is_read_column_by_column() -> None:
    upper = ["企业名称", "信用代码", "人员情况", None, "备注"]
    lower = [None, None, "职工人数", "党员数"]
    header = found(["汇总表"], upper, lower, ["甲", "9144", 5, 1])
    assert header.row == 3
    assert indexes(header) == {"name": 0, "code": 1, "staff": 2, "party": 3}
    assert [column.header for column in header.columns] == ["企业名称", "信用代码", "职工人数", "党员数", "备注"]


def test_lines_apart_are_no_header_of_two_lines() -> None:
    assert find_header(lines(["企业名称"], [], ["信用代码"]), KNOWN, REQUIRED) is None


def test_a_row_of_data_below_a_header_stays_data() -> None:
    assert found(HEADER, [1, "甲", "914403001234567890", 5]).row == 1


def test_columns_without_a_header_stay_in_their_place() -> None:
    header = found(["企业名称", None, " ", "信用代码", None])
    assert [(column.letter, column.header) for column in header.columns] == [
        ("A", "企业名称"),
        ("B", ""),
        ("C", ""),
        ("D", "信用代码"),
    ]


def test_only_the_lines_searched_are_taken_from_the_rows() -> None:
    rows = iter(lines(HEADER, *[["甲"]] * 20))
    find_header(rows, KNOWN, REQUIRED)
    assert next(rows)[0] == LINES_SEARCHED + 1


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.booleans()))))
def test_no_cells_can_break_the_search(grid: list[list[Cell]]) -> None:
    header = find_header(lines(*grid), KNOWN)
    assert header is None or set(header.fields) <= set(KNOWN.values())
