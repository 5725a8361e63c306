"""The days of the demonstration: two years of closed months up to a month that is still open."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from core.months import YearMonth

CLOSED_MONTHS = 24
CLOSED_MONTHS_OF_MANY = 6  # a city of a size for measuring tells half a year


@dataclass(frozen=True)
class Calendar:
    """`today` and the closed months before it. Stage 0 is the end of the first of them, the last stage is today."""

    today: date
    closed: int = CLOSED_MONTHS

    @cached_property
    def months(self) -> tuple[YearMonth, ...]:
        """The closed months in order."""
        current = YearMonth.of(self.today)
        return tuple(current.plus(-back) for back in range(self.closed, 0, -1))

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The day at which each stage is looked at."""
        return (*(month.last_day for month in self.months), self.today)

    @property
    def start(self) -> date:
        """The day of stage 0: what happened until then is there from the beginning."""
        return self.days[0]

    @cached_property
    def begins(self) -> date:
        """The day from which on events are invented, as thick in a city that tells all months as in one that tells a few."""
        return YearMonth.of(self.today).plus(-CLOSED_MONTHS).last_day

    def stage(self, day: date) -> int:
        """The first stage that knows what happened on a day."""
        return 0 if day <= self.days[0] else min(bisect_left(self.days, day), len(self.days) - 1)

    def ago(self, days: int) -> date:
        """So many days before today."""
        return self.today - timedelta(days=days)
