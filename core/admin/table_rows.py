"""What becomes of the rows of a workbook that comes into a small table.

Each record is checked whole, blank cells leave a value alone, what cells name is looked up at once among the rows that they
may name, and every row is written by the table's services. A row of a list of ours carries a mark
(`core.importing.round_trip`): it is that record, and only the cells edited since then count. A row without one is new, or a
record that is told by the table's key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

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

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return self.outcome == UNCHANGED and not self.notes


class TableRows:
    """The rows of one workbook on their way to the records of a table."""

    def __init__(self, table: TableAdmin, request: HttpRequest) -> None:
        self.table, self.columns, self.returning = table, table.field_columns, table.returning
        self.user: Any = request.user
        self.scope: Scope = request.scope  # type: ignore[attr-defined]
        self.fields = {name: cast(models.Field, table.model._meta.get_field(name)) for name in self.columns}
        self.readers = {name: CellReader(one) for name, one in self.fields.items()}
        self.relations = [name for name, one in self.fields.items() if one.is_relation]
        # the field by which records that rows without mark may speak of are read at once
        self.near = [*(table.key or self.columns)][-1 if table.key else 0]
        self.marked: dict[int, models.Model] = {}
        self.nearby: dict[Any, list[models.Model]] = {}
        self.met: dict[int, str] = {}  # number of a record → the sheet's number of the row that carries its mark

    def carry_in(self, rows: Sequence[Cells]) -> list[RowReport]:
        """Write the rows one after the other. Whoever calls takes back what was only tried."""
        self._read_at_once(rows)
        return [self._carry_in(row) for row in rows]

    def _read_at_once(self, rows: Sequence[Cells]) -> None:
        """Read what the rows name and speak of; lock the records with a mark in the order of their numbers."""
        model: Any = self.table.model
        for name in self.relations:
            offered = self.fields[name].related_model._default_manager.attachable(self.scope, model)  # type: ignore[union-attr]
            self.readers[name].name_among(offered, {row.get(self.columns[name].header, "") for row in rows} - {""})
        origins = [self._origin(row) for row in rows]
        known = model._default_manager.changeable(self.scope).select_related(*self.relations).order_by("pk")
        named = {self._cell(self.near, row) for row in rows if not self._mark(row)} - {None}
        by_mark = Q(pk__in=among([origin.key for origin in origins if origin]))
        by_name = Q(**{f"{self.near}__in": named})
        self.table.services.hold(list(known.filter(by_mark | by_name)))
        marked = known.filter(by_mark).select_for_update(of=("self",), no_key=True)
        self.marked = {one.pk: one for one in marked}
        for one in known.filter(by_name):
            self._remember(self.marked.get(one.pk, one))

    def _carry_in(self, row: Cells) -> RowReport:
        report = RowReport(row[ROW_NUMBER])
        try:
            with transaction.atomic():
                self._write(row, report)
        except ValidationError as error:
            report.problems += self._sentences(error)
        except IntegrityError:
            report.problems.append("刚刚有人登记了相同的内容；请重新选择文件，再看一次预览")
        except Refusal as refusal:
            report.problems.append(str(refusal))
        if report.problems:
            report.outcome = WRONG
        return report

    def _write(self, row: Cells, report: RowReport) -> None:
        """Set what the row says on its record, check that whole, and hand it to the table's services. Raises
        ValidationError, IntegrityError, Refusal."""
        origin = self._marked_by(row, report)
        record = self.marked[origin.key] if origin else self._alike(row) or self.table.model()
        shown = {name: self._shown(name, record) if record.pk else "" for name in self.columns}
        edited: list[str] = []
        wrong: dict[str, Any] = {}
        for name in self.columns:
            try:
                if self._take(name, row, record, shown[name], origin, report):
                    edited.append(name)
            except ValueError as error:
                wrong[name] = [ValidationError(str(error))]
        if edited or wrong:
            try:
                record.full_clean(exclude=wrong)
            except ValidationError as error:
                wrong = error.update_error_dict(wrong)
            if wrong:
                raise ValidationError(wrong)
            is_new = record.pk is None
            self._save(record, list(self.columns) if is_new else edited)
            report.outcome = NEW if is_new else CHANGED
            after = {} if is_new else {name: self._shown(name, record) for name in self.columns}
            told = [(self.columns[name].header, shown[name], text) for name, text in after.items()]
            report.changes = [change for change in told if change[1] != change[2]]
        elif report.conflicts:
            report.outcome = DIFFERS
        report.label = str(record)

    def _marked_by(self, row: Cells, report: RowReport) -> Origin | None:
        """What the row's mark tells; None for a row without. Raises Refusal."""
        if not self._mark(row):
            return None
        if (origin := self._origin(row)) is None:
            raise Refusal(problems[MARK_MISSING].sentence)
        if first := self.met.get(origin.key):
            raise Refusal(f"系统标记与第 {first} 行相同；每条记录只保留一行，新增的行请清空系统标记")
        self.met[origin.key] = row[ROW_NUMBER]
        if origin.key not in self.marked:
            raise Refusal(problems[OUTSIDE_SCOPE].sentence)
        for part in self.returning.parts:
            if part.name not in self.columns and _edited(row, part.name, part.header, origin):
                if part.names_row:
                    raise Refusal(f"{part.header}：{problems[KEY_EDITED].sentence}")
                report.notes.append(f"{part.header}：{problems[NOT_EDITABLE].sentence}")
        return origin

    def _take(
        self, name: str, row: Cells, record: models.Model, shown: str, origin: Origin | None, report: RowReport
    ) -> bool:
        """Take a cell that says something new; if the record changed there meanwhile, keep both sides for the preview.
        Raises ValueError with a sentence."""
        header = self.columns[name].header
        text = row.get(header, "")
        if not _edited(row, name, header, origin) or (record.pk and text == shown):
            return False
        value = self._erased(name) if text == ERASE else self.readers[name].read(text)
        if (value is None and text != ERASE) or value == getattr(record, name, None):
            return False
        if record.pk and name in self.table.fixed:
            raise ValueError("登记后不能修改；请恢复原值，另加一行")
        if origin and digest(shown) != origin.shown[name]:
            report.conflicts.append((header, shown, text))
            return False
        setattr(record, name, value)
        return True

    def _save(self, record: models.Model, names: Sequence[str]) -> None:
        before = self.table.model._default_manager.get(pk=record.pk) if record.pk else None
        values = {name: getattr(record, name) for name in names}
        saved = self.table.services.write(by=self.user, row=before, values=values, on=timezone.localdate())
        require_changeable(saved, self.scope)
        if before is None:
            record.pk = saved.pk
            self._remember(record)

    def _sentences(self, error: ValidationError) -> list[str]:
        """What keeps the row out, each under its column."""
        found: list[str] = []
        for name, errors in error.update_error_dict({}).items():
            header = f"{self.columns[name].header}：" if name in self.columns else ""
            for one in errors:
                found += [f"{header}{text}" for text in (["不能为空"] if one.code in EMPTY else one.messages)]
        return found

    def _alike(self, row: Cells) -> models.Model | None:
        """The record that a row without mark speaks of, if there is one. Raises Refusal when there are several."""
        key = self.table.key
        said = {name: value for name in key or self.columns if (value := self._cell(name, row)) is not None}
        needed = {name for name, one in self.fields.items() if not one.blank and not one.has_default()}
        if not said.keys() >= set(key or needed):
            return None
        near = self.nearby.get(said[self.near], [])
        same = [one for one in near if all(getattr(one, name, None) == value for name, value in said.items())]
        if len(same) > 1 and key:
            raise Refusal("登记里有几条和这一行相同的，分不清是哪一条；请导出后在清单中修改")
        return same[0] if same else None

    def _cell(self, name: str, row: Cells) -> Any:
        """What the cell of a field says; None where it says nothing or cannot be read, which `_take` tells."""
        text = row.get(self.columns[name].header, "")
        try:
            return self.readers[name].read(text) if text and text != ERASE else None
        except ValueError:
            return None

    def _erased(self, name: str) -> Any:
        if not self.fields[name].blank:
            raise ValueError("必须填写，不能清空；请填写新的内容或恢复原值")
        return None if self.fields[name].null else ""

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
