"""Which sheets of a list are read, where their headers are, and what their columns mean: guessed, then set by a clerk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from django.db import transaction

from core.cells import raw_text
from core.importing.services import opened
from core.importing.sheets import Table, known_headers, require_own, table_at
from core.models import ColumnMapping, ImportBatch
from core.refusals import Refusal
from core.sources import Source, sources
from core.workbooks.book import SheetRow, Unreadable
from core.workbooks.headers import LINES_SEARCHED, find_header, header_at, normalise_header
from core.workbooks.reading import open_book

SAMPLES = 3
LINES_KEPT = LINES_SEARCHED + 1 + SAMPLES
LONGEST = 60  # characters of a cell shown as a sample
Kept = list[tuple[int, list[str | None]]]  # the first lines of a sheet: row number, cells as text


@dataclass(frozen=True)
class Proposal:
    """A sheet as it would be read."""

    sheet: str
    table: Table | None  # None: an empty sheet
    recognised: bool  # the header was found, not merely pointed at
    lines: Kept

    def samples(self, index: int) -> list[str]:
        """The first values below the header in a column."""
        assert self.table is not None
        cells = (
            cells[index] if index < len(cells) else None for number, cells in self.lines if number > self.table.row
        )
        return [cell for cell in cells if cell][:SAMPLES]


def look(batch: ImportBatch) -> None:
    """Keep the first lines of every visible sheet with the batch. Raises `Unreadable` when all sheets are empty."""
    with opened(batch) as path:
        book = open_book(path, name=batch.file_name)
        heads = {sheet: list(_lines(book.rows(sheet))) for sheet in book.sheets}
    if not any(heads.values()):
        raise Unreadable(book.name, "的工作表都是空的，请核对文件后重新上传。")
    for lines in heads.values():
        require_own(book, sources[batch.source], lines)  # type: ignore[arg-type]
    batch.heads = heads
    batch.save(update_fields=["heads"])


def propose(batch: ImportBatch, *, at: Mapping[str, int] | None = None) -> list[Proposal]:
    """How each sheet would be read; `at` says of some sheets in which row their header is."""
    source = sources[batch.source]
    known = known_headers(source)
    return [_proposal(sheet, lines, known, source, (at or {}).get(sheet)) for sheet, lines in batch.heads.items()]


@transaction.atomic
def adopt(batch: ImportBatch, tables: Sequence[Table]) -> None:
    """Take the tables as the clerk set them, and remember for the next list of this source what was set by hand.

    Raises Refusal when nothing is chosen, a field has two columns, or name or identity are missing.
    """
    source = sources[batch.source]
    if not tables:
        raise Refusal("请至少勾选一个要读取的工作表")
    for table in tables:
        _check(table, source)
    _remember(batch, tables)
    batch.sheets = [table.sheet for table in tables]
    batch.columns = {table.sheet: table.as_json() for table in tables}
    batch.status = ImportBatch.Status.MAPPED
    batch.save(update_fields=["sheets", "columns", "status"])


def assigned(proposal: Proposal, fields: Mapping[int, str | None]) -> Table:
    """The proposal's table with the fields that a clerk gave its columns."""
    assert proposal.table is not None
    columns = tuple(replace(column, field=fields.get(column.index)) for column in proposal.table.columns)
    below = [[*cells] for number, cells in proposal.lines if number > proposal.table.row]
    return replace(proposal.table, columns=columns).looked_through(below)


def _lines(rows: Iterator[SheetRow]) -> Iterator[tuple[int, list[str | None]]]:
    for number, cells in islice(rows, LINES_KEPT):
        yield number, [None if cell is None else raw_text(cell)[:LONGEST] for cell in cells]


def _proposal(sheet: str, lines: Kept, known: Mapping[str, str], source: Source, row: int | None) -> Proposal:
    searched: list[SheetRow] = [(number, [*cells]) for number, cells in lines[: LINES_SEARCHED + 1]]
    header = None
    if row is None:
        header = find_header(searched, known, source.required)
    recognised = header is not None
    if header is None and searched:
        # the clerk's own row; without one the line with the most texts, which headers usually are
        pointed = next((line for line in searched if line[0] == row), None)
        header = header_at(pointed or max(searched, key=_texts), known)
    if header is None:
        return Proposal(sheet, None, recognised, lines)
    below = [[*cells] for number, cells in lines if number > header.row]
    return Proposal(sheet, table_at(sheet, header).looked_through(below), recognised, lines)


def _texts(line: SheetRow) -> int:
    return sum(bool(cell) and not str(cell).strip().isdecimal() for cell in line[1])


def _check(table: Table, source: Source) -> None:
    given: dict[str, str] = {}
    for column in table.columns:
        if column.field and column.field in given:
            label = source.field(column.field).label
            raise Refusal(
                f"工作表“{table.sheet}”：{given[column.field]} 列和 {column.letter} 列都对应“{label}”，请只保留一列"
            )
        if column.field:
            given[column.field] = column.letter
    for group in source.required:
        if given.keys().isdisjoint(group):
            labels = "或".join(f"“{source.field(name).label}”" for name in group)
            raise Refusal(f"工作表“{table.sheet}”：还没有对应{labels}的列，请指定后再继续")


def _remember(batch: ImportBatch, tables: Sequence[Table]) -> None:
    known, fields = known_headers(sources[batch.source]), {}
    for table in tables:
        guessed = {column.index: column.field for column in _guess(table, known).columns}
        for column in table.columns:
            if column.header and column.field != guessed[column.index]:
                fields[normalise_header(column.header)] = column.field or ""
    for kept in ColumnMapping.objects.filter(source=batch.source).order_by("pk").select_for_update(no_key=True):
        if kept.header in fields:
            kept.field = fields.pop(kept.header)
            kept.save(update_fields=["field"])
    for header, field in fields.items():
        ColumnMapping.objects.create(source=batch.source, header=header, field=field)


def _guess(table: Table, known: Mapping[str, str]) -> Table:
    width = max(column.index for column in table.columns) + 1
    cells: list[str | None] = [None] * width
    for column in table.columns:
        cells[column.index] = column.header
    return table_at(table.sheet, header_at((table.row, [*cells]), known))
