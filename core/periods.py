"""Rows that hold for a time: from their first day (`since`) until the day of their end (`until`), which is not theirs.

An end that lies ahead is no end yet: what hangs on such a row is open today. A row that ends on its first day never holds.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q


def holding_on(day: date, of: str = "") -> Q:
    """That a row holds on a day: half-open [since, until). `of` leads to the row, as in `coverages__`."""
    return Q(**{f"{of}since__lte": day}) & (Q(**{f"{of}until": None}) | Q(**{f"{of}until__gt": day}))


def not_over(day: date, of: str = "") -> Q:
    """That a row holds on a day or begins later."""
    ahead = Q(**{f"{of}until__gt": day}) & Q(**{f"{of}until__gt": F(f"{of}since")})
    return Q(**{f"{of}until": None}) | ahead


def over(row: Any, day: date) -> bool:
    """Whether a row has ended by a day: it neither holds on it nor later."""
    return row.until is not None and row.until <= max(day, row.since)
