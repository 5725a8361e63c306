"""Small tables come in as a workbook, through django-import-export with its traps closed.

The file passes the same door as every list (`core.workbooks.reading`), each instance is checked whole, blank cells leave a
value alone, foreign keys are looked up in the scope and read once, every row is written by a service, and all rows go in
or none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import MultipleObjectsReturned, PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from import_export.resources import ModelResource
from import_export.results import RowResult
from import_export.widgets import Widget
from tablib import Dataset

from core.importing.cells import CellProblem, raw_text, read_date, read_yes_no
from core.refusals import Refusal
from core.scope import Scope
from core.workbooks.headers import find_header
from core.workbooks.reading import Unreadable, open_book

if TYPE_CHECKING:
    from core.admin.modeladmin import ScopedModelAdmin

MOST_ROWS = 2_000
SALT = "core.admin.tables"
ROW_NUMBER = "行号"  # a column of ours: the sheet's own number of each row
OUTCOMES = {
    RowResult.IMPORT_TYPE_NEW: "新增",
    RowResult.IMPORT_TYPE_UPDATE: "有变化",
    RowResult.IMPORT_TYPE_SKIP: "未变",
    RowResult.IMPORT_TYPE_INVALID: "错误",
    RowResult.IMPORT_TYPE_ERROR: "错误",
}
TableRows = list[list[str]]


class ScopedWidget(Widget):
    """A foreign key by code or by a name that only one row has, among the rows that the scope may see; read once."""

    def __init__(self, rows: Iterable[models.Model], what: str, *, code: str = "code", name: str = "name") -> None:
        super().__init__()
        self.what, self.found = what, {}
        names: dict[str, list[models.Model]] = {}
        for row in rows:
            self.found[str(getattr(row, code))] = row
            names.setdefault(str(getattr(row, name)), []).append(row)
        for label, same in names.items():
            if len(same) == 1:
                self.found.setdefault(label, same[0])

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> models.Model | None:
        """The row that the cell names."""
        text = str(value or "").strip()
        if not text:
            return None
        if text not in self.found:
            raise ValueError(f"没有“{text}”这个{self.what},或有几个同名的,或不在您的管辖范围;请填写编码")
        return self.found[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """What the preview shows."""
        return str(value or "")


class ChoiceWidget(Widget):
    """A choice by its Chinese label."""

    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        super().__init__()
        self.labels = {str(value): str(label) for value, label in choices}
        self.values = {label: value for value, label in self.labels.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """The stored value."""
        text = str(value or "").strip()
        if text not in self.values:
            raise ValueError(f"“{text}”不在可选范围:{'、'.join(self.values)}")
        return self.values[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The label."""
        return self.labels.get(str(value), str(value or ""))


class YesNoWidget(Widget):
    """是 or 否, in the spellings of all lists."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """The stored value."""
        try:
            return bool(read_yes_no(value))
        except CellProblem:
            raise ValueError(f"“{value}”不是“是”或“否”") from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The word."""
        return "是" if value else "否"


class DayWidget(Widget):
    """A day up to today, or one that may lie `ahead`, in the spellings of all lists."""

    def __init__(self, *, ahead: bool = False) -> None:
        super().__init__()
        self.ahead = ahead

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        """The stored value."""
        try:
            return read_date(value, latest=date.max if self.ahead else timezone.localdate())
        except CellProblem:
            raise ValueError(
                f"“{value}”不是日期{'' if self.ahead else ',或在今天之后'};请写成 2026-12-31 这样"
            ) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """As lists show it."""
        return value.isoformat() if value else ""


class TableResource(ModelResource):
    """A small table. Subclasses declare fields with their headers and call a service in `write`."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request
        self.scope: Scope = request.scope  # type: ignore[attr-defined]

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True
        skip_html_diff = True

    def write(self, instance: Any, is_create: bool) -> models.Model:
        """Call the service that writes this row."""
        raise NotImplementedError

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Never a bare save."""
        instance.pk = self.write(instance, is_create).pk

    def import_field(self, field: Any, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """A blank cell leaves the value alone."""
        if str(row.get(field.column_name) or "").strip():
            super().import_field(field, instance, row, **kwargs)

    @property
    def headers(self) -> dict[str, str]:
        """Header → field."""
        return {field.column_name: name for name, field in self.fields.items()}


@dataclass(frozen=True)
class Line:
    """What becomes of one row of the sheet."""

    number: str
    outcome: str
    label: str
    changes: tuple[tuple[str, str, str], ...] = ()
    problems: tuple[str, ...] = ()


class FileForm(forms.Form):
    """The workbook."""

    file = forms.FileField(label="文件", help_text=f".xlsx、.xls 或 .csv,最多 {MOST_ROWS:,} 行")


def table_view(admin: ScopedModelAdmin, request: HttpRequest) -> HttpResponse:
    """Choose a file, see what it would do, write it."""
    if admin.resource is None or not (admin.has_add_permission(request) and admin.has_change_permission(request)):
        raise PermissionDenied("您的角色不能导入这张表")
    resource = admin.resource(request)
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "title": f"导入{admin.opts.verbose_name_plural}",
        "model_admin": admin,
        "form": form,
        "headers": list(resource.headers),
        "back": reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist"),
    }
    if request.method == "POST":
        try:
            if sent := request.POST.get("table"):
                rows = signing.loads(sent, salt=SALT, max_age=3_600)
                lines = carry_in(resource, rows, dry_run=False)
                if not any(line.problems for line in lines):
                    written = sum(line.outcome in ("新增", "有变化") for line in lines)
                    messages.success(request, f"已写入 {written:,} {admin.unit}。")
                    return HttpResponseRedirect(context["back"])
                context["lines"] = lines
            elif form.is_valid():
                rows = read_rows(form.cleaned_data["file"], resource.headers)
                lines = carry_in(resource, rows, dry_run=True)
                context |= {"lines": lines, "counts": _counts(lines)}
                if not any(line.problems for line in lines):
                    context["table"] = signing.dumps(rows, salt=SALT, compress=True)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        except signing.BadSignature:
            messages.error(request, "预览已过期,请重新选择文件。")
            return HttpResponseRedirect(request.path)
    return render(request, "admin/table_import.html", context)


def read_rows(file: Any, headers: Mapping[str, str]) -> TableRows:
    """The known columns of the first sheet that has them: the headers first, then each row with its number.

    Raises Unreadable with a Chinese sentence.
    """
    with tempfile.NamedTemporaryFile(suffix=Path(file.name).suffix) as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        book = open_book(Path(kept.name), name=file.name)
        for sheet in book.sheets:
            found = find_header(book.rows(sheet), headers)
            if found and len(found.fields) > 1:
                columns = list(found.fields.values())
                table = [[ROW_NUMBER, *(_header(headers, column.field) for column in columns)]]
                for number, cells in book.rows(sheet):
                    values = [raw_text(cells[c.index]) if c.index < len(cells) else "" for c in columns]
                    if number > found.row and any(values):
                        table.append([str(number), *values])
                if len(table) > MOST_ROWS + 1:
                    raise Unreadable(file.name, f"超过 {MOST_ROWS:,} 行,请拆成几个文件后再导入。")
                return table
    raise Unreadable(file.name, f"里没有找到表头。需要的列:{'、'.join(headers)}。")


def carry_in(resource: TableResource, rows: TableRows, *, dry_run: bool) -> list[Line]:
    """What becomes of each row; written unless `dry_run` or any row is wrong."""
    dataset = Dataset(*rows[1:], headers=rows[0])
    result = resource.import_data(
        dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True, raise_errors=False
    )
    return [_line(resource, number[0], row) for number, row in zip(rows[1:], result.rows, strict=True)]


def _line(resource: TableResource, number: str, row: Any) -> Line:
    problems: list[str] = []
    for error in row.errors:
        if isinstance(error.error, MultipleObjectsReturned):
            problems.append("登记里有几条和这一行相同的,分不清是哪一条;请在记录页面修改")
            continue
        if not isinstance(error.error, (Refusal, ValueError)):
            raise error.error
        problems.append(str(error.error))
    if isinstance(row.validation_error, ValidationError):
        problems += row.validation_error.messages
    changes: tuple[tuple[str, str, str], ...] = ()
    if row.import_type == RowResult.IMPORT_TYPE_UPDATE:
        shown = [
            (field.column_name, str(field.export(row.original)), str(field.export(row.instance)))
            for field in resource.get_import_fields()
        ]
        changes = tuple(change for change in shown if change[1] != change[2])
    return Line(number, OUTCOMES[row.import_type], str(row.instance or ""), changes, tuple(problems))


def _counts(lines: list[Line]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.outcome] = counts.get(line.outcome, 0) + 1
    return counts


def _header(headers: Mapping[str, str], field: str | None) -> str:
    return next(header for header, name in headers.items() if name == field)
