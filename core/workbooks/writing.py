"""Lists of any length on their way out."""

import errno
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.timezone import is_aware, make_naive
from rustpy_xlsxwriter import Format, write_worksheet

from core.cells import EXACT_BELOW
from core.outages import require_room
from core.refusals import Refusal

Value = str | int | float | bool | Decimal | date | datetime | None

MAX_SHEET_ROWS = 1_048_576
MAX_CELL_CHARACTERS = 32_767
MAX_SHEET_NAME = 31

HEADER_COLOUR = "#F3E3E0"
A4 = 9
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")


def write_rows(
    target: Path | BinaryIO,
    *,
    sheet: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Value]],
    leading: Sequence[str] = (),
) -> int:
    """Writes one sheet to an .xlsx as the rows come, in constant memory, and returns the number of rows.

    `leading` lines (title, who exported when) stand merged above the header, which is frozen, repeated on each printed
    page and has filters.

    A text stays a text: `=1+1`, `0012` and 18-digit codes are text cells, never formulas or numbers. A whole number
    from 1e15 on becomes text too, since a spreadsheet would round it. Dates are ISO text, 2019-03-05, and times
    2019-03-05 08:30 in local time (with seconds if there are any): they sort and come back as they are, and none is lost
    before 1900 or shown as ###### (this library would also give its date format to every number below the first date of
    a column). Texts are cut at 32,767 characters, the limit of a cell.

    Why this library: 100,000 × 20 cells in a sixth of openpyxl's time and a quarter of xlsxwriter's, both streaming too.

    Raises OSError when there is no room for temporary files, Refusal beyond the limit of a sheet, ValueError for repeated
    headers or a row of another length. On any exception, also one of `rows`, nothing is written to a path.
    """
    if len(set(headers)) != len(headers):
        raise ValueError(f"Headers repeat: {headers}")
    require_room()
    top, last_column = len(leading), max(len(headers) - 1, 1)
    counted = _Records(headers, rows, limit=MAX_SHEET_ROWS - top - 1)
    with panics_told():
        write_worksheet(
            iter(counted),
            target,
            sheet_name=sheet_name(sheet),
            header_row=top,
            freeze_row=top + 1,
            merge_ranges=[(line, 0, line, last_column, text) for line, text in enumerate(leading)] or None,
            header_format=Format().set_bold().set_background_color(HEADER_COLOUR).set_border("thin").set_text_wrap(),
            column_widths=[min(max(2 * len(header) + 2, 10), 40) for header in headers],
            autofilter=True,
            ignore_errors=[*headers],
            page_setup={"landscape": True, "paper_size": A4, "fit_to_pages": (1, 0), "repeat_rows": top},
        )
    return counted.number


@contextmanager
def panics_told() -> Iterator[None]:
    """The writer panics when its temporary file cannot grow, and a panic is no Exception: nobody above would catch it and
    the whole web process would end. Raises OSError instead, which is told as a full disk."""
    try:
        yield
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # its class cannot be imported
            raise
        raise OSError(errno.ENOSPC, "the workbook could not be written") from None


class _Records:
    """The rows as the writer wants them: counted dicts, and one blank row instead of none, or no header is written."""

    def __init__(self, headers: Sequence[str], rows: Iterable[Sequence[Value]], *, limit: int) -> None:
        self.number = 0
        self._headers, self._rows, self._limit = headers, rows, limit

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            self.number += 1
            if self.number > self._limit:
                raise Refusal(f"超过 {self._limit:,} 行，一张工作表放不下；请先筛选，再分几次导出。")
            # most cells are short texts: no call for them
            cells = [v if type(v) is str and len(v) <= MAX_CELL_CHARACTERS else storable(v) for v in row]
            yield dict(zip(self._headers, cells, strict=True))
        if not self.number:
            yield dict.fromkeys(self._headers)


def storable(value: Value) -> Value:
    """The value as a cell keeps it, by the rules of `write_rows`: a text, a number or a truth value."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return value[:MAX_CELL_CHARACTERS]
    if isinstance(value, int):
        return value if abs(value) < EXACT_BELOW else str(value)
    if isinstance(value, datetime):
        local = make_naive(value) if is_aware(value) else value
        return local.isoformat(" ", "seconds" if local.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value


def sheet_name(text: str) -> str:
    """The text as a name that Excel allows: at most 31 characters, none of []:*?/\\, no apostrophe at the ends."""
    name = _FORBIDDEN_IN_SHEET_NAME.sub(" ", text).strip(" '")
    while len(name.encode("utf-16-le")) // 2 > MAX_SHEET_NAME:
        name = name[:-1].rstrip(" '")
    return name or "名单"
