"""A hostile or broken file ends in a sentence, not in a traceback; the largest one allowed is read."""

import ast
import codecs
import io
import pickle
import re
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.workbooks import archive, delimited, excel
from core.workbooks.book import MAX_COLUMNS, MAX_FILE_BYTES, Unreadable
from core.workbooks.reading import open_book
from tests.spreadsheets import read, workbook

CHINESE = re.compile("[一-鿿]{4}")
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        read(path)
    return str(refused.value)


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The workbook with some of its parts changed by hand."""
    with zipfile.ZipFile(workbook(path, ["企业名称"], ["澄州甲公司"])) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in parts.items():
            after.writestr(name, content)
    return path


def with_sheet(path: Path, cells: str, *, before: str = "") -> Path:
    xml = f'<?xml version="1.0"?>{before}<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>'
    return repacked(path, lambda parts: parts.update({SHEET: xml.encode()}))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def truncated(path: Path) -> None:
    path.write_bytes(workbook(path, ["甲"]).read_bytes()[:700])


def old_format_truncated(path: Path) -> None:
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600))


def web_page(path: Path) -> None:
    path.write_text("<html><table><tr><td>企业名称</td></tr></table></html>", encoding="utf-8")


def word_document(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("word/document.xml", "<document/>")


def with_password(path: Path) -> None:
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + "EncryptedPackage".encode("utf-16-le"))


def part_with_password(path: Path) -> None:
    content = bytearray(workbook(path, ["甲"]).read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # the flag in the archive's listing
    path.write_bytes(content)


def macro_part(path: Path) -> None:
    repacked(path, lambda parts: parts.update({"xl/vbaProject.bin": b"Attribut"}))


def macro_type(path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        plain, macro = b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main"
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(plain, macro)

    repacked(path, change)


def macro_in_old_format(path: Path) -> None:
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + "_VBA_PROJECT_CUR".encode("utf-16-le"))


def doctype(path: Path) -> None:
    with_sheet(path, "<row/>", before='<!DOCTYPE worksheet [<!ENTITY secret SYSTEM "file:///etc/passwd">]>')


def doctype_across_blocks(path: Path) -> None:
    prolog = b'<?xml version="1.0"?>'
    spaces = " " * (archive.MEGABYTE - len(prolog) - 4)
    with_sheet(path, "<row/>", before=spaces + "<!DOCTYPE worksheet>")


def doctype_in_utf16(path: Path) -> None:
    xml = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE worksheet><worksheet {MAIN}><sheetData/></worksheet>'
    repacked(path, lambda parts: parts.update({SHEET: xml.encode("utf-16")}))


def spaces(path: Path) -> None:
    with_sheet(path, " " * (archive.RATIO_COUNTS_FROM + archive.MEGABYTE))


def understated(path: Path) -> None:
    """A bomb whose listing claims ten bytes."""
    block = b" " * (16 * archive.MEGABYTE)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(5)) + packer.flush()

    def change(parts: dict[str, bytes]) -> None:
        parts[SHEET] = b""

    repacked(path, change)
    with zipfile.ZipFile(path, "a") as book:
        part = book.getinfo(SHEET)
        part.compress_type, part.header_offset = zipfile.ZIP_DEFLATED, book.start_dir
        part.compress_size, part.file_size, part.CRC = len(packed), 10, zlib.crc32(b" " * 10)
        book.fp.seek(book.start_dir)
        book.fp.write(part.FileHeader(zip64=False) + packed)
        book.start_dir = book.fp.tell()
        book._didModify = True


def far_corner(path: Path) -> None:
    with_sheet(path, '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD1048576"><v>2</v></c></row>')


def impossible_reference(path: Path) -> None:
    first = '<row r="1"><c r="CCCCCCCCCCCCCC99999999999999"><v>1</v></c></row>'
    with_sheet(path, first + '<row r="2"><c r="A2"><v>2</v></c></row>')


def negative_as_date(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = -(10**12)
    book.active["A1"].number_format = "yyyy-mm-dd"
    book.save(path)


def broken_xml(path: Path) -> None:
    with_sheet(path, '<row r="1"><c r="A1" t="inlineStr"><is><t>a&#0;b</t></is></c></row>')


def too_wide(path: Path) -> None:
    workbook(path, ["甲"] * (MAX_COLUMNS + 1))


def million_columns(path: Path) -> None:
    path.write_text("企业名称" + ",甲" * 1_000_000, encoding="utf-8")


def one_column_too_many(path: Path) -> None:
    path.write_text("企业名称\n" + "," * MAX_COLUMNS, encoding="utf-8")


def endless_line(path: Path) -> None:
    path.write_bytes(b"A" * (delimited.MAX_LINE_CHARACTERS + 1))


def nul_bytes(path: Path) -> None:
    path.write_bytes("企业名称,代码\n甲\0,1\n".encode("gb18030"))


def nul_in_utf16(path: Path) -> None:
    path.write_bytes(codecs.BOM_UTF16_LE + "企业名称,代码\n甲\0,1\n".encode("utf-16-le"))


def no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xff\x81" * 50)


def cut_inside_a_character(path: Path) -> None:
    path.write_bytes("企业名称".encode()[:-1])


def open_quote(path: Path) -> None:
    path.write_text('企业名称,代码\n"甲,1\n乙,2\n', encoding="utf-8")


REFUSED = [
    (empty, "zero.xlsx", "空文件"),
    (empty, "zero.csv", "空文件"),
    (picture, "picture.xlsx", "不是 Excel 工作簿"),
    (picture, "picture.csv", "NUL"),
    (truncated, "truncated.xlsx", "已损坏"),
    (old_format_truncated, "truncated.xls", "已损坏|超出"),
    (web_page, "list.xls", "不是 Excel 工作簿"),
    (word_document, "paper.xlsx", "不是 Excel 工作簿"),
    (with_password, "locked.xlsx", "密码"),
    (part_with_password, "locked.xlsx", "密码"),
    (macro_part, "macro.xlsx", "宏"),
    (macro_type, "macro.xlsx", "宏"),
    (truncated, "macro.xlsm", "宏"),
    (macro_in_old_format, "macro.xls", "宏"),
    (doctype, "entity.xlsx", "DOCTYPE"),
    (doctype_across_blocks, "entity.xlsx", "DOCTYPE"),
    (doctype_in_utf16, "entity.xlsx", "已损坏"),
    (spaces, "bomb.xlsx", "解压后"),
    (understated, "bomb.xlsx", "解压后"),
    (far_corner, "corner.xlsx", "超出内存"),
    (impossible_reference, "reference.xlsx", "无法识别的单元格"),
    (negative_as_date, "dates.xlsx", "无法识别的单元格.*日期格式"),
    (broken_xml, "broken.xlsx", "已损坏"),
    (too_wide, "wide.xlsx", "第 1,001 列，最多 1,000 列"),
    (million_columns, "wide.csv", "第 1 行超过 1,000 列"),
    (one_column_too_many, "wide.csv", "第 2 行超过 1,000 列"),
    (endless_line, "long.csv", "第 1 行超过 1,048,576 个字符"),
    (nul_bytes, "nul.csv", "NUL"),
    (nul_in_utf16, "nul.csv", "NUL"),
    (no_text, "list.csv", "编码无法识别"),
    (cut_inside_a_character, "list.csv", "编码无法识别"),
    (open_quote, "list.csv", "第 2 条记录的引号"),
]


@pytest.mark.parametrize(("make", "name", "why"), REFUSED, ids=[f"{m.__name__}-{n}" for m, n, _ in REFUSED])
def test_a_hostile_file_is_refused_in_a_sentence(
    tmp_path: Path, make: Callable[[Path], None], name: str, why: str
) -> None:
    make(tmp_path / name)
    said = refusal(tmp_path / name)
    assert re.search(why, said)
    assert said.startswith(f"“{name}”")
    assert CHINESE.search(said)
    assert said.endswith("。")


def test_a_file_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert "不存在" in refusal(tmp_path / "list.xlsx")


def test_a_file_above_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as out:
        out.truncate(MAX_FILE_BYTES + 1)
    assert "超过 200 MB" in refusal(tmp_path / "huge.csv")


def test_the_widest_table_allowed_is_read(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text(",".join("甲" * MAX_COLUMNS), encoding="utf-8")
    assert len(read(tmp_path / "wide.csv")[0][1]) == MAX_COLUMNS
    assert len(read(workbook(tmp_path / "wide.xlsx", ["甲"] * MAX_COLUMNS))[0][1]) == MAX_COLUMNS


def test_what_is_broken_further_down_shows_when_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("企业名称\n甲\n" + "," * MAX_COLUMNS, encoding="utf-8")
    rows = open_book(tmp_path / "list.csv", name="list.csv").rows("list")
    assert [next(rows), next(rows)] == [(1, ["企业名称"]), (2, ["甲"])]
    with pytest.raises(Unreadable, match="第 3 行"):
        next(rows)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe"]))
def test_no_bytes_at_all_end_in_anything_but_rows_or_a_refusal(tmp_path: Path, content: bytes, start: bytes) -> None:
    (tmp_path / "any.csv").write_bytes(start + content)
    said = "读到了表格"
    try:
        read(tmp_path / "any.csv")
    except Unreadable as refused:
        said = str(refused)
    assert CHINESE.search(said)


MARK = "touched"
TAKEN_OVER = {
    "pickle": b"cos\nsystem\n(S'touch %s'\ntR." % MARK.encode(),
    "pickled end": pickle.dumps(("end",)),
    "nothing": b"",
    "no list": b'{"rows": 1}\n',
    "half a line": b'["sheets", ["a"',
    "other shapes": b'["sheets", 1, {"a": 2}]\n["end"]\n',
    "another question": b'["rows", []]\n["end"]\n',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("said", TAKEN_OVER.values(), ids=TAKEN_OVER.keys())
def test_a_parser_that_was_taken_over_makes_its_parent_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    book, parser = tmp_path / "book.xlsx", tmp_path / "parser"
    openpyxl.Workbook().save(book)
    (tmp_path / "said").write_bytes(said)
    parser.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    parser.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(parser))
    with pytest.raises(Unreadable):
        open_book(book, name="book.xlsx")
    assert not (tmp_path / MARK).exists()


def test_rows_of_a_parser_that_was_taken_over_are_plain_or_refused() -> None:
    lines = [b'["rows", [[1, ["a", 1, 1.5, true, null, ["2026-01-31"], ["2026-01-31T10:00:00"]]]]]\n', b'["end"]\n']
    [(_, [(number, cells)])] = excel._messages(io.BytesIO(b"".join(lines)), "rows", "a.xlsx")
    assert (number, cells[:5]) == (1, ["a", 1, 1.5, True, None])
    assert cells[5:] == [date(2026, 1, 31), datetime(2026, 1, 31, 10)]
    for cell in (b'{"__reduce__": "x"}', b"[[]]", b'["x"]', b"[1]"):
        with pytest.raises((ValueError, TypeError)):
            list(excel._messages(io.BytesIO(b'["rows", [[1, [%s]]]]\n' % cell), "rows", "a.xlsx"))


def test_nothing_in_the_house_reads_what_could_be_code() -> None:
    """Formats in which data names functions to call."""
    root = Path(excel.PROJECT)
    found = [
        f"{path.relative_to(root)}: {name}"
        for path in root.glob("*/**/*.py")
        if path.relative_to(root).parts[0] not in (".venv", "tests", "build")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name in ("pickle", "marshal", "shelve", "dill", "jsonpickle", "multiprocessing")
    ]
    assert found == []
