"""What is written comes back as it was, and nothing in it can run."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from core.refusals import Refusal
from core.workbooks import writing
from core.workbooks.reading import open_book
from core.workbooks.writing import Value, sheet_name, write_rows

HEADERS = ["名称", "代码", "职工"]


def written(*rows: list[Value], headers: list[str] = HEADERS, **options: object) -> Worksheet:
    target = io.BytesIO()
    write_rows(target, sheet="名单", headers=headers, rows=rows, **options)  # type: ignore[arg-type]
    return openpyxl.load_workbook(target).active


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        ("=1+1", "s", "=1+1"),
        ('=HYPERLINK("http://example.invalid/")', "s", '=HYPERLINK("http://example.invalid/")'),
        ("+86 138", "s", "+86 138"),
        ("-5", "s", "-5"),
        ("@SUM(A1)", "s", "@SUM(A1)"),
        ("\t=1+1", "s", "\t=1+1"),
        ("http://example.invalid/", "s", "http://example.invalid/"),
        ("0012", "s", "0012"),
        ("914403001234567890", "s", "914403001234567890"),
        (914403001234567890, "s", "914403001234567890"),
        (10**15 - 1, "n", 10**15 - 1),
        (12, "n", 12),
        (1.5, "n", 1.5),
        (Decimal("12.50"), "n", 12.5),
        (True, "b", True),
        (date(2019, 3, 5), "s", "2019-03-05"),
        (date(1898, 1, 1), "s", "1898-01-01"),
        (datetime(2019, 3, 5, 8, 30), "s", "2019-03-05 08:30"),
        (datetime(2019, 3, 5, 8, 30, 7), "s", "2019-03-05 08:30:07"),
        (datetime(2019, 3, 5, 8, 30, tzinfo=UTC), "s", "2019-03-05 16:30"),
        ("甲" * 40_000, "s", "甲" * 32_767),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_value_gets_the_cell_that_keeps_it(value: Value, kind: str, kept: object) -> None:
    cell = written([value, None, None])["A2"]
    assert (cell.data_type, cell.value) == (kind, kept)


def test_the_header_is_frozen_filtered_and_repeated_in_print() -> None:
    sheet = written(["甲", "0012", 3])
    assert [cell.value for cell in sheet[1]] == HEADERS
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("名单", "A2", "A1:C2")
    assert sheet.print_title_rows == "$1:$1"


def test_lines_stand_above_the_list() -> None:
    leading = ["两新组织名单", "导出人：张三　2026-11-24 09:00"]
    sheet = written(["甲", "0012", 3], ["乙", "0013", 4], leading=leading)
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [leading[0], None, None],
        [leading[1], None, None],
        HEADERS,
        ["甲", "0012", 3],
        ["乙", "0013", 4],
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A4", "A3:C5")


def test_a_list_of_one_column_may_have_lines_above() -> None:
    sheet = written(["甲"], headers=["名称"], leading=["名单"])
    assert [row[0].value for row in sheet.iter_rows()] == ["名单", "名称", "甲"]


def test_a_list_without_rows_has_its_header() -> None:
    target = io.BytesIO()
    assert write_rows(target, sheet="名单", headers=HEADERS, rows=[]) == 0
    assert [cell.value for cell in openpyxl.load_workbook(target).active[1]] == HEADERS


def test_rows_are_taken_as_they_come_and_counted(tmp_path: Path) -> None:
    rows = (["甲", "0012", n] for n in range(1_000))
    assert write_rows(tmp_path / "list.xlsx", sheet="名单", headers=HEADERS, rows=rows) == 1_000
    assert len(list(open_book(tmp_path / "list.xlsx", name="list.xlsx").rows("名单"))) == 1_001


def test_more_rows_than_a_sheet_holds_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MAX_SHEET_ROWS", 5)
    rows: list[list[Value]] = [["甲", "0012", n] for n in range(4)]
    assert write_rows(tmp_path / "most.xlsx", sheet="名单", headers=HEADERS, rows=rows) == 4
    with pytest.raises(Refusal, match="超过 4 行"):
        write_rows(tmp_path / "more.xlsx", sheet="名单", headers=HEADERS, rows=[*rows, *rows])
    assert not (tmp_path / "more.xlsx").exists()


def test_a_failing_source_leaves_no_file(tmp_path: Path) -> None:
    def rows() -> Iterator[list[Value]]:
        yield ["甲", "0012", 3]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_rows(tmp_path / "list.xlsx", sheet="名单", headers=HEADERS, rows=rows())
    assert not (tmp_path / "list.xlsx").exists()


@pytest.mark.parametrize("row", [["甲", "0012"], ["甲", "0012", 3, 4]], ids=["short", "long"])
def test_a_row_of_another_length_is_an_error(row: list[Value]) -> None:
    with pytest.raises(ValueError, match="zip"):
        written(row)


def test_repeated_headers_are_an_error() -> None:
    with pytest.raises(ValueError, match="repeat"):
        written(headers=["名称", "名称"])


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("未建名单", "未建名单"),
        ("2026/11：[城关]*?", "2026 11： 城关"),
        ("甲" * 40, "甲" * 31),
        ("𠮷" * 20, "𠮷" * 15),
        ("'甲'", "甲"),
        ("", "名单"),
        ("[]", "名单"),
    ],
)
def test_a_sheet_name_is_made_fit_for_excel(wanted: str, given: str) -> None:
    assert sheet_name(wanted) == given


texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
    st.from_regex(r"[=+\-@\t][A-Z(]{1,5}[0-9)]{0,5}", fullmatch=True),
    st.from_regex(r"[0-9]{1,20}", fullmatch=True),
    st.from_regex(r"_x[0-9A-F]{4}_", fullmatch=True),
)
numbers = st.integers(-(10**15) + 1, 10**15 - 1) | st.booleans()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts, texts | st.none(), numbers), min_size=1, max_size=30), st.text(max_size=40))
def test_what_is_written_is_read_back(tmp_path: Path, rows: list[tuple[Value, ...]], name: str) -> None:
    path = tmp_path / "any.xlsx"
    write_rows(path, sheet=name, headers=HEADERS, rows=rows)
    [(_, header), *back] = list(open_book(path, name="any.xlsx").rows(sheet_name(name)))
    assert header == HEADERS
    assert back == [(number, list(row)) for number, row in enumerate(rows, 2)]
