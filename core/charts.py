"""Charts drawn on the server as SVG: they print, need no script, and use classes instead of styles (strict CSP).

Every chart carries its figures as text for readers who cannot see it. Colours are not needed: a target is a thick line,
the pace of the year a dashed one. Charts that are compared share one scale, which the page names once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from core.rendering import drawn, drawn_each

Rate = Decimal | float | int | None
Points = Sequence[tuple[str, Rate]]
Scale = tuple[int, int]  # the percent at the foot of a chart and at its top

PICTURE = '<svg class="{}" viewBox="0 0 100 {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}</svg>'
RECT = '<rect class="{}" y="2" width="{}" height="8"/>'
PATH = '<path class="{}" d="{}"/>'
LINE = '<figure class="line">{}<figcaption><span>{} {}</span><span>{} {}</span></figcaption></figure>'
HEIGHT, STEP = 30, 5  # of a line's box, and the percent to which a scale is rounded


def bar(percent: Rate) -> SafeString:
    """A rate as a bar of a table row, from 0 to 100; nothing for an empty denominator."""
    return SafeString("") if percent is None else _bar("bar", percent, _said(percent), [])


def goal_bar(percent: Rate, target: Rate, pace: Rate = None) -> SafeString:
    """A rate from 0 to 100 against its target (a thick line) and the pace of the year (a dashed one)."""
    if percent is None:
        return SafeString("")
    marks = [(css, float(rate)) for css, rate in (("pace", pace), ("target", target)) if rate is not None]
    words = [_said(percent), *(f"{'目标' if css == 'target' else '序时'} {_said(rate)}" for css, rate in marks)]
    return _bar("goal", percent, "，".join(words), [(css, f"M{_within(rate)} 0V12") for css, rate in marks])


def scale_of(*series: Iterable[Rate]) -> Scale:
    """One scale for charts that are compared: what holds all their rates, in steps of 5."""
    rates = [float(rate) for rates in series for rate in rates if rate is not None] or [0.0, 100.0]
    low, high = (int(rate // STEP * STEP) for rate in (min(rates), max(rates)))
    return min(low, 100 - STEP), min(high + STEP, 100)


def sparkline(points: Points, goal: Rate = None, scale: Scale | None = None) -> SafeString:
    """Rates over time above a baseline, the goal as a thick line; first and last are written with their months.

    `points` are (month, rate); months without a rate are passed over. Without a `scale` the chart has its own.
    """
    known = [(index, label, float(rate)) for index, (label, rate) in enumerate(points) if rate is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = scale or scale_of([rate for *_, rate in known], [goal])

    def height(rate: float) -> str:
        return f"{HEIGHT - (HEIGHT - 2) * (rate - low) / (high - low):.1f}"

    step = 100 / (len(points) - 1)
    paths = [("base", f"M0 {HEIGHT}H100")]
    if goal is not None:
        paths.append(("target", f"M0 {height(float(goal))}H100"))
    paths.append(("", "M" + " ".join(f"{index * step:.1f},{height(rate)}" for index, _, rate in known)))
    (_, first, began), (_, last, ended) = known[0], known[-1]
    words = f"{first} {_said(began)} 至 {last} {_said(ended)}，纵轴 {low}%–{high}%"
    picture = drawn(PICTURE, "", HEIGHT, words, "", drawn_each(PATH, paths))
    return drawn(LINE, picture, first, _said(began), last, _said(ended))


def _bar(css: str, percent: Rate, words: str, marks: list[tuple[str, str]]) -> SafeString:
    rects = drawn_each(RECT, [("", 100), ("fill", _within(percent))])
    return drawn(PICTURE, css, 12, words, rects, drawn_each(PATH, marks))


def _said(percent: Rate) -> str:
    return f"{percent:.1f}%"


def _within(rate: Rate) -> float:
    return round(max(0.0, min(float(rate or 0), 100.0)), 2)
