"""Text tables (.csv): encoding and delimiter found, records streamed."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from core.cells import Cell
from core.workbooks.book import MAX_COLUMNS, MEGABYTE, Book, SheetRow, Unreadable

MAX_LINE_CHARACTERS = MEGABYTE
DELIMITERS = ",;\t"
SAMPLE_RECORDS = 50
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UNMARKED = ("utf-8", "gb18030")
NOT_TEXT = "含有空字符（NUL），不是正常的文本表格；请在 Excel 中打开并另存为 .xlsx 后再上传。"
UNKNOWN_ENCODING = "的文字编码无法识别（应为 UTF-8 或 GB18030）；请在 Excel 中打开并另存为 .xlsx 后再上传。"


class DelimitedBook(Book):
    """A .csv file: UTF-8, GB18030 or UTF-16 with a byte order mark; comma, semicolon or tab between cells.

    A row's number is that of its record, the file's first record being 1: a line break inside quotes counts not, an
    empty line does.
    """

    def __init__(self, path: Path, *, name: str) -> None:
        """Raises `Unreadable` when the file is no text in a known encoding."""
        super().__init__(name, [Path(name).stem], [])
        self._path = path
        self._encoding = _encoding_of(path, name)
        self._delimiter = self._find_delimiter()

    def _rows(self, sheet: str) -> Iterator[SheetRow]:
        for number, record in self._records(self._delimiter):
            cells = [_cell(text) for text in record]
            if any(cell is not None for cell in cells):
                yield number, cells

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        number = 0
        with self._path.open(encoding=self._encoding, newline="") as stream:
            try:
                # strict: a quote left open would otherwise swallow all that follows into one cell
                for number, record in enumerate(
                    csv.reader(self._lines(stream, delimiter), delimiter=delimiter, strict=True), 1
                ):
                    if len(record) > MAX_COLUMNS:
                        raise self._too_wide(number)
                    yield number, record
            except csv.Error as problem:
                why = f"第 {number + 1:,} 条记录的引号不成对或单元格过长，无法往下读；请改正后再上传。"
                raise Unreadable(self.name, why) from problem

    def _lines(self, stream: TextIO, delimiter: str) -> Iterator[str]:
        """Lines with their ends, none longer than is sane, so that memory is bounded."""
        number = 0
        while line := stream.readline(MAX_LINE_CHARACTERS + 1):
            number += 1
            if "\0" in line:
                raise Unreadable(self.name, NOT_TEXT)
            if len(line) > MAX_LINE_CHARACTERS:
                if line.count(delimiter) > MAX_COLUMNS:
                    raise self._too_wide(number)
                raise Unreadable(
                    self.name,
                    f"第 {number:,} 行超过 {MAX_LINE_CHARACTERS:,} 个字符，不是正常的表格；请检查文件后再上传。",
                )
            yield line

    def _too_wide(self, number: int) -> Unreadable:
        return Unreadable(self.name, f"第 {number:,} 行超过 {MAX_COLUMNS:,} 列；请删去表格右侧多余的列。")

    def _find_delimiter(self) -> str:
        """The delimiter that gives the most cells in the same number, record after record; comma when none does."""

        def evenness(delimiter: str) -> int:
            widths: Counter[int] = Counter()
            try:
                for number, record in self._records(delimiter):
                    widths[len(record)] += 1
                    if number == SAMPLE_RECORDS:
                        break
            except Unreadable:
                return 0
            return max(((width - 1) * often for width, often in widths.items()), default=0)

        return max(DELIMITERS, key=evenness)


def _encoding_of(path: Path, name: str) -> str:
    """Reads the file through once; UTF-8 wins over GB18030 where both would do."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        marked = [encoding for mark, encoding in BYTE_ORDER_MARKS if start.startswith(mark)]
        candidates = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in marked or UNMARKED}
        more = True
        while more:
            chunk = file.read(MEGABYTE)
            more = bool(chunk)
            if b"\0" in chunk and "utf-16" not in candidates:
                raise Unreadable(name, NOT_TEXT)
            for encoding, decoder in [*candidates.items()]:
                try:
                    decoder.decode(chunk, final=not more)
                except UnicodeError:
                    del candidates[encoding]
            if not candidates:
                raise Unreadable(name, UNKNOWN_ENCODING)
    return next(iter(candidates))


def _cell(text: str) -> Cell:
    """The text; `="0012"` is how some programs keep a spreadsheet from turning a code into a number."""
    if text.startswith('="') and text.endswith('"') and len(text) > 3:
        text = text[2:-1]
    return text or None
