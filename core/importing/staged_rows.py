"""From the file to staged rows: every cell read, every problem of every row found, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count

from core.cells import Cell, CellProblem, raw_text
from core.id_sets import among_texts
from core.importing.problems import DUPLICATE_DIFFERS, ERROR, level_of
from core.importing.sheets import Table, tables_of
from core.importing.targets import ListRow, Target
from core.masking import struck
from core.models import ImportBatch, StagedRow
from core.rows import Encoded, insert_rows
from core.sources import Read, Source, Values
from core.workbooks.book import SheetRow

CHUNK = 2_000
Outcome = StagedRow.Outcome
STAGED = ("number", "key", "cells", "values", "extras", "problems", "outcome")
VALUES, OUTCOME = STAGED.index("values"), STAGED.index("outcome")
TEXTS = {str, type(None)}
_NO_PROBLEMS = Encoded("[]")


class Reader:
    """Reads the rows of one table for one run, column by column."""

    def __init__(self, table: Table, target: Target) -> None:
        self.target = target
        self.width = table.columns[-1].index + 1
        mapped = [(c.index, target.run.source.field(c.field)) for c in table.columns if c.field]
        self.fields: list[tuple[int, str, Read, bool]] = [
            (index, field.name, field.reader(target.run), field.vital) for index, field in mapped
        ]
        self.index_of = {field.name: index for index, field in mapped}
        name = target.run.source.name
        self.extras = [(column.index, f"{name}·{struck(column.header)}") for column in table.columns if column.kept]

    def staged(self, rows: Sequence[SheetRow], expected: str) -> Iterator[tuple[Any, ...]]:
        """The rows as `STAGED` columns. `expected` is the outcome that most of them will have."""
        width, target, extras = self.width, self.target, self.extras
        cells = list(zip(*(row[1][:width] + [None] * (width - len(row[1])) for row in rows), strict=True))
        found: list[list[list[Any]]] = [[] for _ in rows]  # problems of each row: [level, code, column]
        read = [_column(cells[index], found, index, reads, vital) for index, _, reads, vital in self.fields]
        names = [name for _, name, _, _ in self.fields]
        numbers, kept = (number for number, _ in rows), zip(*(_spelled(column, _kept) for column in cells), strict=True)
        for number, problems, raw, row in zip(numbers, found, kept, zip(*read, strict=True), strict=True):
            values = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            unread = {name for index, name, _, _ in self.fields for p in problems if p[2] == index} if problems else ()
            if not target.is_row(values, unread):
                continue
            for code, name in target.check(values, unread):
                problems.append([level_of(code), code, self.index_of.get(name, 0)])
            more = {name: struck(str(raw[index])) for index, name in extras if raw[index] not in (None, "")}
            in_error = bool(problems) and any(problem[0] == ERROR for problem in problems)
            key = target.key(values, unread)
            yield (
                number, key, raw, values,
                more, problems or _NO_PROBLEMS,
                Outcome.ERROR.value if in_error else expected,
            )  # fmt: skip

    def keys(self, rows: Iterable[SheetRow]) -> Iterator[tuple[int, str]]:
        """Row numbers and keys alone, for sheets of the file that are not imported."""
        while chunk := list(islice(rows, CHUNK)):
            for number, key, *_ in self.staged(chunk, ""):
                if key:
                    yield number, key


def _column(cells: Sequence[Cell], found: list[list[list[Any]]], index: int, read: Read, vital: bool) -> list[Any]:
    """A column's values; problems go to their rows."""
    try:
        return _spelled(cells, read)
    except CellProblem:
        values = []
    for at, cell in enumerate(cells):
        try:
            values.append(read(cell))
        except CellProblem as problem:
            values.append(None)
            found[at].append([ERROR if vital else level_of(problem.code), problem.code, index])
    return values


def _spelled(cells: Sequence[Cell], read: Callable[[Cell], Any]) -> list[Any]:
    """Every cell read; where few spellings come again and again, each of them once.

    Texts only: a set takes 1, 1.0 and TRUE for one.
    """
    if TEXTS.issuperset(map(type, cells)) and len(spellings := set(cells)) * 2 < len(cells):
        known = {cell: read(cell) for cell in spellings}
        return [known[cell] for cell in cells]
    return [read(cell) for cell in cells]


def _kept(cell: Cell) -> Any:
    """The clerk's own cell as JSON keeps it: trimmed, an exact number as a number."""
    if type(cell) is str:
        text = cell.strip()
        return text.replace("\0", "") if "\0" in text else text
    if cell is None or type(cell) is int:
        return cell
    return raw_text(cell)


def stage_table(table: Table, rows: Iterator[SheetRow], target: Target, *, sheet: int) -> Iterator[int]:
    """Write the rows of a table to staging, and say after every chunk how many lines were read.

    Rows that can go in are staged with the outcome that most of the first ones have: the comparison rewrites the others.
    """
    reader, read, expected = Reader(table, target), 0, ""
    while chunk := list(islice(rows, CHUNK)):
        staged = list(reader.staged(chunk, expected))
        if not expected:
            expected = _expected(staged, target)
            staged = [row if row[OUTCOME] else (*row[:OUTCOME], expected) for row in staged]
        with transaction.atomic():
            insert_rows(StagedRow, STAGED, staged, {"batch_id": target.run.batch_id, "sheet": sheet})
        read += len(chunk)
        yield read


def _expected(staged: Sequence[tuple[Any, ...]], target: Target) -> str:
    found = target.match([ListRow(0, row[1], row[VALUES], {}) for row in staged])
    known = sum(pk is not None for pk in found)
    return (Outcome.UNCHANGED if known * 2 > len(found) else Outcome.NEW).value


def stage_elsewhere(table: Table, rows: Iterator[SheetRow], target: Target, *, sheet: int) -> None:
    """Note which records another sheet of the file holds: they are not missing from it."""
    keys = Reader(table, target).keys(rows)
    same = {"batch_id": target.run.batch_id, "sheet": sheet, "outcome": Outcome.ELSEWHERE.value}
    while chunk := list(islice(keys, CHUNK)):
        with transaction.atomic():
            insert_rows(StagedRow, ("number", "key"), chunk, same)


def settle_repeats(batch: ImportBatch, source: Source) -> None:
    """Rows that share a key: the same again is a duplicate, taken once; where they differ, all of them stay out."""
    column = [table.column_of(source.key_field) for table in tables_of(batch)]
    rows = batch.rows.exclude(outcome=Outcome.ELSEWHERE)
    repeated = rows.exclude(key="").values("key").annotate(n=Count("id")).filter(n__gt=1)
    keys = list(repeated.values_list("key", flat=True))
    for start in range(0, len(keys), CHUNK):
        groups: dict[str, list[StagedRow]] = {}
        for row in rows.filter(key__in=among_texts(keys[start : start + CHUNK])).order_by("id"):
            groups.setdefault(row.key, []).append(row)
        changed: list[StagedRow] = []
        for group in groups.values():
            changed += _settle(group, column)
        StagedRow.objects.bulk_update(changed, ["problems", "outcome"], batch_size=500)


def _settle(group: list[StagedRow], column: Sequence[int]) -> list[StagedRow]:
    """The rows of one key that become something else."""
    if all(_said(row) == _said(group[0]) for row in group[1:]):
        again = group[1:] if group[0].outcome != Outcome.ERROR else []
        for row in again:
            row.outcome = Outcome.DUPLICATE
        return again
    for row in group:
        row.outcome = Outcome.ERROR
        row.problems.append([ERROR, DUPLICATE_DIFFERS, column[row.sheet]])
    return group


def _said(row: StagedRow) -> tuple[Values, list[tuple[int, str]]]:
    """What the row says: equal for rows that differ in spelling or in unmapped columns only."""
    return row.values, [(index, raw_text(row.cells[index])) for _, _, index in row.problems]
