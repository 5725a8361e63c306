"""Workbooks are read as they were written: rows keep their numbers, cells their columns and kinds."""

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlwt

from core.workbooks.book import Unreadable
from core.workbooks.reading import open_book
from tests.spreadsheets import read, workbook


def test_rows_keep_their_numbers_and_cells_their_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C4"], book.active["D4"], book.active["C7"] = "名称", "代码", "甲"
    book.save(tmp_path / "list.xlsx")
    assert read(tmp_path / "list.xlsx") == [(4, [None, None, "名称", "代码"]), (7, [None, None, "甲", None])]


@pytest.mark.parametrize(
    ("written", "read_back"),
    [
        ("0012", "0012"),
        (" 甲 ", " 甲 "),
        ("第一行\n第二行", "第一行\n第二行"),
        (12, 12),
        (12.0, 12),
        (12.5, 12.5),
        (-3, -3),
        (999_999_999_999_999, 999_999_999_999_999),
        (914403001234567000, 914403001234567000.0),
        (1e15, 1e15),
        (True, True),
        (date(2019, 3, 5), date(2019, 3, 5)),
        (datetime(2019, 3, 5, 8, 30), datetime(2019, 3, 5, 8, 30)),
        (time(8, 30), "08:30:00"),
        ("𠮷𬎆", "𠮷𬎆"),
    ],
    ids=repr,
)
def test_a_cell_comes_as_it_is_in_the_sheet(tmp_path: Path, written: object, read_back: object) -> None:
    [(_, [cell, _])] = read(workbook(tmp_path / "list.xlsx", [written, "end"]))
    assert (cell, type(cell)) == (read_back, type(read_back))


def test_the_old_excel_format_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("税务")
    for column, value in enumerate(["0012", 7, 1.5, 914403001234567000]):
        page.write(2, column + 1, value)
    book.save(str(tmp_path / "tax.xls"))
    assert read(tmp_path / "tax.xls") == [(3, [None, "0012", 7, 1.5, 914403001234567000.0])]


def test_visible_sheets_come_in_order_and_hidden_ones_apart(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.create_sheet("数据")["A1"] = "甲"
    book.create_sheet("选项").sheet_state = "hidden"
    book.create_chartsheet("图")
    book.save(tmp_path / "list.xlsx")
    opened = open_book(tmp_path / "list.xlsx", name="list.xlsx")
    assert (opened.sheets, opened.hidden) == (["说明", "数据"], ["选项"])
    assert list(opened.rows("说明")) == []
    assert list(opened.rows("数据")) == [(1, ["甲"])]


def test_an_unknown_sheet_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="没有工作表“Sheet9”，只有：Sheet"):
        read(workbook(tmp_path / "list.xlsx", ["甲"]), "Sheet9")


def test_reading_can_stop_after_the_first_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", *([n, "甲" * 50] for n in range(20_000)))
    rows = open_book(path, name="list.xlsx").rows("Sheet")
    assert next(rows) == (1, [0, "甲" * 50])
    rows.close()  # type: ignore[attr-defined]
