"""A small table comes in as a workbook, through django-import-export with its traps closed; ours goes out and comes back.

Each instance is checked whole, blank cells leave a value alone, foreign keys are looked up in the scope at once, and every
row is written by the table's services. A row of a list of ours carries a mark (`core.importing.round_trip`): it is that record,
and only the cells edited since then count. A row without one is new, or a record that is told by the table's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from tablib import Dataset

from core.admin.cells import FieldColumn, widget_of
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


@dataclass
class Told:
    """What is known of a row beside its record."""

    origin: Origin | None = None  # None: a row without mark
    edited: list[str] = field(default_factory=list)  # fields that it changes
    # header, what the record says, what the row says
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def resource_of(table: TableAdmin) -> type[TableResource]:
    """The resource of a table, from its columns."""
    columns = {column.field: column for column in table.columns if isinstance(column, FieldColumn)}
    fields = {
        name: Field(name, column.header, widget_of(_field(table.model, name))) for name, column in columns.items()
    }
    meta = type("Meta", (TableResource.Meta,), {"model": table.model, "fields": tuple(fields)})
    return type("Resource", (TableResource,), {**fields, "table": table, "columns": columns, "Meta": meta})


class TableResource(ModelResource):
    """A small table that comes in, made by `resource_of`."""

    table: ClassVar[TableAdmin]
    columns: ClassVar[Mapping[str, FieldColumn]]  # of its fields

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True
        skip_html_diff = True
        import_id_fields = ()

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request
        self.scope: Scope = request.scope  # type: ignore[attr-defined]
        self.returning = self.table.returning
        # the field by which records that rows without mark may speak of are read at once
        self.near = [*(self.table.key or self.fields)][-1 if self.table.key else 0]
        self.marked: dict[int, models.Model] = {}
        self.nearby: dict[Any, list[models.Model]] = {}
        self.met: dict[int, str] = {}  # number of a record → the sheet's number of the row that carries its mark
        self.told: dict[str, Told] = {}
        self.now = Told()  # of the row at hand

    @property
    def headers(self) -> list[str]:
        return [one.column_name for one in self.fields.values()]

    def shown(self, name: str, instance: Any) -> str:
        """The cell of a field, as the list shows it."""
        return raw_text(self.columns[name].read(instance)).strip()

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Read at once what the rows name and speak of; lock the records with a mark in the order of their numbers."""
        model: Any = self._meta.model
        for name in self._relations():
            rows = model._meta.get_field(name).related_model._default_manager.attachable(self.scope, model)
            self.fields[name].widget.name_among(
                rows, {_said(row, self.columns[name].header) for row in dataset.dict} - {""}
            )
        origins = [self._origin(row) for row in dataset.dict]
        known = model._default_manager.changeable(self.scope).select_related(*self._relations()).order_by("pk")
        named = {self._cell(self.near, row) for row in dataset.dict if not self._mark(row)} - {None}
        by_mark = Q(pk__in=among([origin.key for origin in origins if origin]))
        by_name = Q(**{f"{self.near}__in": named})
        self.table.services.hold(list(known.filter(by_mark | by_name)))
        marked = known.filter(by_mark).select_for_update(of=("self",), no_key=True)
        self.marked = {one.pk: one for one in marked}
        self.nearby, self.met, self.told = {}, {}, {}
        for one in known.filter(by_name):
            self._remember(self.marked.get(one.pk, one))

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Any:
        """The record that the row is, or None for a new one. Raises Refusal."""
        self.told[row[ROW_NUMBER]] = self.now = Told()
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
            if part.name not in self.fields and self._edited(row, part.name, part.header):
                if part.names_row:
                    raise Refusal(f"{part.header}：{problems[KEY_EDITED].sentence}")
                self.now.notes.append(f"{part.header}：{problems[NOT_EDITABLE].sentence}")
        return self.marked[origin.key]

    def import_field(self, field: Any, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Take a cell that says something new; if the record changed there meanwhile, keep both sides for the preview."""
        name, header, origin = field.attribute, field.column_name, self.now.origin
        text, before = _said(row, header), field.get_value(instance)
        shown = self.shown(name, instance) if instance.pk else ""
        if not self._edited(row, name, header) or (instance.pk and text == shown):
            return
        value = self._erased(field) if text == ERASE else field.clean(row)
        if (value is None and text != ERASE) or value == before:
            return
        if instance.pk and name in self.table.fixed:
            raise ValueError("登记后不能修改；请恢复原值，另加一行")
        if origin and digest(shown) != origin.shown[name]:
            self.now.conflicts.append((header, shown, text))
        else:
            setattr(instance, name, value)
            self.now.edited.append(name)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Never a bare save."""
        row = None if is_create else self._meta.model._default_manager.get(pk=instance.pk)
        values = {name: getattr(instance, name) for name in (self.fields if is_create else self.now.edited)}
        who: Any = self.request.user
        saved = self.table.services.write(by=who, row=row, values=values, on=timezone.localdate())
        require_changeable(saved, self.scope)
        instance.pk = saved.pk
        if is_create:
            self._remember(instance)

    def _mark(self, row: Mapping[str, Any]) -> str:
        return _said(row, self.returning.header)

    def _origin(self, row: Mapping[str, Any]) -> Origin | None:
        return self.returning.origin({MARK: self._mark(row)})

    def _edited(self, row: Mapping[str, Any], name: str, header: str) -> bool:
        text, origin = _said(row, header), self.now.origin
        return bool(text) and (origin is None or digest(text) != origin.shown[name])

    def _erased(self, field: Any) -> Any:
        column = _field(self._meta.model, field.attribute)
        if not column.blank:
            raise ValueError("必须填写，不能清空；请填写新的内容或恢复原值")
        return None if column.null else ""

    def _alike(self, row: Mapping[str, Any]) -> models.Model | None:
        """The record that a row without mark speaks of, if there is one. Raises Refusal when there are several."""
        key = self.table.key
        said = {name: value for name in key or self.fields if (value := self._cell(name, row)) is not None}
        if not said.keys() >= set(key or self._needed()):
            return None
        near = self.nearby.get(said[self.near], [])
        same = [one for one in near if all(self.fields[name].get_value(one) == value for name, value in said.items())]
        if len(same) > 1 and key:
            raise Refusal("登记里有几条和这一行相同的，分不清是哪一条；请导出后在清单中修改")
        return same[0] if same else None

    def _cell(self, name: str, row: Mapping[str, Any]) -> Any:
        """What the cell of a field says; None where it says nothing or cannot be read, which `import_field` tells."""
        text = _said(row, self.fields[name].column_name)
        try:
            return self.fields[name].clean(row) if text and text != ERASE else None
        except ValueError:
            return None

    def _needed(self) -> set[str]:
        columns = {name: _field(self._meta.model, name) for name in self.fields}
        return {name for name, column in columns.items() if not column.blank and not column.has_default()}

    def _remember(self, record: models.Model) -> None:
        self.nearby.setdefault(getattr(record, self.near), []).append(record)

    def _relations(self) -> list[str]:
        return [name for name in self.fields if _field(self._meta.model, name).is_relation]


def _field(model: type[models.Model], name: str) -> models.Field:
    return cast(models.Field, model._meta.get_field(name))


def _said(row: Mapping[str, Any], header: str) -> str:
    return str(row.get(header) or "").strip()
