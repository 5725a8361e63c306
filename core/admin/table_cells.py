"""A field of a small table as a column, and what a cell under it says when the table comes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django.utils import timezone
from import_export.widgets import Widget

from core.admin.lists import label
from core.cells import CellProblem, half_width, is_blank, read_date, read_text, read_yes_no
from core.days import DayField, EventDateField
from core.fields import YearField
from core.listing import Column
from core.listing.columns import DATE, NUMBER, TEXT
from core.pages import numbers

Known = TypeVar("Known")
# by one of these a cell names a record, else by its number; by its name, if only one has it
TELL = ("code", "credit_code")


@dataclass(frozen=True)
class FieldColumn(Column):
    """A column that holds a field of the table's model, by whose cells the field is set."""

    field: str = ""


def field_column(model: type[models.Model], name: str, **more: Any) -> FieldColumn:
    """The column of a field: its name in Chinese, the words of its choices, yes or no, the names of what it refers to."""
    field: Any = model._meta.get_field(name)
    kind = TEXT
    if isinstance(field, models.DateField | YearField) or (field.unique and not field.is_relation):
        kind = DATE
    elif isinstance(field, models.IntegerField | models.DecimalField) and not field.choices:
        kind = NUMBER
    return FieldColumn(str(field.verbose_name), _value(field), **{"kind": kind, "field": name, **more})


def _value(field: Any) -> str | Callable[[Any], str]:
    name: str = field.name
    if field.choices:
        return label(name)
    if field.is_relation:
        return lambda row: str(getattr(row, name) or "")
    if isinstance(field, models.BooleanField):
        return lambda row: {True: "是", False: "否"}.get(getattr(row, name), "")
    if isinstance(field, models.TimeField):
        return lambda row: f"{at:%H:%M}" if (at := getattr(row, name)) else ""
    return name


class CellReader(Widget):
    """Reads the cells of one field. Raises ImproperlyConfigured for a field that no cell can hold."""

    def __init__(self, field: Any) -> None:
        if not (field.choices or field.is_relation or isinstance(field, (*READERS, DayField))):
            raise ImproperlyConfigured(f"{field}: no cell of a workbook can hold it")
        super().__init__()
        self.field, self.named = field, dict[str, models.Model]()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        """What a cell says; None for a word that stands for nothing. Raises ValueError with a sentence."""
        field = self.field
        if field.choices:
            words = {half_width(str(word)): key for key, word in field.flatchoices}
            offered = "、".join(str(word) for _, word in field.flatchoices)
            return _look_up(value, words, f"“{{}}”不在可选范围：{offered}")
        if field.is_relation:
            what = field.related_model._meta.verbose_name
            return _look_up(value, self.named, f"没有“{{}}”这个{what}，或有几个同名的，或不在您的管辖范围；请填写编码")
        for kind, read in READERS.items():
            if isinstance(field, kind):
                return read(value)
        return _day(value, ahead=not isinstance(field, EventDateField))

    def name_among(self, rows: Any, cells: Collection[str]) -> None:
        """Look up at once what the cells name among the rows that they may name."""
        columns = {one.name for one in rows.model._meta.concrete_fields}
        code = next((name for name in TELL if name in columns), "pk")
        codes = {spelling for cell in map(half_width, cells) for spelling in (cell, cell.upper())}
        keys = {*numbers(codes)} if code == "pk" else codes
        wanted = Q(**{f"{code}__in": keys})
        by_name = "name" in columns and code != "credit_code"  # organizations share names
        found = list(rows.filter(wanted | Q(name__in={*cells, *map(half_width, cells)}) if by_name else wanted))
        self.named = {half_width(str(getattr(row, code))): row for row in found}
        if by_name:
            same = Counter(half_width(row.name) for row in found)
            alone = {half_width(row.name): row for row in found if same[half_width(row.name)] == 1}
            self.named = alone | self.named


def _look_up(value: str, known: Mapping[str, Known], refusal: str) -> Known | None:
    """What a cell names, in either width and case of letters; the keys are half-width."""
    if is_blank(value):
        return None
    for spelling in (half_width(value), half_width(value).upper()):
        if spelling in known:
            return known[spelling]
    raise ValueError(refusal.format(value))


def _yes_no(value: str) -> bool | None:
    try:
        return read_yes_no(value)
    except CellProblem:
        raise ValueError(f"“{value}”不是“是”或“否”") from None


def _whole(value: str) -> int | None:
    text = half_width(value)
    if is_blank(text):
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError(f"“{value}”不是整数")
    return int(text)


def _time(value: str) -> time | None:
    text = half_width(value)
    if is_blank(text):
        return None
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        raise ValueError(f"“{value}”不是时间；请写成 18:30 这样") from None


def _day(value: str, *, ahead: bool) -> date | None:
    try:
        return read_date(value, latest=date.max if ahead else timezone.localdate())
    except CellProblem:
        raise ValueError(f"“{value}”不是日期{'' if ahead else '，或在今天之后'}；请写成 2026-12-31 这样") from None


READERS: Mapping[type[models.Field], Any] = {
    models.BooleanField: _yes_no,
    models.IntegerField: _whole,
    models.CharField: read_text,
    models.TimeField: _time,
}
