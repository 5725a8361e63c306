"""What becomes of the rows of a workbook that comes into a small table, by django-import-export with its traps closed.

Each record is checked whole, blank cells leave a value alone, what cells name is looked up at once among the rows that they
may name, and every row is written by the table's services. A row of a list of ours carries a mark
(`core.importing.round_trip`): it is that record, and only the cells edited since then count. A row without one is new, or a
record that is told by the table's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult
from tablib import Dataset

from core.admin.table_cells import CellReader
from core.cells import raw_text
from core.id_sets import among
from core.importing.marks import ERASE, KEY_EDITED, MARK_MISSING, NOT_EDITABLE, digest
from core.importing.problems import OUTSIDE_SCOPE, problems
from core.importing.round_trip import MARK, Origin
from core.refusals import Refusal
from core.scope import Scope, require_changeable

if TYPE_CHECKING:
    from core.admin.table import TableAdmin

ROW_NUMBER = "行号"  # a column of ours: the sheet's own number of each row
NEW, CHANGED, UNCHANGED, DIFFERS, WRONG = "新增", "有变化", "未变", "不一致", "错误"
OUTCOMES = {
    RowResult.IMPORT_TYPE_NEW: NEW,
    RowResult.IMPORT_TYPE_UPDATE: CHANGED,
    RowResult.IMPORT_TYPE_SKIP: UNCHANGED,
    RowResult.IMPORT_TYPE_INVALID: WRONG,
    RowResult.IMPORT_TYPE_ERROR: WRONG,
}
EMPTY = ("null", "blank")  # what Django calls a value that is missing
Cells = Mapping[str, str]  # header → text


@dataclass
class RowReport:
    """What becomes of one row of the sheet. Changes are (column, before, after), conflicts (column, ours, the row's)."""

    number: str
    outcome: str = UNCHANGED
    label: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    origin: Origin | None = None  # what the mark of the row tells
    edited: list[str] = field(default_factory=list)  # fields that it changes

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return self.outcome == UNCHANGED and not self.notes


class TableRows(Resource):
    """The rows of one workbook on their way to the records of a table."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True
        skip_html_diff = True
        import_id_fields = ()
        using_db = DEFAULT_DB_ALIAS
        instance_loader_class = BaseInstanceLoader

    def __init__(self, table: TableAdmin, request: HttpRequest) -> None:
        super().__init__()
        self.table, self.columns, self.returning = table, table.field_columns, table.returning
        self.user: Any = request.user
        self.scope: Scope = request.scope  # type: ignore[attr-defined]
        self.of_model = {name: cast(models.Field, table.model._meta.get_field(name)) for name in self.columns}
        self.readers = {name: CellReader(one) for name, one in self.of_model.items()}
        self.fields = {name: Field(name, self.columns[name].header, one) for name, one in self.readers.items()}
        self.relations = [name for name, one in self.of_model.items() if one.is_relation]
        # the field by which records that rows without mark may speak of are read at once
        self.near = [*(table.key or self.columns)][-1 if table.key else 0]
        self.marked: dict[int, models.Model] = {}
        self.nearby: dict[Any, list[models.Model]] = {}
        self.met: dict[int, str] = {}  # number of a record → the sheet's number of the row that carries its mark
        self.reports: list[RowReport] = []
        self.now = RowReport("")  # of the row at hand

    def carry_in(self, table: Sequence[Sequence[str]], *, dry_run: bool) -> list[RowReport]:
        """Write the rows, or none when one is wrong or all are only tried."""
        result = self.import_data(
            Dataset(*table[1:], headers=table[0]), dry_run=dry_run, rollback_on_validation_errors=True
        )
        for failure in result.base_errors:
            raise failure.error
        for report, row in zip(self.reports, result.rows, strict=True):
            self._tell(report, row)
        return self.reports

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Read what the rows name and speak of; lock the records with a mark in the order of their numbers."""
        model: Any = self.table.model
        for name in self.relations:
            offered = self.of_model[name].related_model._default_manager.attachable(self.scope, model)  # type: ignore[union-attr]
            header = self.columns[name].header
            self.readers[name].name_among(offered, {row.get(header, "") for row in dataset.dict} - {""})
        origins = [self._origin(row) for row in dataset.dict]
        known = model._default_manager.changeable(self.scope).select_related(*self.relations).order_by("pk")
        named = {self._cell(self.near, row) for row in dataset.dict if not self._mark(row)} - {None}
        by_mark = Q(pk__in=among([origin.key for origin in origins if origin]))
        by_name = Q(**{f"{self.near}__in": named})
        self.table.services.hold(list(known.filter(by_mark | by_name)))
        marked = known.filter(by_mark).select_for_update(of=("self",), no_key=True)
        self.marked = {one.pk: one for one in marked}
        for one in known.filter(by_name):
            self._remember(self.marked.get(one.pk, one))

    def init_instance(self, row: Any = None) -> models.Model:
        return self.table.model()

    def get_instance(self, instance_loader: Any, row: Cells) -> models.Model | None:
        """The record that the row is, or None for a new one. Raises Refusal."""
        self.now = RowReport(row[ROW_NUMBER])
        self.reports.append(self.now)
        if not self._mark(row):
            return self._alike(row)
        if (origin := self._origin(row)) is None:
            raise Refusal(problems[MARK_MISSING].sentence)
        if first := self.met.get(origin.key):
            raise Refusal(f"系统标记与第 {first} 行相同；每条记录只保留一行，新增的行请清空系统标记")
        self.met[origin.key] = row[ROW_NUMBER]
        if origin.key not in self.marked:
            raise Refusal(problems[OUTSIDE_SCOPE].sentence)
        self.now.origin = origin
        for part in self.returning.parts:
            if part.name not in self.columns and _edited(row, part.name, part.header, origin):
                if part.names_row:
                    raise Refusal(f"{part.header}：{problems[KEY_EDITED].sentence}")
                self.now.notes.append(f"{part.header}：{problems[NOT_EDITABLE].sentence}")
        return self.marked[origin.key]

    def import_field(self, field: Field, instance: Any, row: Cells, **kwargs: Any) -> None:
        """Take a cell that says something new; if the record changed there meanwhile, keep both sides for the preview.
        Raises ValueError with a sentence."""
        name, origin = field.attribute, self.now.origin
        text = row.get(field.column_name, "")
        shown = self._shown(name, instance) if instance.pk else ""
        if not _edited(row, name, field.column_name, origin) or (instance.pk and text == shown):
            return
        value = self._erased(name) if text == ERASE else self.readers[name].clean(text)
        if (value is None and text != ERASE) or value == getattr(instance, name, None):
            return
        if instance.pk and name in self.table.fixed:
            raise ValueError("登记后不能修改；请恢复原值，另加一行")
        if origin and digest(shown) != origin.shown[name]:
            self.now.conflicts.append((field.column_name, shown, text))
        else:
            setattr(instance, name, value)
            self.now.edited.append(name)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Never a bare save."""
        before = None if is_create else self.table.model._default_manager.get(pk=instance.pk)
        values = {name: getattr(instance, name) for name in (self.columns if is_create else self.now.edited)}
        saved = self.table.services.write(by=self.user, row=before, values=values, on=timezone.localdate())
        require_changeable(saved, self.scope)
        if is_create:
            instance.pk = saved.pk
            self._remember(instance)

    def _tell(self, report: RowReport, row: RowResult) -> None:
        """What became of a row; anything that is no refusal is raised."""
        report.outcome, report.label = OUTCOMES[row.import_type], str(row.instance or "")
        if report.outcome == UNCHANGED and report.conflicts:
            report.outcome = DIFFERS
        if report.outcome == CHANGED:
            both = [(name, self._shown(name, row.original), self._shown(name, row.instance)) for name in self.columns]
            report.changes = [(self.columns[name].header, was, now) for name, was, now in both if was != now]
        for failure in row.errors:
            if isinstance(failure.error, IntegrityError):
                report.problems.append("刚刚有人登记了相同的内容；请重新选择文件，再看一次预览")
            elif isinstance(failure.error, (Refusal, ValueError)):
                report.problems.append(str(failure.error))
            else:
                raise failure.error
        if isinstance(row.validation_error, ValidationError):
            report.problems += self._sentences(row.validation_error)

    def _sentences(self, error: ValidationError) -> Iterator[str]:
        """What keeps the row out, each under its column."""
        for name, errors in error.update_error_dict({}).items():
            header = f"{self.columns[name].header}：" if name in self.columns else ""
            for one in errors:
                yield from (f"{header}{text}" for text in (["不能为空"] if one.code in EMPTY else one.messages))

    def _alike(self, row: Cells) -> models.Model | None:
        """The record that a row without mark speaks of, if there is one. Raises Refusal when there are several."""
        key = self.table.key
        filled = {name: value for name in key or self.columns if (value := self._cell(name, row)) is not None}
        needed = {name for name, one in self.of_model.items() if not one.blank and not one.has_default()}
        if not filled.keys() >= set(key or needed):
            return None
        near = self.nearby.get(filled[self.near], [])
        same = [one for one in near if all(getattr(one, name, None) == value for name, value in filled.items())]
        if len(same) > 1 and key:
            raise Refusal("登记里有几条和这一行相同的，分不清是哪一条；请导出后在清单中修改")
        return same[0] if same else None

    def _cell(self, name: str, row: Cells) -> Any:
        """What the cell of a field says; None where it says nothing or cannot be read, which `import_field` tells."""
        text = row.get(self.columns[name].header, "")
        try:
            return self.readers[name].clean(text) if text and text != ERASE else None
        except ValueError:
            return None

    def _erased(self, name: str) -> Any:
        if not self.of_model[name].blank:
            raise ValueError("必须填写，不能清空；请填写新的内容或恢复原值")
        return None if self.of_model[name].null else ""

    def _shown(self, name: str, record: models.Model) -> str:
        """The cell of a field, as the list shows it."""
        return raw_text(self.columns[name].read(record)).strip()

    def _remember(self, record: models.Model) -> None:
        self.nearby.setdefault(getattr(record, self.near), []).append(record)

    def _mark(self, row: Cells) -> str:
        return row.get(self.returning.header, "")

    def _origin(self, row: Cells) -> Origin | None:
        return self.returning.origin({MARK: self._mark(row)})


def _edited(row: Cells, name: str, header: str, origin: Origin | None) -> bool:
    text = row.get(header, "")
    return bool(text) and (origin is None or digest(text) != origin.shown[name])
