"""What is due: for whom, until when, with which action. Apps declare kinds of duties in `due.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from core.registries import Registry
from core.scope import Scope


@dataclass(frozen=True)
class DueItem:
    """One line of a due list."""

    who: str
    what: str
    until: date | None
    url: str
    action: str


@dataclass(frozen=True)
class DueKind:
    """A kind of duty: `count` for the front page, `items` for its list (bounded by `limit`), `url` for all of them."""

    code: str
    name: str
    permission: str
    count: Callable[[Scope, date], int]
    items: Callable[[Scope, date, int], Iterable[DueItem]]
    url: str = ""


due_kinds: Registry[DueKind] = Registry()
