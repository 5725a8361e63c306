"""The timetable of a round, in which order its stages follow, and what may be given at each (rules §15). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from activities.rules.frequency import workday_after
from evaluations.rules.facts import Span
from evaluations.rules.formulas import HUNDREDTH, plain

LEAST_NOTICE = 5  # working days
SELF, STREET, DEPARTMENT, REVIEWED = "SELF", "STREET", "DEPARTMENT", "REVIEWED"
ROAD = (SELF, STREET, DEPARTMENT, REVIEWED)
LABELS = {SELF: "自评", STREET: "街道复核", DEPARTMENT: "组织部门审定"}


def times(year: int) -> tuple[Span, Span, Span]:
    """What is evaluated of a year: all of it, its first half, its second."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return Span(first, last), Span(first, date(year, 6, 30)), Span(date(year, 7, 1), last)


def half_before(on: date) -> Span:
    """The last half of a year that is over."""
    return next(half for year in (on.year, on.year - 1) for half in times(year)[:0:-1] if half.last < on)


def notice_until(on: date, days: int) -> date:
    """The last day of a 公示 that begins on a day: at least five working days after it."""
    return workday_after(on, max(days, LEAST_NOTICE))


def notice_days(on: date, until: date) -> int:
    """Of how many working days it is, without the one on which it begins."""
    return next(days for days in count() if workday_after(on, days) >= until)


def not_yet(stage: str, waits: str, until: Mapping[str, date], on: date) -> str:
    """Why a stage is not taken of an evaluation that waits at another; empty where it may be. Whoever let a stage pass is waited
    for no longer once its day is over."""
    if ROAD.index(waits) > ROAD.index(stage):
        return f"{LABELS[stage]}已经办过，不能再改"
    for earlier in ROAD[ROAD.index(waits) : ROAD.index(stage)]:
        if on <= until[earlier]:
            return f"还在等待{LABELS[earlier]}（截止 {until[earlier]}），办完或截止以后才能{LABELS[stage]}"
    return ""


@dataclass(frozen=True)
class Given:
    """What somebody gives for an item, and what he says of it."""

    points: Decimal | None
    text: str = ""


def outside(most: Decimal, points: Decimal) -> str:
    """Why points cannot be given for an item; empty where they can."""
    if not 0 <= points <= most:
        return f"须在 0 至 {plain(most)} 之间"
    return "" if points == points.quantize(HUNDREDTH) else "最多两位小数"


def unexplained(before: Decimal | None, given: Given) -> str:
    """Why a reason is asked for: `before` is what the stage before gave, nothing where it gave none or there is none."""
    if before is None or given.points == before or given.text.strip():
        return ""
    return f"与上一步的 {plain(before)} 分不同，请写明理由"


def against(name: str, most: Decimal, before: Decimal | None, given: Given) -> Iterator[str]:
    """Why it cannot stand."""
    if given.points is None:
        yield f"“{name}”还没有评分"
    elif why := outside(most, given.points) or unexplained(before, given):
        yield f"“{name}”的得分{why}"
