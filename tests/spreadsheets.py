"""Small workbooks for tests of reading, and what is read from one."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from core.workbooks.book import SheetRow
from core.workbooks.reading import open_book


def read(path: Path, sheet: str | None = None) -> list[SheetRow]:
    """All rows of a sheet, the first one unless another is named."""
    book = open_book(path, name=path.name)
    return list(book.rows(sheet or book.sheets[0]))


def workbook(path: Path, *rows: list[object]) -> Path:
    """A workbook with these rows on its only sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path
