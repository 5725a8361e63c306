"""Small styled workbooks for people: those they fill in and send back, and those that return their own mistakes."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.workbooks.writing import A4, HEADER_COLOUR, Value, sheet_name, storable

LEVEL_HEADER, PROBLEM_HEADER = "级别", "问题"
CHOICES_SHEET = "选项"

# style → its fill
TITLE, HEADER, CONTENT, REMARK, ENTRY, MISTAKE = "标题", "表头", "内容", "说明", "填写", "有误"
STYLES = {TITLE: "", HEADER: HEADER_COLOUR[1:], CONTENT: "", REMARK: "", ENTRY: "FFF9E5", MISTAKE: "FFE0B2"}
FormRow = tuple[Sequence[Value], Collection[int]]
"""The cells of a row and the places of those to highlight."""


@dataclass(frozen=True)
class FormColumn:
    """A column of a form. Once a form has an editable column, all its others are locked."""

    header: str
    width: float = 14
    editable: bool = False
    hidden: bool = False
    choices: Sequence[str] = ()
    """Offered in a drop-down list; anything else is refused by the spreadsheet."""
    wrap: bool = False


@dataclass(frozen=True)
class FormSheet:
    """A sheet: lines of explanation, the header, and rows with a value for each column."""

    name: str
    columns: Sequence[FormColumn]
    rows: Iterable[Sequence[Value]]
    leading: Sequence[str] = ()


@dataclass(frozen=True)
class ProblemRow:
    """A row of a clerk's list as it was, and what is wrong with it."""

    cells: Sequence[Value]
    """From the first column of the clerk's header on."""
    level: str
    problem: str
    columns: Collection[int] = ()
    """Places of the cells with problems, from 0; they are highlighted."""


def write_form(target: Path | BinaryIO, form: FormSheet) -> None:
    """Writes a workbook to be filled in and sent back.

    Values become cells by the rules of `write_rows`. Cells to be filled in have the text format, so that an 18-digit
    code typed there stays whole. Locked cells have no password: they guard against slips.
    """
    book = _new_book()
    lists = _choice_ranges(form.columns)
    _write_sheet(book, form, ((cells, ()) for cells in form.rows), lists)
    if lists:
        _write_choices(book, lists)
    book.save(target)


@dataclass(frozen=True)
class ProblemSheet:
    """The rows with problems of one sheet, under its own headers."""

    name: str
    headers: Sequence[str]
    rows: Iterable[ProblemRow]


def write_error_workbook(target: Path | BinaryIO, sheets: Iterable[ProblemSheet]) -> None:
    """Writes a clerk's rows with problems, each sheet under the clerk's own headers and 级别 and 问题 after them.

    Corrected, it is a list that can be imported as it is. When the headers end in 级别 and 问题 already (a corrected
    workbook came in with new problems), the new ones take the place of the old.
    """
    book = _new_book()
    for sheet in sheets:
        headers = sheet.headers
        if [*headers[-2:]] == [LEVEL_HEADER, PROBLEM_HEADER]:
            headers = headers[:-2]
        own = [FormColumn(header, width=min(max(2 * len(header) + 4, 12), 30)) for header in headers]
        columns = [*own, FormColumn(LEVEL_HEADER, width=8), FormColumn(PROBLEM_HEADER, width=60, wrap=True)]
        _write_sheet(book, FormSheet(sheet.name, columns, ()), _problem_lines(sheet.rows, len(headers)), {})
    book.save(target)


def _problem_lines(rows: Iterable[ProblemRow], width: int) -> Iterator[FormRow]:
    for row in rows:
        own = [*row.cells[:width], *[None] * (width - len(row.cells))]
        yield [*own, row.level, row.problem], row.columns


# --- sheets ---------------------------------------------------------------------------------------------------------
def _new_book() -> Workbook:
    """An empty workbook with the styles of the house; write-only, so that only the file grows with the rows."""
    book = Workbook(write_only=True)
    line = Side(style="thin", color="BFBFBF")
    frame = Border(left=line, right=line, top=line, bottom=line)
    for name, colour in STYLES.items():
        style = NamedStyle(name, number_format="@")
        style.font = Font(bold=name in (TITLE, HEADER))
        style.alignment = Alignment(vertical="top", wrap_text=name in (HEADER, REMARK))
        style.protection = Protection(locked=name != ENTRY)
        if colour:
            style.fill = PatternFill("solid", start_color=colour)
        if name != TITLE:
            style.border = frame
        book.add_named_style(style)
    return book


def _write_sheet(book: Workbook, form: FormSheet, lines: Iterable[FormRow], lists: dict[tuple[str, ...], str]) -> None:
    sheet = book.create_sheet(sheet_name(form.name))
    top = last = len(form.leading) + 1
    _set_up(sheet, form, top)
    pen = _Pen(sheet)
    for text in form.leading:
        sheet.append(pen.row([text], [TITLE]))
    sheet.append(pen.row([column.header for column in form.columns], [HEADER] * len(form.columns)))
    styles = [ENTRY if column.editable else REMARK if column.wrap else CONTENT for column in form.columns]
    for cells, marked in lines:
        last += 1
        own = [MISTAKE if index in marked else style for index, style in enumerate(styles)] if marked else styles
        sheet.append(pen.row(cells, own))
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(form.columns))}{last}"
    for letter, column in _lettered(form.columns):
        if column.choices and last > top:
            sheet.data_validations.append(_drop_down(lists[tuple(column.choices)], f"{letter}{top + 1}:{letter}{last}"))


def _set_up(sheet: Any, form: FormSheet, top: int) -> None:
    """Widths, hidden columns, frozen header, print set-up and lock; all of it precedes the rows in the file."""
    for letter, column in _lettered(form.columns):
        dimension = sheet.column_dimensions[letter]
        dimension.width, dimension.hidden = column.width, column.hidden
    sheet.freeze_panes = f"A{top + 1}"
    sheet.print_title_rows = f"{top}:{top}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    if any(column.editable for column in form.columns):
        sheet.protection.sheet = True
        sheet.protection.autoFilter = sheet.protection.formatColumns = sheet.protection.formatRows = False


def _lettered(columns: Sequence[FormColumn]) -> Iterator[tuple[str, FormColumn]]:
    return ((get_column_letter(index), column) for index, column in enumerate(columns, start=1))


def _choice_ranges(columns: Iterable[FormColumn]) -> dict[tuple[str, ...], str]:
    """Each list of choices with its range on a sheet of their own: written into the rule, 255 characters are the end."""
    distinct = dict.fromkeys(tuple(column.choices) for column in columns if column.choices)
    return {
        choices: f"'{CHOICES_SHEET}'!${letter}$1:${letter}${len(choices)}"
        for choices, letter in ((choices, get_column_letter(i)) for i, choices in enumerate(distinct, start=1))
    }


def _write_choices(book: Workbook, lists: Iterable[tuple[str, ...]]) -> None:
    sheet = book.create_sheet(CHOICES_SHEET)
    sheet.sheet_state = "hidden"
    pen = _Pen(sheet)
    for values in zip_longest(*lists):
        sheet.append(pen.row(values, [CONTENT] * len(values)))


def _drop_down(source: str, cells: str) -> DataValidation:
    return DataValidation(
        type="list",
        formula1=source,
        sqref=cells,
        allow_blank=True,
        showErrorMessage=True,
        errorTitle="请从列表中选择",
        error="这一格只能填下拉列表中的内容。",
    )


class _Pen:
    """Makes the cells of a sheet. One cell serves for all of a style and format, since each is written as it comes;
    styling every cell anew takes half as long again."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._cells: dict[tuple[str, str], WriteOnlyCell] = {}

    def row(self, values: Sequence[Value], styles: Sequence[str]) -> Iterator[WriteOnlyCell]:
        for value, style in zip(map(storable, values), styles, strict=True):
            is_text = isinstance(value, str)
            cell = self._blank(style, "@" if is_text or value is None else "General")
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if is_text else value
            if is_text:
                cell.data_type = "s"  # whatever it looks like
            yield cell

    def _blank(self, style: str, number_format: str) -> WriteOnlyCell:
        if (style, number_format) not in self._cells:
            cell = WriteOnlyCell(self._sheet)
            cell.style = style
            cell.number_format = number_format
            self._cells[style, number_format] = cell
        return self._cells[style, number_format]
