"""A small table comes in as a workbook, through django-import-export with its traps closed; ours goes out and comes back.

Each instance is checked whole, blank cells leave a value alone, foreign keys are looked up in the scope and read once, and
every row is written by a service. A row of a list of ours carries a mark (`core.importing.marks`): it is that record, and
only the cells edited since then count. A row without one is new, or a record that is told by its `key`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, cast

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from import_export.fields import Field
from import_export.resources import ModelResource
from tablib import Dataset

from core.importing.marks import (
    ERASE,
    KEY_EDITED,
    MARK_MISSING,
    NOT_EDITABLE,
    Mark,
    digest,
    mark_header,
    read_mark,
    write_mark,
)
from core.importing.problems import OUTSIDE_SCOPE, problems
from core.listing import Column
from core.refusals import Refusal
from core.scope import Scope, require_changeable
from core.sets import among

ROW_NUMBER = "行号"  # a column of ours: the sheet's own number of each row


@dataclass
class Told:
    """What is known of a row beside its record."""

    shown: Mapping[str, str] = field(default_factory=dict)  # header → digest of the exported cell; empty without mark
    # header, what the record says, what the row says
    conflicts: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class TableResource(ModelResource):
    """A small table. Subclasses declare fields with their headers and call a service in `write`."""

    near: ClassVar[str]  # the field by which records that rows without mark may speak of are read at once
    key: ClassVar[tuple[str, ...]] = ()  # fields that tell a record; without, a row that agrees in every cell is known
    whose: ClassVar[tuple[str, ...]] = ()  # headers that are shown to tell whose a row is

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True
        skip_html_diff = True
        import_id_fields = ()

    def __init__(self, request: HttpRequest, listed: Sequence[Column]) -> None:
        super().__init__()
        self.request = request
        self.scope: Scope = request.scope  # type: ignore[attr-defined]
        self.exported = [column.header for column in self.columns(listed) if column.export][:-1]
        self.marked: dict[int, models.Model] = {}
        self.nearby: dict[Any, list[models.Model]] = {}
        self.met: dict[int, str] = {}  # number of a record → the sheet's number of the row that carries its mark
        self.told: dict[str, Told] = {}

    def write(self, instance: Any, is_create: bool) -> models.Model:
        """Call the service that writes this row."""
        raise NotImplementedError

    def choices(self, dataset: Dataset) -> Mapping[str, Iterable[models.Model]]:
        """The rows that the cells of each foreign key may name."""
        model: Any = self._meta.model
        named = {name: model._meta.get_field(name).related_model._default_manager for name in self._relations()}
        return {name: rows.attachable(self.scope, model) for name, rows in named.items()}

    def lock_first(self, known: models.QuerySet) -> None:
        """Lock what stands before the records that the rows may speak of in the order of locks (`core.locks`)."""

    # --- going out
    @classmethod
    def mark(cls) -> str:
        """The header of the marks."""
        return mark_header(str(cls._meta.model._meta.verbose_name_plural))

    @classmethod
    def columns(cls, listed: Sequence[Column]) -> list[Column]:
        """The columns of the list, with every field as it comes in again and the mark last."""
        own = {one.column_name: one for one in cls.fields.values()}
        found: list[Column] = []
        for column in listed:
            if column.header in own:
                found += [replace(column, export=False), _exported(own.pop(column.header))]
            else:
                found.append(column)
        found += map(_exported, own.values())
        exported = [column for column in found if column.export]

        def mark(row: Any) -> str:
            return write_mark(row.pk, [digest(column.read(row)) for column in exported])

        return [*found, Column(cls.mark(), mark, screen=False)]

    # --- coming in
    @property
    def headers(self) -> list[str]:
        """The headers of the fields."""
        return [one.column_name for one in self.fields.values()]

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Read at once what the rows name and speak of; lock the records with a mark in the order of their numbers."""
        for name, rows in self.choices(dataset).items():
            self.fields[name].widget.choose_from(rows)
        marks = [self._mark(row) for row in dataset.dict]
        mine = self._meta.model._default_manager.changeable(self.scope)
        known = mine.select_related(*self._relations()).order_by("pk")
        named = {self._cell(self.near, row) for row in dataset.dict if not _said(row, self.mark())} - {None}
        by_mark, by_name = Q(pk__in=among([mark.key for mark in marks if mark])), Q(**{f"{self.near}__in": named})
        self.lock_first(known.filter(by_mark | by_name))
        marked = known.filter(by_mark).select_for_update(of=("self",), no_key=True)
        self.marked = {one.pk: one for one in marked}
        self.nearby, self.met, self.told = {}, {}, {}
        for one in known.filter(by_name):
            self._remember(self.marked.get(one.pk, one))

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Any:
        """The record that the row is, or None for a new one. Raises Refusal."""
        self.told[row[ROW_NUMBER]] = told = Told()
        if not _said(row, self.mark()):
            return self._alike(row)
        if (mark := self._mark(row)) is None:
            raise Refusal(problems[MARK_MISSING].sentence)
        if first := self.met.get(mark.key):
            raise Refusal(f"系统标记与第 {first} 行相同；每条记录只保留一行，新增的行请清空系统标记")
        self.met[mark.key] = row[ROW_NUMBER]
        if mark.key not in self.marked:
            raise Refusal(problems[OUTSIDE_SCOPE].sentence)
        told.shown = dict(zip(self.exported, mark.digests, strict=True))
        for header in self.exported:
            if header not in self.headers and self._edited(row, header, told):
                if header in self.whose:
                    raise Refusal(f"{header}：{problems[KEY_EDITED].sentence}")
                told.notes.append(f"{header}：{problems[NOT_EDITABLE].sentence}")
        return self.marked[mark.key]

    def import_field(self, field: Any, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Take a cell that says something new; if the record changed there meanwhile, keep both sides for the preview."""
        header, told = field.column_name, self.told[row[ROW_NUMBER]]
        text, before, shown = _said(row, header), field.get_value(instance), str(field.export(instance))
        if not self._edited(row, header, told) or (instance.pk and text == shown):
            return
        value = self._erased(field) if text == ERASE else field.clean(row)
        if (value is None and text != ERASE) or value == before:
            return
        if told.shown and digest(shown) != told.shown[header]:
            told.conflicts.append((header, shown, text))
        else:
            setattr(instance, field.attribute, value)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """Never a bare save."""
        saved = self.write(instance, is_create)
        require_changeable(saved, self.scope)
        instance.pk = saved.pk
        if is_create:
            self._remember(instance)

    def _mark(self, row: Mapping[str, Any]) -> Mark | None:
        return read_mark(_said(row, self.mark()), len(self.exported))

    @staticmethod
    def _edited(row: Mapping[str, Any], header: str, told: Told) -> bool:
        text = _said(row, header)
        return bool(text) and digest(text) != told.shown.get(header)

    def _erased(self, field: Any) -> Any:
        column = cast(models.Field, self._meta.model._meta.get_field(field.attribute))
        if not column.blank:
            raise ValueError("必须填写，不能清空；请填写新的内容或恢复原值")
        return None if column.null else ""

    def _alike(self, row: Mapping[str, Any]) -> models.Model | None:
        """The record that a row without mark speaks of, if there is one. Raises Refusal when there are several."""
        said = {name: value for name in self.key or self.fields if (value := self._cell(name, row)) is not None}
        if not said.keys() >= set(self.key or self._needed()):
            return None
        near = self.nearby.get(said[self.near], [])
        same = [one for one in near if all(self.fields[name].get_value(one) == value for name, value in said.items())]
        if len(same) > 1 and self.key:
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
        """What every record has."""
        columns = {column.name: column for column in self._meta.model._meta.concrete_fields}
        return {name for name in self.fields if not columns[name].blank and not columns[name].has_default()}

    def _remember(self, record: models.Model) -> None:
        self.nearby.setdefault(getattr(record, self.near), []).append(record)

    def _relations(self) -> list[str]:
        columns = {column.name for column in self._meta.model._meta.concrete_fields if column.is_relation}
        return [one.attribute for one in self.fields.values() if one.attribute in columns]


def _exported(field: Field) -> Column:
    return Column(field.column_name, field.export, screen=False)


def _said(row: Mapping[str, Any], header: str) -> str:
    return str(row.get(header) or "").strip()
