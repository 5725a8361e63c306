"""Charts drawn on the server as SVG: they print, need no script, and use classes instead of styles (strict CSP).

Every chart carries its figures as text for readers who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Rate = Decimal | float | int | None

BAR = '<svg class="{}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
RECT = '<rect class="{}" x="{}" width="{}" height="8"/>'
SPARK = (
    '<svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label="{}"><title>{}</title>'
    "{}{}</svg>"
)
POINTS = '<polyline class="{}" points="{}"/>'


def bar(percent: Rate) -> SafeString:
    """A rate as a bar of a table row; nothing for an empty denominator."""
    if percent is None:
        return SafeString("")
    rects = format_html_join("", RECT, (("", 0, 100), ("fill", 0, _within(percent))))
    return format_html(BAR, "bar", f"{percent:.1f}%", rects)


def goal_bar(percent: Rate, target: Rate, pace: Rate = None) -> SafeString:
    """A rate against its goal: the goal is a line across the bar, the pace of the year a thinner one."""
    if percent is None:
        return SafeString("")
    rects: list[tuple[str, float, float]] = [("", 0, 100), ("fill", 0, _within(percent))]
    words = f"{percent:.1f}%"
    if pace is not None:
        rects.append(("pace-line", _within(pace, 0.5), 0.5))
        words += f"，序时 {pace:.1f}%"
    if target is not None:
        rects.append(("mark-line", _within(target, 1), 1))
        words += f"，目标 {target:.1f}%"
    return format_html(BAR, "goal", words, format_html_join("", RECT, rects))


def sparkline(points: Sequence[tuple[str, Rate]], goal: Rate = None) -> SafeString:
    """Rates over time with the goal as a dashed line. `points` are (label, rate); months without a rate are gaps."""
    known = [(index, float(rate)) for index, (_, rate) in enumerate(points) if rate is not None]
    if len(known) < 2:
        return SafeString("")
    levels = [rate for _, rate in known] + ([float(goal)] if goal is not None else [])
    low, high = min(levels), max(levels)
    span = high - low or 1

    def height(rate: float) -> str:
        return f"{28 - 26 * (rate - low) / span:.1f}"

    step = 100 / (len(points) - 1)
    line = " ".join(f"{index * step:.1f},{height(rate)}" for index, rate in known)
    first, last = points[known[0][0]], points[known[-1][0]]
    words = f"{first[0]} {first[1]:.1f}% 至 {last[0]} {last[1]:.1f}%"
    goal_line = SafeString("")
    if goal is not None:
        at = height(float(goal))
        goal_line = format_html(POINTS, "goal-line", f"0,{at} 100,{at}")
    return format_html(SPARK, words, words, goal_line, format_html(POINTS, "line", line))


def _within(rate: Rate, width: float = 0) -> float:
    return round(max(0.0, min(float(rate or 0), 100.0 - width)), 2)
