"""Finding the tables of a workbook and what their columns mean to a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from openpyxl.utils import get_column_letter

from core.cells import Cell, raw_text
from core.importing.marks import mark_headers
from core.masking import column_kind
from core.models import ColumnMapping, ImportBatch
from core.sources import Source, sources
from core.workbooks.book import Book, SheetRow, Unreadable
from core.workbooks.headers import LINES_SEARCHED, Header, find_header, normalise_header

ALL_SHEETS = "*"
ROWS_LOOKED_AT = 2_000
ERROR_COLUMNS = ("级别", "问题")  # a list that ends in them is an error workbook come back
OTHER_LISTS = (
    "是本系统导出的清单，不在这里导入；小表请在它的清单上方点“导入”，统计清单请改为导出对应的名册，修改后再导入。"
)
# counts of lines and our own columns differ from list to list and say nothing of the record
NEVER_KEPT = frozenset({"序号", "编号", "行号", *ERROR_COLUMNS})


@dataclass(frozen=True)
class SheetColumn:
    index: int  # 0 is column A
    header: str
    field: str | None  # None: kept as 原表其他列
    kind: str = ""  # of personal numbers, where no field is theirs: never kept

    @property
    def letter(self) -> str:
        """A, B, … as the spreadsheet shows it."""
        return get_column_letter(self.index + 1)

    @property
    def kept(self) -> bool:
        """Whether an unmapped column is worth keeping on the record."""
        if self.field is not None or self.kind or not self.header:
            return False
        return normalise_header(self.header) not in NEVER_KEPT


@dataclass(frozen=True)
class Table:
    """A sheet with its header row and columns."""

    sheet: str
    row: int
    columns: tuple[SheetColumn, ...]

    @property
    def is_error_workbook(self) -> bool:
        """Whether it was handed out to be corrected: such a list claims no extent."""
        return tuple(column.header for column in self.columns[-2:]) == ERROR_COLUMNS

    def column_of(self, field: str) -> int:
        """Where a field stands; the first column for one that the table lacks."""
        return next((column.index for column in self.columns if column.field == field), 0)

    def looked_through(self, rows: Iterable[Sequence[Cell]]) -> Table:
        """The table with the kinds of its unmapped columns, told by their headers and by what stands in these rows."""
        rows = [*rows]

        def kind_of(column: SheetColumn) -> str:
            cells = (row[column.index] for row in rows if column.index < len(row))
            return column_kind(column.header, (raw_text(cell) for cell in cells if cell not in (None, "")))

        looked = (column if column.field else replace(column, kind=kind_of(column)) for column in self.columns)
        return replace(self, columns=tuple(looked))

    def as_json(self) -> dict[str, object]:
        """The form in which the batch keeps it."""
        return {"row": self.row, "columns": [[c.index, c.header, c.field, c.kind] for c in self.columns]}

    @classmethod
    def from_json(cls, sheet: str, kept: Mapping) -> Table:
        """The table as the batch keeps it."""
        return cls(sheet, kept["row"], tuple(SheetColumn(*column) for column in kept["columns"]))


def tables_of(batch: ImportBatch) -> list[Table]:
    """The tables of the sheets that a batch was read from."""
    return [Table.from_json(name, batch.columns[name]) for name in batch.sheets]


def tables(
    book: Book, source: Source, chosen: Mapping[str, Table] | None = None
) -> Iterator[tuple[Table, Iterator[SheetRow]]]:
    """Every visible sheet with a recognisable header, with the rows below it; cover sheets are passed over.

    Of a sheet among `chosen` the clerk said where the header is and what the columns are.
    Rows are read while they are consumed: take them before the next table.
    """
    known = known_headers(source)
    for sheet in book.sheets:
        rows = book.rows(sheet)
        head = list(islice(rows, LINES_SEARCHED + 1))
        require_own(book, source, head)
        table = (chosen or {}).get(sheet) or _found(sheet, find_header(head, known, source.required))
        if table:
            yield table, _below(table.row, chain(head, rows))


def looked_through(table: Table, rows: Iterator[SheetRow]) -> tuple[Table, Iterator[SheetRow]]:
    """The table with the kinds of its unmapped columns, told by its first rows; and all its rows."""
    first = list(islice(rows, ROWS_LOOKED_AT))
    return table.looked_through(cells for _, cells in first), chain(first, rows)


def table_at(sheet: str, header: Header) -> Table:
    """The table of a sheet with this header."""
    return Table(sheet, header.row, tuple(SheetColumn(c.index, c.header, c.field) for c in header.columns))


def _found(sheet: str, header: Header | None) -> Table | None:
    return table_at(sheet, header) if header else None


def _below(number: int, rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    return (row for row in rows if row[0] > number)


def known_headers(source: Source) -> dict[str, str]:
    """Normalised header → field: the declared ones, then what clerks assigned by hand and the house remembers."""
    known = {normalise_header(header): name for header, name in source.known_headers.items()}
    for kept in ColumnMapping.objects.filter(source=source.code).order_by("pk"):
        if kept.field:
            known[kept.header] = kept.field
        else:
            known.pop(kept.header, None)
    return known


def require_own(book: Book, source: Source, head: Iterable[SheetRow]) -> None:
    """Refuse a list that was exported here and comes back as another kind of list, or cannot come back. Raises Unreadable.

    Read as a list of somebody else, it would say of every record what it was on the day of the export.
    """
    marks = mark_headers(chain.from_iterable(cells for _, cells in head))
    if not marks or marks & source.known_headers.keys():
        return
    if (owner := next((one for one in sources if marks & one.known_headers.keys()), None)) is None:
        raise Unreadable(book.name, OTHER_LISTS)
    raise Unreadable(book.name, f"是本系统导出的清单，请把名单种类改为“{owner.name}”后重新上传。")


def no_table(book: Book, source: Source, sheet: str | None) -> Unreadable:
    """The refusal of a workbook in which nothing looks like this list."""
    where = f"的工作表“{sheet}”" if sheet and sheet != ALL_SHEETS else ""
    columns = "、".join(f"“{source.field(name).label}”" for group in source.required for name in group[:1])
    return Unreadable(
        book.name,
        f"{where}前 {LINES_SEARCHED} 行里没有找到“{source.name}”的表头（应有{columns}等列）；请核对名单种类和文件。",
    )
