"""The page on which a small table comes in as a workbook: choose a file, see what it would do, write it.

The file passes the same door as every list (`core.workbooks.reading`), and all rows go in or none.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from core.admin.table_rows import CHANGED, DIFFERS, NEW, ROW_NUMBER, RowReport, TableRows
from core.cells import raw_text
from core.formats import some
from core.importing.marks import mark_headers
from core.importing.sheets import OTHER_LISTS
from core.locks import derived_once, one_at_a_time
from core.refusals import Refusal
from core.workbooks.book import Unreadable
from core.workbooks.headers import LINES_SEARCHED, find_header
from core.workbooks.reading import open_book

if TYPE_CHECKING:
    from core.admin.table import TableAdmin

MOST_ROWS = 2_000
SALT = "core.admin.table_import"
TOLD_AT_ONCE = 5  # cells that a message names
Grid = list[list[str]]  # the headers first, then the rows


class FileForm(forms.Form):
    file = forms.FileField(label="文件", help_text=f".xlsx、.xls 或 .csv，最多 {MOST_ROWS:,} 行")


def table_view(admin: TableAdmin, request: HttpRequest) -> HttpResponse:
    if not admin.has_add_permission(request):
        raise PermissionDenied("您的角色不能导入这张表")
    form = FileForm(request.POST or None, request.FILES or None)
    back = admin.url_of("changelist")
    context: dict[str, Any] = {
        "title": f"导入{admin.opts.verbose_name_plural}",
        "model_admin": admin,
        "form": form,
        "headers": _headers(admin),
        "back": back,
    }
    if request.method == "POST":
        try:
            if sent := request.POST.get("table"):
                lines = carry_in(admin, request, signing.loads(sent, salt=SALT, max_age=3_600))
                if not any(line.problems for line in lines):
                    _report(request, lines, admin.unit)
                    return HttpResponseRedirect(back)
                context |= _shown(lines)
            elif form.is_valid():
                table = read_table(form.cleaned_data["file"], admin)
                context |= _shown(lines := carry_in(admin, request, table, dry_run=True))
                if not any(line.problems for line in lines):
                    context["table"] = signing.dumps(table, salt=SALT, compress=True)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        except signing.BadSignature:
            messages.error(request, "预览已过期，请重新选择文件。")
            return HttpResponseRedirect(request.path)
    return render(request, "admin/table_import.html", context)


def _headers(admin: TableAdmin) -> list[str]:
    return [column.header for column in admin.field_columns.values()]


def read_table(file: Any, admin: TableAdmin) -> Grid:
    """The known columns of the first sheet that has them: the headers first, then each row with its number.

    Raises Unreadable with a Chinese sentence.
    """
    mark, own = admin.returning.header, _headers(admin)
    known = {header: header for header in (*own, *(part.header for part in admin.returning.parts), mark)}
    book = open_book(Path(file.temporary_file_path()), name=file.name)
    for sheet in book.sheets:
        rows = book.rows(sheet)
        first = list(islice(rows, LINES_SEARCHED))  # what was read for the header need not be read again
        found = find_header(first, known)
        if found is None or len(found.fields.keys() & {*own, mark}) < 2:
            continue
        if mark_headers(column.header for column in found.columns) - {mark}:
            raise Unreadable(file.name, OTHER_LISTS)
        columns = found.fields
        table = [[ROW_NUMBER, *columns]]
        for number, cells in chain(first, rows):
            values = [raw_text(cells[c.index]) if c.index < len(cells) else "" for c in columns.values()]
            if number > found.row and any(values):
                table.append([str(number), *values])
        if len(table) > MOST_ROWS + 1:
            raise Unreadable(file.name, f"超过 {MOST_ROWS:,} 行，请拆成几个文件后再导入。")
        return table
    raise Unreadable(file.name, f"里没有找到表头。需要的列：{'、'.join(own)}。")


@transaction.atomic
def carry_in(admin: TableAdmin, request: HttpRequest, table: Grid, *, dry_run: bool = False) -> list[RowReport]:
    """What becomes of each row; written unless `dry_run` or any row is wrong. One table or list is written at a time."""
    one_at_a_time()  # what is only tried is written too, and taken back
    with derived_once():
        return TableRows(admin, request).carry_in(table, dry_run=dry_run)


def _shown(lines: list[RowReport]) -> dict[str, Any]:
    """The lines of the preview, with how many there are of each outcome; a row that is changed and differs is both."""
    counts = Counter(line.outcome for line in lines if line.outcome != DIFFERS)
    differing = sum(bool(line.conflicts) for line in lines)
    return {
        "lines": lines,
        "listed": [line for line in lines if not line.is_quiet],
        "counts": dict(counts) | ({DIFFERS: differing} if differing else {}),
        "differing": differing,
    }


def _report(request: HttpRequest, lines: list[RowReport], unit: str) -> None:
    """Say what was written, and which cells were not."""
    written = sum(line.outcome in (NEW, CHANGED) for line in lines)
    messages.success(request, f"已写入 {written:,} {unit}。" if written else "没有需要写入的改动。")
    cells = [f"第 {line.number} 行“{name}”" for line in lines for name, *_ in line.conflicts]
    if cells:
        named = some(cells, most=TOLD_AT_ONCE, unit="格")
        messages.warning(request, f"{named}在导出后被别人改过，没有写入；请重新导出后核对。")
