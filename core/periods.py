"""Rows that hold for a time: from their first day (`since`) until the day of their end (`until`), which is not theirs.

An end that lies ahead is no end yet: what hangs on such a row is open today. A row that ends on its first day never holds.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from core import writing
from core.days import PeriodDateField
from core.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User


def holding_on(day: date, of: str = "") -> Q:
    """That a row holds on a day: half-open [since, until). `of` leads to the row, as in `coverages__`."""
    return Q(**{f"{of}since__lte": day}) & (Q(**{f"{of}until": None}) | Q(**{f"{of}until__gt": day}))


def not_over(day: date) -> Q:
    """That a row holds on a day or begins later."""
    return Q(until=None) | Q(until__gt=day) & Q(until__gt=F("since"))


def over(row: Any, day: date) -> bool:
    """Whether a row has ended by a day: it neither holds on it nor later."""
    return row.until is not None and row.until <= max(day, row.since)


class PeriodQuerySet(ScopedQuerySet):
    def on(self, day: date) -> Self:
        return self.filter(holding_on(day))

    def during(self, first: date, last: date) -> Self:
        """Those that hold on some day of a time, both its days included."""
        return self.filter(not_over(first), since__lte=last)


class Period(models.Model):
    """What holds from a day until a day. A model with constraints of its own adds them to `Period.Meta.constraints`."""

    since = PeriodDateField("起始")
    until = PeriodDateField("终止", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="%(class)s_ends_after_start",
                violation_error_message="终止日期不能早于起始日期",
            )
        ]

    def end(self, *, by: User | None, until: date, action: str, on: date, reason: str = "") -> None:
        """Let it end on a day, not before its first one."""
        writing.change(by=by, record=self, values={"until": until}, action=action, reason=reason, on=on)

    def reopen(self, *, by: User | None, action: str, on: date, reason: str = "", until: date | None = None) -> None:
        """Let it go on, or until another day."""
        writing.change(by=by, record=self, values={"until": until}, action=action, reason=reason, on=on)
