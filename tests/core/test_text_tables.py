"""Text tables are read as they were written, whatever their encoding and delimiter."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.workbooks.reading import open_book
from tests.spreadsheets import read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_encoding_and_delimiter_of_a_text_table_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "名录.csv"
    with path.open("w", encoding=encoding, newline="") as out:
        lines = [["社会组织名录"], ["名称", "代码", "业务范围"], ["𠮷甲协会", "0012", "交流;培训,咨询"]]
        csv.writer(out, delimiter=delimiter).writerows(lines)
    assert read(path) == [(n, line) for n, line in enumerate(lines, 1)]
    assert open_book(path, name="名录.csv").sheets == ["名录"]


def test_a_row_of_a_text_table_is_numbered_by_its_record(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('名称,地址\n甲,"一\n二"\n\n乙,\n', encoding="utf-8")
    assert read(tmp_path / "list.csv") == [(1, ["名称", "地址"]), (2, ["甲", "一\n二"]), (4, ["乙", None])]


def test_a_code_protected_from_a_spreadsheet_is_text(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('代码,名称\n="0012",=1+1\n', encoding="utf-8")
    assert read(tmp_path / "list.csv")[1] == (2, ["0012", "=1+1"])


cell_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(cell_texts, min_size=2, max_size=5), min_size=1, max_size=8),
    encoding=st.sampled_from(["utf-8-sig", "gb18030"]),
)
def test_any_text_survives_a_text_table(tmp_path: Path, rows: list[list[str]], encoding: str) -> None:
    with (tmp_path / "any.csv").open("w", encoding=encoding, newline="") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["一", "二", "三", "四", "五"]] * 20 + rows)
    kept = [
        (number, [text or None for text in row])
        for number, row in enumerate(rows, 21)
        if any(row) and not any(text.startswith('="') for text in row)
    ]
    got = {number: cells for number, cells in read(tmp_path / "any.csv") if number > 20}
    assert [(number, got[number]) for number, _ in kept] == kept
