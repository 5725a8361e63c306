"""Arithmetic of targets: where a year should stand today, what is missing, what is needed a month. Pure.

The Opinion (二-1) sets goals for 3–5 years; a department cuts them into yearly targets. 序时进度 is the straight line
from where the year began to where it must end.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from core.months import YearMonth

FAR = 60  # months ahead of which nothing is foretold


@dataclass(frozen=True)
class Pace:
    """How a rate stands against its yearly target. Units are organizations."""

    target: Decimal  # percent, at the end of the year
    expected: Decimal | None  # percent, today on the straight line; None when the year's beginning is unknown
    behind: int  # units missing to the line today, 0 when on it
    missing: int  # units missing to the target
    monthly: int  # units needed each month from this one to December

    @property
    def reached(self) -> bool:
        """Whether the target is met already."""
        return self.missing == 0


def pace(*, numerator: int, denominator: int, target: Decimal, start: Decimal | None, on: date) -> Pace:
    """Set a rate against the target of the year of `on`; `start` is the rate at the end of the year before (percent)."""
    missing = _short(target, numerator, denominator)
    months_left = 13 - on.month
    expected = None if start is None else on_line(start=start, target=target, on=on)
    behind = 0 if expected is None else _short(expected, numerator, denominator)
    return Pace(target, expected, behind, missing, -(-missing // months_left))


def forecast(rates: Sequence[Decimal | None], *, target: Decimal | None, on: date) -> YearMonth | None:
    """The month in which a rate reaches its target if it goes on as over these months, the last being now; None when it is
    there, does not rise, or would take more than FAR months."""
    known = [(place, rate) for place, rate in enumerate(rates) if rate is not None]
    if target is None or len(known) < 2 or known[-1][0] != len(rates) - 1:
        return None
    (since, first), (until, now) = known[0], known[-1]
    risen = now - first
    if now >= target or risen <= 0:
        return None
    months = ((target - now) * (until - since) / risen).to_integral_value(ROUND_CEILING)
    return YearMonth.of(on).plus(int(months)) if months <= FAR else None


def on_line(*, start: Decimal, target: Decimal, on: date) -> Decimal:
    """The percent that the straight line of the year has reached at the end of a day, one decimal.

    A year that began above its target has nothing to climb: the line stays at the target.
    """
    days = 366 if calendar.isleap(on.year) else 365
    share = Decimal(on.timetuple().tm_yday) / days
    return (min(start, target) + (target - min(start, target)) * share).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _short(percent: Decimal, numerator: int, denominator: int) -> int:
    """How many units more would bring numerator / denominator to the percent."""
    needed = int((percent * denominator / 100).to_integral_value(ROUND_CEILING))
    return max(0, needed - numerator)
