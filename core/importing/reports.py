"""What became of a batch: the counts of the command line, its problems cell by cell, and the error workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from core.importing.cells import raw_text
from core.importing.comparing import Tally
from core.importing.problems import ERROR, LEVEL_NAMES, WARNING, problems
from core.importing.sealing import opened
from core.importing.sheets import Table
from core.importing.staging import count_problems, with_problems
from core.models import ImportBatch, StagedRow
from core.workbooks.forms import ProblemRow, write_error_workbook

Outcome = StagedRow.Outcome


def counts_of(batch: ImportBatch, tally: Tally) -> dict[str, int]:
    """The numbers of DESIGN §8; rows = new + changed + unchanged + duplicates + errors."""
    outcomes = tally.outcomes
    counts = {
        "new": outcomes[Outcome.NEW],
        "changed": outcomes[Outcome.CHANGED],
        "unchanged": outcomes[Outcome.UNCHANGED],
        "duplicates": outcomes[Outcome.DUPLICATE],
        "errors": outcomes[Outcome.ERROR],
    }
    return {
        "rows": sum(counts.values()),
        **counts,
        "warnings": count_problems(batch.pk)[WARNING],
        "conflicts": tally.conflicts,
        "missing": tally.missing,
        "undecided": tally.undecided,
    }


def problem_list(batch: ImportBatch) -> Iterator[dict[str, Any]]:
    """One entry a problem, in the order of the file: where it is, what it is, and the raw cell."""
    tables = _tables(batch)
    headers = [{column.index: column.header for column in table.columns} for table in tables]
    rows = with_problems(batch.pk).values_list("sheet", "number", "cells", "problems")
    for sheet, number, cells, found in rows.iterator(chunk_size=2_000):
        for level, code, index in found:
            yield {
                "sheet": tables[sheet].sheet,
                "row": number,
                "column": headers[sheet].get(index, ""),
                "level": level,
                "code": code,
                "value": raw_text(opened(cells[index])),
            }


def error_workbook(batch: ImportBatch, target: Path | BinaryIO) -> None:
    """The clerk's own columns and the rows with problems, with 级别 and 问题 after them."""
    tables = _tables(batch)
    write_error_workbook(target, headers=[column.header for column in tables[0].columns], rows=_problem_rows(batch))


def _problem_rows(batch: ImportBatch) -> Iterator[ProblemRow]:
    tables = _tables(batch)
    rows = with_problems(batch.pk).values_list("sheet", "cells", "problems")
    for sheet, cells, found in rows.iterator(chunk_size=2_000):
        table = tables[sheet]
        first = table.columns[0].index
        headers = {column.index: column.header for column in table.columns}
        level = ERROR if any(level == ERROR for level, _, _ in found) else WARNING
        said = ";".join(f"{headers.get(index, '')}:{problems[code].sentence}" for _, code, index in found)
        marked = [index - first for _, _, index in found]
        own = [None if cell is None else raw_text(opened(cell)) for cell in cells[first:]]
        yield ProblemRow(own, LEVEL_NAMES[level], said, marked)


def _tables(batch: ImportBatch) -> list[Table]:
    return [Table.from_json(name, batch.columns[name]) for name in batch.sheets]
