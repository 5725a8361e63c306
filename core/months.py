"""A month as a value. Months order, add and print; what happens in them is for the apps above."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class YearMonth:
    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"月份 {self.month} 不在 1 至 12 之间")

    @classmethod
    def of(cls, day: date) -> YearMonth:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> YearMonth:
        """Read `YYYY-MM`; raises ValueError with a Chinese sentence."""
        found = re.fullmatch(r"([1-9]\d{3})-(\d{2})", text, re.ASCII)
        if found is None:
            raise ValueError(f"“{text}”不是月份，请写成 2026-11 这样")
        return cls(int(found[1]), int(found[2]))

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> YearMonth:
        """The month so many months later, or earlier when negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return YearMonth(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of a shorter month."""
    month = YearMonth.of(day).plus(-months)
    return min(month.first_day + timedelta(days=day.day - 1), month.last_day)
