"""What is due: for whom, until when, with which action. Apps declare kinds of duties in `due.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, F, QuerySet, Value
from django.db.models.functions import Cast

from core.parameters import values_on
from core.registries import Registry
from core.scope import Scope, narrowed


@dataclass(frozen=True)
class DueItem:
    who: str
    what: str
    until: date | None
    url: str
    action: str


@dataclass(frozen=True)
class DueKind:
    """A kind of duty. `rows` are all of them, the most urgent first, with all that `items` needs to tell some of them in words;
    `until` is the lookup of the day of each (empty: all are late), or of the day after which it may take so many days as the
    parameter `within` says, which is then the `act_by` of each; `url` lists all of them."""

    code: str
    name: str
    permission: str
    rows: Callable[[Scope, date], QuerySet]
    until: str
    items: Callable[[Iterable[Any], Scope, date], Iterable[DueItem]]
    url: str
    within: str = ""

    def days(self, on: date) -> timedelta:
        """How long after the day in `until` each is due."""
        return timedelta(days=int(values_on(on)[self.within]) if self.within else 0)

    def of(self, scope: Scope, on: date) -> QuerySet:
        rows = narrowed(self.rows(scope, on), scope)
        if not self.within:
            return rows
        return rows.annotate(act_by=Cast(F(self.until) + Value(self.days(on)), DateField()))


due_kinds: Registry[DueKind] = Registry()


def may_have_due(scope: Scope) -> bool:
    """Whether anything can ever be due of the reader."""
    return any(scope.may(kind.permission) for kind in due_kinds)


def due_by(permission: str, scope: Scope, on: date) -> list[DueItem]:
    """What is due of whoever holds one permission, for the page of that work."""
    kinds = [kind for kind in due_kinds if kind.permission == permission]
    return [item for kind in kinds for item in kind.items(kind.of(scope, on), scope, on)]
