"""Cells of the dashboard, the worklists and checks that say more than a value."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from core import charts
from core.formats import DASH, iso, number, percent, signed
from core.rendering import drawn

LATE_AFTER = 90  # days


def unit_cell(row: Any, name: str) -> SafeString:
    """The name with category and area below it."""
    region = row.organization.region
    place = f" · {region.name}" if region else ""
    kind = row.get_category_display() or "待判定"
    return drawn('<a href="{}">{}</a>\n<small>{}{}</small>', row.url, name, kind, place)


def tick_cell(row: Any, key: int) -> SafeString:
    """A box for a start of several at once."""
    if not row.button:
        return SafeString("")
    return drawn(
        '<label class="tick"><input type="checkbox" name="unit" value="{}" form="bulk" aria-label="选择{}"></label>',
        key,
        row.organization.name,
    )


def days_cell(row: Any, days: int | None) -> SafeString:
    """How long, and whether that is too long."""
    if days is not None and days > LATE_AFTER:
        return drawn('<span class="late">{} 天 · 逾期</span>', number(days))
    return drawn("<span>{} 天</span>", number(days))


def responsible_cell(row: Any, names: str) -> SafeString:
    people = "<br>".join(drawn('<span class="tight">{}</span>', person) for person in row.line.responsible)
    return drawn("<span>{}</span>", SafeString(people or DASH))


def step_cell(row: Any, sentence: str) -> SafeString:
    """The next step, what was promised, and the button that starts it."""
    answer, button = row.line.answer, row.button
    answered = ""
    if answer:
        until = f"，{iso(answer.planned_by)} 前" if answer.planned_by else ""
        reason = f"；{answer.reason}" if answer.reason else ""
        answered = drawn("<br><small>已填报：{}{}{}</small>", answer.planned_form or "未定方式", until, reason)
    start = drawn('\n<a class="button small" href="{}">{}</a>', button.url, button.label) if button else ""
    return drawn("<span>{}{}</span>{}", sentence, answered, start)


def gap_cell(row: Any, missing: int | None) -> SafeString:
    """What is missing in a row of the dashboard, with its list where there is anything."""
    link = '<a class="due" href="{}">{}</a>'
    return drawn(link, row.to["gap"], number(missing)) if missing else SafeString(number(missing))


def rate_cell(row: Any, rate: Any) -> SafeString:
    return drawn("{}<span>{}</span>", charts.bar(rate), percent(rate))


def change_cell(row: Any, change: int | None) -> SafeString:
    return SafeString(signed(change))
