"""The problems of a batch cell by cell, and the error workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet

from core.cells import raw_text
from core.importing.problems import ERROR, LEVEL_NAMES, WARNING, problems
from core.importing.sheets import Table, tables_of
from core.models import ImportBatch, StagedRow
from core.workbooks.forms import ProblemRow, ProblemSheet, write_error_workbook

ERROR_SHEET = "问题数据"  # of a list that has one sheet


def count_warnings(batch: ImportBatch) -> int:
    found = with_problems(batch).order_by().values_list("problems", flat=True)
    return sum(level == WARNING for problems in found.iterator() for level, _, _ in problems)


def problem_list(batch: ImportBatch) -> Iterator[dict[str, Any]]:
    """One entry a problem, in the order of the file: where it is, what it is, and the raw cell."""
    tables = tables_of(batch)
    headers = [{column.index: column.header for column in table.columns} for table in tables]
    rows = with_problems(batch).only("sheet", "number", "cells", "problems")
    for row in rows.iterator(chunk_size=2_000):
        for level, code, index in row.problems:
            yield {
                "sheet": tables[row.sheet].sheet,
                "row": row.number,
                "column": headers[row.sheet].get(index, ""),
                "level": level,
                "code": code,
                "value": raw_text(row.cells[index]),
            }


def error_workbook(batch: ImportBatch, target: Path | BinaryIO) -> None:
    """The clerk's own columns and the rows with problems, with 级别 and 问题 after them; a sheet for each sheet."""
    tables = tables_of(batch)
    found = sorted(set(with_problems(batch).order_by().values_list("sheet", flat=True))) or [0]
    write_error_workbook(
        target,
        (
            ProblemSheet(
                tables[at].sheet if len(tables) > 1 else ERROR_SHEET,
                [column.header for column in tables[at].columns],
                _problem_rows(batch, at, tables[at]),
            )
            for at in found
        ),
    )


def _problem_rows(batch: ImportBatch, at: int, table: Table) -> Iterator[ProblemRow]:
    first = table.columns[0].index
    headers = {column.index: column.header for column in table.columns}
    rows = with_problems(batch).filter(sheet=at).only("cells", "problems")
    for row in rows.iterator(chunk_size=2_000):
        cells, found = row.cells, row.problems
        level = ERROR if any(level == ERROR for level, _, _ in found) else WARNING
        sentences = "；".join(f"{headers.get(index, '')}：{problems[code].sentence}" for _, code, index in found)
        marked = [index - first for _, _, index in found]
        own = [None if cell is None else raw_text(cell) for cell in cells[first:]]
        yield ProblemRow(own, LEVEL_NAMES[level], sentences, marked)


def with_problems(batch: ImportBatch) -> QuerySet[StagedRow]:
    """The rows with problems, in the order of the file."""
    return batch.rows.exclude(problems=[]).order_by("sheet", "number", "id")
