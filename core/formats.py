"""How figures, rates and dates are printed everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

DASH = "—"


class Yuan(Decimal):
    """An amount in 元: it prints with its fen and its unit, and is a number in a workbook."""

    def __sub__(self, other: Decimal | int) -> Yuan:
        return Yuan(super().__sub__(other))


def number(value: int | Decimal | None) -> str:
    """A figure with separators from four digits on, an amount as 1,234.50 元; — when there is none."""
    if isinstance(value, Yuan):
        return f"{value:,.2f} 元"
    return DASH if value is None or value == "" else f"{value:,}"


def signed(value: int | Decimal | None) -> str:
    """A change with its sign; 0 stands without one."""
    if value is None or value == "":
        return DASH
    return "0" if value == 0 else f"{value:+,}".replace("-", "−")


def some(names: Sequence[object], *, most: int, unit: str = "", between: str = "、") -> str:
    """The first of some names, and that there are more; how many in all where a `unit` counts them."""
    more = f"等 {len(names):,} {unit}" if unit else "等"
    return between.join(map(str, names[:most])) + (more if len(names) > most else "")


def percent(value: Decimal | float | None) -> str:
    """A rate that is already a percent, with one decimal; — for an empty denominator, never 0% or 100%."""
    return DASH if value is None or value == "" else f"{value:.1f}%"


def iso(value: date | datetime | None) -> str:
    """A date as 2026-11-24, a moment as 2026-11-24 14:03 in local time; — when there is none."""
    if not value:
        return DASH
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"
