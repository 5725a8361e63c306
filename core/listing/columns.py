"""A column: what stands in it on the screen, and what in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from core.formats import DASH, iso, number, percent
from core.scope import Scope

Reached = Mapping[str, Collection[Any]]  # foreign key → keys of the records behind it that the reader may open
NUMBER, PERCENT, DATE, TEXT, NAME, WORDS, PICK = "number", "percent", "date", "text", "name", "words", "pick"
KEY = "key"  # text that a phone shows beside the name, where it would show the first number


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `value` is a dotted way from the row, or a function of it. `link` gives the address behind the value. `html` draws
    the cell where plain text is not enough: plain Python, since a template a cell is most of the time of a page. `order` is the code of the order that the header
    offers, with `-` where the value falls as its first key rises. `screen` and `export` say where the column stands. A link that leads to another record names in `to` the
    foreign key that it follows: whoever may see the row may not always open that record, and then gets its name alone.
    """

    header: str
    value: str | Callable[[Any], Any]
    kind: str = TEXT
    link: Callable[[Any], str] | None = None
    to: str = ""
    html: Callable[[Any, Any], SafeString] | None = None  # of the row and the value
    order: str = ""
    screen: bool = True
    export: bool = True

    @property
    def css(self) -> str:
        return {NUMBER: "num", PERCENT: "num", DATE: "tight", NAME: "name", WORDS: "words", PICK: "pick", KEY: KEY}.get(
            self.kind, ""
        )

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

    def cell(self, row: Any, reached: Reached) -> SafeString:
        """The cell as it is shown to whoever may open the records in `reached`."""
        value = self.read(row)
        if self.html:
            return self.html(row, value)
        text = escape(self._printed(value))
        opens = not self.to or getattr(row, f"{self.to}_id") in reached[self.to]
        url = self.link(row) if self.link and opens else ""
        return SafeString(f'<a href="{escape(url)}">{text}</a>') if url else SafeString(text)

    @cached_property
    def _opening(self) -> str:
        return f'<td class="{self.css}" data-label="{escape(self.header)}">'

    def drawn(self, row: Any, reached: Reached) -> str:
        """The cell with the element around it."""
        return f"{self._opening}{self.cell(row, reached)}</td>"

    def _printed(self, value: Any) -> str:
        if value is None or value == "":
            return DASH
        if self.kind == PERCENT:
            return percent(value)
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, (date, datetime)):
            return iso(value)
        separated = isinstance(value, (int, Decimal)) and self.kind != DATE  # a year is a date, not 2,026
        return number(value) if separated else str(value)


def reached_by(scope: Scope, columns: Iterable[Column], rows: Sequence[Any]) -> Reached:
    """What the scope may open of the records that the columns lead to. One query for each foreign key."""
    found: dict[str, Collection[Any]] = {}
    for name in {column.to for column in columns if column.to and rows}:
        model = rows[0]._meta.get_field(name).related_model
        keys = {getattr(row, f"{name}_id") for row in rows} - {None}
        found[name] = set(model._default_manager.within(scope).filter(pk__in=keys).values_list("pk", flat=True))
    return found
