"""The process in which Excel files are parsed: `python -m core.workbooks.excel_process sheets|rows PATH [SHEET]`.

A few hundred bytes can make any parser ask for a terabyte (a value in XFD1048576) or panic; here that ends this process
and nothing else. It writes one message a line to standard output, as JSON: ["sheets", visible, hidden], ["rows", list of
rows], ["refused", sentence without the file's name], and as the last one ["end"]. A date, which JSON does not know, is a list
of its text alone. Whoever takes this process over can send nothing but texts, numbers and lists.
"""

import mmap
import resource
import sys
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from core.cells import EXACT_BELOW, Cell
from core.workbooks.archive import BROKEN, MACRO, PASSWORD, Unfit, inspect_archive
from core.workbooks.book import MAX_COLUMNS, MEGABYTE, SheetRow

# 460,000 rows × 25 columns take 1.1 GB
MAX_MEMORY_BYTES = 2_048 * MEGABYTE
MAX_CPU_SECONDS = 300
ROWS_PER_MESSAGE = 500
ODD_CELL = "里有无法识别的单元格（例如设成日期格式的负数）；请把数字列的格式设为常规或文本后再上传。"
SPANS = (time, timedelta)


def main(arguments: list[str], out: BinaryIO) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    question, path = arguments[0], Path(arguments[1])
    try:
        if question == "sheets":
            _tell_sheets(path, out)
        else:
            _tell_rows(path, arguments[2], out)
        message: tuple[Any, ...] = ("end",)
    except Unfit as refusal:
        message = ("refused", str(refusal))
    except PasswordError:
        message = ("refused", PASSWORD)
    except CalamineError:
        message = ("refused", BROKEN)
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":  # of the parser; its class cannot be imported
            raise
        message = ("refused", ODD_CELL)
    _tell(out, message)


def _tell(out: BinaryIO, message: tuple[Any, ...]) -> None:
    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
    out.write(orjson.dumps(message, default=_plain, option=option))


def _plain(value: Any) -> list[str]:
    if isinstance(value, date):
        return [value.isoformat()]
    raise TypeError(type(value))


def _tell_sheets(path: Path, out: BinaryIO) -> None:
    with path.open("rb") as file:
        is_archive = file.read(2) == b"PK"
    if is_archive:
        inspect_archive(path)
    else:
        _inspect_compound_file(path)
    visible: list[str] = []
    hidden: list[str] = []
    for sheet in CalamineWorkbook.from_path(path).sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            (visible if sheet.visible == SheetVisibleEnum.Visible else hidden).append(sheet.name)
    _tell(out, ("sheets", visible, hidden))


def _inspect_compound_file(path: Path) -> None:
    """The old format is a small file system whose directory has its names in UTF-16."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise Unfit(PASSWORD)
        if content.find("_VBA_PROJECT".encode("utf-16-le")) >= 0:
            raise Unfit(MACRO)


def _tell_rows(path: Path, name: str, out: BinaryIO) -> None:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    if sheet.start is None or sheet.end is None:
        return
    columns = sheet.end[1] + 1
    if columns > MAX_COLUMNS:
        raise Unfit(f"的工作表“{name}”用到了第 {columns:,} 列，最多 {MAX_COLUMNS:,} 列；请删去表格右侧多余的列。")
    # rows come from the sheet's first line on, cells only from the first used column on
    before: list[Cell] = [None] * sheet.start[1]
    nothing = [""] * sheet.width
    block: list[SheetRow] = []
    for number, values in enumerate(sheet.iter_rows(), start=1):
        if values != nothing:
            block.append((number, before + _cells(values)))
        if len(block) == ROWS_PER_MESSAGE:
            _tell(out, ("rows", block))
            block = []
    _tell(out, ("rows", block))


def _cells(values: list[Any]) -> list[Cell]:
    """The values as `Book.rows` promises them; a time of day or a duration becomes its text.

    One comprehension, since a call for each of two million cells would be a third of the reading time.
    """
    return [
        (value or None)
        if type(value) is str
        else (int(value) if value.is_integer() and abs(value) < EXACT_BELOW else value)
        if type(value) is float
        else str(value)
        if type(value) in SPANS
        else value
        for value in values
    ]


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdout.buffer)
