"""What hangs on a Party organization or an organization, and how it is handed over when two become one.

The apps above add theirs in a file `handover.py`; services of `orgs` ask here without importing them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Model

from accounts.models import User
from core.audit_words import name_keys
from core.registries import Registry


@dataclass(frozen=True)
class Handover:
    """Everything needed to move rows from one holder to another, all by ids.

    `move` writes history and audit of its own rows in the caller's transaction and returns the ids moved.
    """

    by: User | None
    source_id: int
    target_id: int
    since: date  # the day from which it counts
    on: date  # today
    reason: str


@dataclass(frozen=True)
class Dependant:
    """A kind of row that hangs on a holder."""

    code: str
    name: str
    model: type[Model]
    move: Callable[[Handover], list[int]]
    give_back: Callable[[Handover, list[int]], None] | None = None  # undo of `move`; None where nothing can be undone
    # rows that hang on the holder with this id and are not over on a day, with their measure word: they keep a Party
    # organization from being dissolved
    count: Callable[[int, date], int] = lambda holder, on: 0
    unit: str = "条"
    # what becomes of them when a Party organization is dissolved; None: they keep it from that
    dissolve: Callable[[Handover], object] | None = None

    def __post_init__(self) -> None:
        """The entry of a merge says under the code which rows went along."""
        name_keys({self.code: self.name})


party_dependants: Registry[Dependant] = Registry()
organization_dependants: Registry[Dependant] = Registry()
