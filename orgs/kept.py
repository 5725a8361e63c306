"""Columns of Party organizations that follow from rows of an app above, such as the secretary's name from the posts.

Where a Party organization has such rows they alone say it: its form and the lists of the Party tree do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from core.registries import Registry


@dataclass(frozen=True)
class KeptColumn:
    """A column, the rows that say it on a day (each has a `party_organization`), and what they are called."""

    code: str
    rows: Callable[[date], QuerySet]
    name: str


kept_columns: Registry[KeptColumn] = Registry()
