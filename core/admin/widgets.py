"""What a cell of a small table says, and how it is written. `clean` gives None for a word that stands for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.utils import timezone
from import_export.widgets import Widget

from core.cells import CellProblem, half_width, is_blank, read_date, read_text, read_yes_no
from core.pages import number

Known = TypeVar("Known")


def look_up(value: Any, known: Mapping[str, Known], refusal: str) -> Known | None:
    """What a cell names, in either width of letters and signs (the keys are `half_width`); None for a word that stands for
    nothing. Raises ValueError: the refusal about the text."""
    text = str(value or "").strip()
    if is_blank(text):
        return None
    if half_width(text) not in known:
        raise ValueError(refusal.format(text))
    return known[half_width(text)]


class TextWidget(Widget):
    """A text on one line."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """The stored value."""
        return read_text(value)


class ScopedWidget(Widget):
    """A foreign key by code or by a name that only one row has, among the rows that the scope may see."""

    def __init__(self, what: str, *, code: str = "code", name: str = "name") -> None:
        super().__init__()
        self.what, self.code, self.name = what, code, name
        self.found: dict[str, models.Model] = {}

    def choose_from(self, rows: Iterable[models.Model]) -> None:
        """Read at once what the cells of a table may name."""
        self.found = {}
        names: dict[str, list[models.Model]] = {}
        for row in rows:
            self.found[half_width(str(getattr(row, self.code)))] = row
            names.setdefault(half_width(str(getattr(row, self.name))), []).append(row)
        for label, same in names.items():
            if len(same) == 1:
                self.found.setdefault(label, same[0])

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> models.Model | None:
        """The row that the cell names."""
        refusal = f"没有“{{}}”这个{self.what}，或有几个同名的，或不在您的管辖范围；请填写编码"
        return look_up(value, self.found, refusal)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Its name."""
        return str(value or "")


class Autocomplete(AutocompleteSelect):
    """Django's, which fails on the form that it shows again when what was sent is no id."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """The chosen options; those that can be none are left out."""
        return super().optgroups(name, [one for one in value if not one or number(str(one)) is not None], attrs)


class ChoiceWidget(Widget):
    """A choice by its Chinese label."""

    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        super().__init__()
        self.labels = {str(value): str(label) for value, label in choices}
        self.values = {half_width(label): value for value, label in self.labels.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """The stored value."""
        return look_up(value, self.values, f"“{{}}”不在可选范围：{'、'.join(self.labels.values())}")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The label."""
        return self.labels.get(str(value), str(value or ""))


class YesNoWidget(Widget):
    """是 or 否, in the spellings of all lists."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        """The stored value."""
        try:
            return read_yes_no(value)
        except CellProblem:
            raise ValueError(f"“{value}”不是“是”或“否”") from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The word."""
        return "是" if value else "否"


class WholeWidget(Widget):
    """A whole number."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        """The stored value."""
        text = half_width(str(value)).strip()
        if is_blank(text):
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise ValueError(f"“{value}”不是整数")
        return int(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """The number."""
        return "" if value is None else value


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
                f"“{value}”不是日期{'' if self.ahead else '，或在今天之后'}；请写成 2026-12-31 这样"
            ) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """As lists show it."""
        return value.isoformat() if value else ""
