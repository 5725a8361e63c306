"""How figures, rates and dates are printed everywhere (pages.md, “How it looks”)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone

from core import charts, periods, rendering
from core.refusals import as_sentence

register = template.Library()

register.filter("sentence", as_sentence)
register.filter("listed_changes", rendering.listed_changes)
register.simple_tag(rendering.masked, name="masked_value")
register.simple_tag(charts.bar)
register.simple_tag(charts.goal_bar)
register.simple_tag(charts.sparkline)

DASH = "—"


@register.filter
def number(value: int | Decimal | None) -> str:
    """A figure with separators from four digits on; — when there is none."""
    return DASH if value is None or value == "" else f"{value:,}"


@register.filter
def signed(value: int | Decimal | None) -> str:
    """A change with its sign; 0 stands without one."""
    if value is None or value == "":
        return DASH
    return "0" if value == 0 else f"{value:+,}".replace("-", "−")


@register.filter
def percent(value: Decimal | float | None) -> str:
    """A rate that is already a percent, with one decimal; — for an empty denominator, never 0% or 100%."""
    return DASH if value is None or value == "" else f"{value:.1f}%"


@register.filter
def money(value: Decimal | None) -> str:
    """An amount in yuan with two decimals."""
    return DASH if value is None or value == "" else f"{value:,.2f}"


@register.filter
def over(row: Any) -> bool:
    """Whether a row has ended by today; an end that lies ahead is none yet."""
    return periods.over(row, timezone.localdate())


@register.filter
def iso(value: date | datetime | None) -> str:
    """A date as 2026-11-24, a moment as 2026-11-24 14:03 in local time; — when there is none."""
    if not value:
        return DASH
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"
