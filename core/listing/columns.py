"""A column: what stands in it on the screen, and what in the workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ningju import DASH, iso, number, percent

NUMBER, PERCENT, DATE, TEXT, NAME, WORDS = "number", "percent", "date", "text", "name", "words"


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `value` is a dotted way from the row, or a function of it. `link` gives the address behind the value. `template` draws
    the cell where plain text is not enough (it gets `row` and `value`). `order` is the code of the order that the header
    offers. `screen` and `export` say where the column stands.
    """

    header: str
    value: str | Callable[[Any], Any]
    kind: str = TEXT
    link: Callable[[Any], str] | None = None
    template: str = ""
    order: str = ""
    screen: bool = True
    export: bool = True

    @property
    def css(self) -> str:
        """The classes of its cells."""
        return {NUMBER: "num", PERCENT: "num", DATE: "tight", NAME: "name", WORDS: "words"}.get(self.kind, "")

    def read(self, row: Any) -> Any:
        """The value as it is: what the workbook gets."""
        if callable(self.value):
            return self.value(row)
        found = row
        for name in self.value.split("."):
            if found is None:
                return None
            found = getattr(found, name)
        return found

    def cell(self, row: Any) -> SafeString:
        """The cell as it is shown."""
        value = self.read(row)
        if self.template:
            return SafeString(render_to_string(self.template, {"row": row, "value": value}))
        text = self._printed(value)
        url = self.link(row) if self.link else ""
        return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)

    def _printed(self, value: Any) -> str:
        if value is None or value == "":
            return DASH
        if self.kind == PERCENT:
            return percent(value)
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, (date, datetime)):
            return iso(value)
        return number(value) if isinstance(value, (int, Decimal)) else str(value)
