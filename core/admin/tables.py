"""The page on which a small table comes in as a workbook: choose a file, see what it would do, write it.

The file passes the same door as every list (`core.workbooks.reading`), and all rows go in or none.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from import_export.results import RowResult
from tablib import Dataset

from core.admin.resources import ROW_NUMBER, TableResource, Told
from core.cells import raw_text
from core.importing.marks import mark_headers
from core.importing.sheets import OTHER_LISTS
from core.locks import derived_once, one_at_a_time
from core.refusals import Refusal
from core.workbooks.headers import find_header
from core.workbooks.reading import Unreadable, open_book

if TYPE_CHECKING:
    from core.admin.modeladmin import ScopedModelAdmin

MOST_ROWS = 2_000
SALT = "core.admin.tables"
NEW, CHANGED, UNCHANGED, DIFFERS, WRONG = "新增", "有变化", "未变", "不一致", "错误"
OUTCOMES = {
    RowResult.IMPORT_TYPE_NEW: NEW,
    RowResult.IMPORT_TYPE_UPDATE: CHANGED,
    RowResult.IMPORT_TYPE_SKIP: UNCHANGED,
    RowResult.IMPORT_TYPE_INVALID: WRONG,
    RowResult.IMPORT_TYPE_ERROR: WRONG,
}
EMPTY = ("null", "blank")  # what Django calls a value that is missing
TOLD_AT_ONCE = 5  # cells that a message names
TableRows = list[list[str]]


@dataclass(frozen=True)
class RowReport:
    """What becomes of one row of the sheet. Changes are (column, before, after), conflicts (column, ours, the row's)."""

    number: str
    outcome: str
    label: str
    changes: Sequence[tuple[str, str, str]] = ()
    conflicts: Sequence[tuple[str, str, str]] = ()
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return self.outcome == UNCHANGED and not self.notes


class FileForm(forms.Form):
    file = forms.FileField(label="文件", help_text=f".xlsx、.xls 或 .csv，最多 {MOST_ROWS:,} 行")


def table_view(admin: ScopedModelAdmin, request: HttpRequest) -> HttpResponse:
    """Choose a file, see what it would do, write it."""
    if admin.resource is None or not admin.has_add_permission(request):
        raise PermissionDenied("您的角色不能导入这张表")
    resource = admin.resource(request)
    form = FileForm(request.POST or None, request.FILES or None)
    back = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist")
    context: dict[str, Any] = {
        "title": f"导入{admin.opts.verbose_name_plural}",
        "model_admin": admin,
        "form": form,
        "headers": resource.headers,
        "back": back,
    }
    if request.method == "POST":
        try:
            if sent := request.POST.get("table"):
                lines = carry_in(resource, signing.loads(sent, salt=SALT, max_age=3_600), dry_run=False)
                if not any(line.problems for line in lines):
                    _report(request, lines, admin.unit)
                    return HttpResponseRedirect(back)
                context |= _shown(lines)
            elif form.is_valid():
                rows = read_rows(form.cleaned_data["file"], resource)
                context |= _shown(lines := carry_in(resource, rows, dry_run=True))
                if not any(line.problems for line in lines):
                    context["table"] = signing.dumps(rows, salt=SALT, compress=True)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        except signing.BadSignature:
            messages.error(request, "预览已过期，请重新选择文件。")
            return HttpResponseRedirect(request.path)
    return render(request, "admin/table_import.html", context)


def read_rows(file: Any, resource: TableResource) -> TableRows:
    """The known columns of the first sheet that has them: the headers first, then each row with its number.

    Raises Unreadable with a Chinese sentence.
    """
    mark, own = resource.returning.header, resource.headers
    known = {header: header for header in (*own, *(part.header for part in resource.returning.parts), mark)}
    with tempfile.NamedTemporaryFile(suffix=Path(file.name).suffix) as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        book = open_book(Path(kept.name), name=file.name)
        for sheet in book.sheets:
            found = find_header(book.rows(sheet), known)
            if found is None or len(found.fields.keys() & {*own, mark}) < 2:
                continue
            if mark_headers(column.header for column in found.columns) - {mark}:
                raise Unreadable(file.name, OTHER_LISTS)
            columns = found.fields
            table = [[ROW_NUMBER, *columns]]
            for number, cells in book.rows(sheet):
                values = [raw_text(cells[c.index]) if c.index < len(cells) else "" for c in columns.values()]
                if number > found.row and any(values):
                    table.append([str(number), *values])
            if len(table) > MOST_ROWS + 1:
                raise Unreadable(file.name, f"超过 {MOST_ROWS:,} 行，请拆成几个文件后再导入。")
            return table
    raise Unreadable(file.name, f"里没有找到表头。需要的列：{'、'.join(own)}。")


@transaction.atomic
def carry_in(resource: TableResource, rows: TableRows, *, dry_run: bool) -> list[RowReport]:
    """What becomes of each row; written unless `dry_run` or any row is wrong. One table or list is written at a time."""
    one_at_a_time()  # what is only tried is written too, and taken back
    with derived_once():
        result = resource.import_data(
            Dataset(*rows[1:], headers=rows[0]),
            dry_run=dry_run,
            use_transactions=True,
            rollback_on_validation_errors=True,
            raise_errors=False,
        )
    for failure in result.base_errors:
        raise failure.error
    return [_line(resource, number[0], row) for number, row in zip(rows[1:], result.rows, strict=True)]


def _line(resource: TableResource, number: str, row: Any) -> RowReport:
    told = resource.told.get(number, Told())
    outcome = OUTCOMES[row.import_type]
    if outcome == UNCHANGED and told.conflicts:
        outcome = DIFFERS
    changes: list[tuple[str, str, str]] = []
    if row.import_type == RowResult.IMPORT_TYPE_UPDATE:
        shown = [
            (column.header, resource.shown(name, row.original), resource.shown(name, row.instance))
            for name, column in resource.columns.items()
        ]
        changes = [change for change in shown if change[1] != change[2]]
    problems = _problems(resource, row)
    return RowReport(number, outcome, str(row.instance or ""), changes, told.conflicts, told.notes, problems)


def _problems(resource: TableResource, row: Any) -> list[str]:
    """What keeps the row out, in sentences; anything that is no refusal is raised."""
    found: list[str] = []
    for error in row.errors:
        if isinstance(error.error, IntegrityError):
            found.append("刚刚有人登记了相同的内容；请重新选择文件，再看一次预览")
            continue
        if not isinstance(error.error, (Refusal, ValueError)):
            raise error.error
        found.append(str(error.error))
    if isinstance(row.validation_error, ValidationError):
        for name, errors in row.validation_error.update_error_dict({}).items():
            header = resource.fields[name].column_name if name in resource.fields else ""
            sentences = [text for one in errors for text in (["不能为空"] if one.code in EMPTY else one.messages)]
            found += [f"{header}：{sentence}" if header else sentence for sentence in sentences]
    return found


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
        more = f"等 {len(cells):,} 格" if len(cells) > TOLD_AT_ONCE else ""
        named = "、".join(cells[:TOLD_AT_ONCE])
        messages.warning(request, f"{named}{more}在导出后被别人改过，没有写入；请重新导出后核对。")
