"""When a visit is due (Opinion 二-1, rules §5: at least one a quarter). Pure."""

from __future__ import annotations

from datetime import date, timedelta

QUARTER_DAYS = 92  # the longest quarter


def interval_days(visits_per_quarter: int) -> int:
    """How many days may lie between two visits."""
    return QUARTER_DAYS // max(visits_per_quarter, 1)


def due_on(*, assigned_on: date, visited_on: date | None, visits_per_quarter: int) -> date:
    """The last day for the next visit: counted from the newest visit since the assignment, else from its first day."""
    begins = max(assigned_on, visited_on) if visited_on else assigned_on
    return begins + timedelta(days=interval_days(visits_per_quarter))
