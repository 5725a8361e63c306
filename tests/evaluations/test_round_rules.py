"""The timetable of a round at each boundary: its time, its 公示, who is waited for until when, and which points stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from evaluations.rules.facts import Fact, Record, Span
from evaluations.rules.rounds import Given, against, half_before, not_yet, notice_until, times

UNTIL = {"SELF": date(2026, 7, 10), "STREET": date(2026, 7, 20), "DEPARTMENT": date(2026, 7, 30)}


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ((2026, 1, 1), (2026, 12, 31), True), ((2026, 1, 1), (2026, 6, 30), True), ((2026, 7, 1), (2026, 12, 31), True),
        ((2026, 7, 1), (2027, 6, 30), False), ((2026, 1, 1), (2026, 6, 29), False), ((2026, 1, 2), (2026, 6, 30), False),
        ((2026, 4, 1), (2026, 9, 30), False), ((2026, 1, 1), (2027, 12, 31), False), ((2026, 7, 1), (2026, 7, 31), False),
        ((2025, 7, 1), (2026, 6, 30), False),
    ],
)  # fmt: skip
def test_a_round_is_of_a_year_or_of_a_half(first: tuple[int, ...], last: tuple[int, ...], whole: bool) -> None:
    assert (Span(date(*first), date(*last)) in times(first[0])) == whole


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2026, 6, 30), "2025 年下半年"), (date(2026, 7, 1), "2026 年上半年"), (date(2026, 12, 31), "2026 年上半年"),
        (date(2027, 1, 1), "2026 年下半年"),
    ],
)  # fmt: skip
def test_a_half_is_over_the_day_after_its_last(on: date, name: str) -> None:
    assert half_before(on).name == name


@pytest.mark.parametrize(
    ("on", "days", "until"),
    [
        ((2026, 12, 1), 5, (2026, 12, 8)),  # a Tuesday, over a weekend
        ((2026, 12, 4), 5, (2026, 12, 11)),
        ((2026, 12, 5), 5, (2026, 12, 11)),  # a Saturday
        ((2026, 12, 1), 3, (2026, 12, 8)),  # never fewer
        ((2026, 12, 1), 7, (2026, 12, 10)),
        ((2026, 9, 30), 5, (2026, 10, 14)),  # 国庆节
    ],
)
def test_a_result_is_public_for_five_working_days(on: tuple[int, ...], days: int, until: tuple[int, ...]) -> None:
    assert notice_until(date(*on), days) == date(*until)


@pytest.mark.parametrize(
    ("stage", "waits", "day", "why"),
    [
        ("SELF", "SELF", 31, ""), ("SELF", "STREET", 1, "已经办过"), ("SELF", "REVIEWED", 1, "已经办过"),
        ("STREET", "SELF", 10, "还在等待自评"), ("STREET", "SELF", 11, ""), ("STREET", "STREET", 1, ""),
        ("STREET", "DEPARTMENT", 31, "已经办过"), ("DEPARTMENT", "SELF", 10, "还在等待自评"),
        ("DEPARTMENT", "SELF", 20, "还在等待街道复核"), ("DEPARTMENT", "SELF", 21, ""), ("DEPARTMENT", "STREET", 20, "还在等待街道复核"),
        ("DEPARTMENT", "STREET", 21, ""), ("DEPARTMENT", "DEPARTMENT", 1, ""), ("DEPARTMENT", "REVIEWED", 1, "已经办过"),
    ],
)  # fmt: skip
def test_who_is_late_is_waited_for_until_the_deadline(stage: str, waits: str, day: int, why: str) -> None:
    found = not_yet(stage, waits, UNTIL, date(2026, 7, day))
    assert why in found
    assert bool(found) == bool(why)


@pytest.mark.parametrize(
    ("before", "points", "text", "why"),
    [
        (None, "4", "", ""), (None, "0", "", ""), (None, None, "", "还没有评分"), (None, "4.01", "", "0 至 4"),
        (None, "-0.01", "", "0 至 4"), (None, "1.25", "", ""), (None, "1.255", "", "两位小数"), ("4", "4.00", "", ""),
        ("4", "3.99", "", "写明理由"), ("4", "3.99", " ", "写明理由"), ("4", "3.99", "少一份", ""),
    ],
)  # fmt: skip
def test_points_stand_between_nothing_and_all_with_a_reason(
    before: str | None, points: str | None, text: str, why: str
) -> None:
    given = Given(None if points is None else D(points), text)
    found = [*against("1.3 双向进入", D(4), None if before is None else D(before), given)]
    assert [why in one for one in found] == ([True] if why else [])


@pytest.mark.parametrize(
    "fact",
    [
        Fact("到期 5 项，按时 3 项", counted=3, of=5), Fact("0 件", value=0), Fact(unknown="没有登记"), Fact(excluded="没有单位"),
        Fact("书记在任", faults={"secretary": 0, "overdue": 1}), Fact("学时", counted=D("27.5"), of=D(16)),
    ],
)  # fmt: skip
def test_a_fact_is_the_same_from_what_was_kept(fact: Fact) -> None:
    again = Fact.of_kept(fact.kept([Record("一份记录", "activities.activityrecord", 1)]))
    assert again == fact
    assert again.known == fact.known
