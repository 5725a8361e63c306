"""The door through which every list comes in."""

from pathlib import Path

from core.workbooks.archive import MACRO
from core.workbooks.book import MAX_FILE_BYTES, MEGABYTE, Book, Unreadable
from core.workbooks.delimited import DelimitedBook
from core.workbooks.excel import ExcelBook

ARCHIVE = b"PK\x03\x04"
COMPOUND_FILE = bytes.fromhex("D0CF11E0A1B11AE1")
MACRO_SUFFIXES = (".xlsm", ".xltm", ".xlam")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")


def open_book(path: Path, *, name: str) -> Book:
    """Opens an .xlsx, .xls or .csv file, whatever its content pretends to be.

    `path` is where the file lies, `name` what the clerk calls it (sentences and the suffix come from it). The content
    decides between .xlsx and .xls. Raises `Unreadable` with a Chinese sentence for a file that is empty, broken, of
    another kind, locked by a password, packed like a bomb, or carries macros or a DOCTYPE; what lies in one sheet only
    (too many columns, a line without end) is told by `Book.rows`.
    """
    if not path.is_file():
        raise Unreadable(name, "不存在，请检查文件名和路径。")
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(name, "是空文件（0 字节），请重新导出后再上传。")
    if size > MAX_FILE_BYTES:
        raise Unreadable(name, f"超过 {MAX_FILE_BYTES // MEGABYTE} MB，请拆成几个文件后再上传。")
    suffix = Path(name).suffix.lower()
    if suffix in MACRO_SUFFIXES:
        raise Unreadable(name, MACRO)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(ARCHIVE) or start == COMPOUND_FILE:
        return ExcelBook(path, name=name)
    if suffix in TEXT_SUFFIXES:
        return DelimitedBook(path, name=name)
    raise Unreadable(
        name, "的内容不是 Excel 工作簿（.xlsx、.xls）或文本表格（.csv），请在 Excel 中打开并另存为 .xlsx 后再上传。"
    )
