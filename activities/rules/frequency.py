"""Which activities are due of a branch, from when until when, and why (支部条例; Opinion 三-3). Pure.

An interval says every how many months a kind is due, counted from January: 1 monthly, 3 quarterly, 12 yearly, 0 not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.months import YearMonth

SATURDAY = 5
WORDS = {1: "每月", 2: "每两个月", 3: "每季度", 6: "每半年", 12: "每年"}
SENTENCES = {
    "ANY": "党的组织生活原则上每月安排一次，故{often}至少应有一次活动",
    "CONGRESS": "支部党员大会一般{often}召开一次",
    "COMMITTEE": "有支委会，故{often}应召开支部委员会会议",
    "GROUP": "设有党小组“{group}”，故{often}应召开党小组会",
    "LECTURE": "党课一般{often}一次",
    "THEME_DAY": "主题党日{often}相对固定一天",
    "LIFE_MEETING": "组织生活会{often}至少召开一次",
    "APPRAISAL": "民主评议党员一般{often}进行一次",
    "TALK": "委员之间、委员和党员之间、党员之间{often}一般谈心谈话不少于一次",
}
JOINT = "；联合党支部统一填报，{units} 家单位都计入"


@dataclass(frozen=True)
class Branch:
    """What the duties of a branch depend on."""

    committee: bool = False
    groups: tuple[tuple[int, str], ...] = ()  # id and name
    units: int = 0  # that a joint branch covers; 0 of any other
    established_on: date | None = None
    term_ends_on: date | None = None


@dataclass(frozen=True)
class Due:
    """One thing that is due; it stands in the month of its last day."""

    kind: str
    begins_on: date
    ends_on: date
    due_on: date
    why: str
    group: int | None = None


def period(month: YearMonth, interval: int) -> tuple[YearMonth, YearMonth]:
    """The first and last month of the stretch of so many months in which a month lies; December ends the last one."""
    first = YearMonth(month.year, (month.month - 1) // interval * interval + 1)
    return first, YearMonth(month.year, min(first.month + interval - 1, 12))


def workday_after(day: date, days: int) -> date:
    """The working day so many working days later: Monday to Friday without 元旦、劳动节、国庆节. Movable holidays are for the
    department, which puts off the day of the month that they meet."""
    while days:
        day += timedelta(days=1)
        holiday = (
            (day.month, day.day) == (1, 1) or (day.month == 5 and day.day <= 5) or (day.month == 10 and day.day <= 7)
        )
        days -= day.weekday() < SATURDAY and not holiday
    return day


def due_in(branch: Branch, month: YearMonth, *, intervals: Mapping[str, int], filing_workdays: int) -> Iterator[Due]:
    """What is due of a branch in the periods that a month lies in. A branch that was set up in the last month of a period
    begins with the next one."""
    for kind, interval in intervals.items():
        if not interval or (kind == "COMMITTEE" and not branch.committee):
            continue
        first, last = period(month, min(interval, 12))
        if branch.established_on and branch.established_on >= last.first_day:
            continue
        until = workday_after(last.last_day, filing_workdays)
        for group, name in branch.groups if kind == "GROUP" else ((None, ""),):
            why = SENTENCES[kind].format(often=often(interval), group=name)
            if kind == "ANY" and branch.units:
                why += JOINT.format(units=branch.units)
            yield Due(kind, first.first_day, last.last_day, until, why, group)
    if branch.term_ends_on and branch.term_ends_on.year == month.year:
        ends = branch.term_ends_on
        why = f"任期于 {ends} 届满，应换届选举"
        yield Due("ELECTION", date(ends.year, 1, 1), ends, workday_after(ends, filing_workdays), why)


def often(interval: int) -> str:
    """How often, in words."""
    return WORDS.get(interval, f"每 {interval} 个月")
