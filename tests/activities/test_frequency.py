"""Which activities are due of a branch, by when, and in which words (支部条例; Opinion 三-3)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.rules.frequency import Branch, due_in, often, period, workday_after
from core.months import YearMonth

INTERVALS = {
    "ANY": 1, "THEME_DAY": 1, "CONGRESS": 3, "COMMITTEE": 1, "GROUP": 1, "LECTURE": 3, "TALK": 12, "LIFE_MEETING": 12,
    "APPRAISAL": 12,
}  # fmt: skip
PLAIN = Branch()
FIRST, SECOND = (7, "一组"), (8, "二组")
ALWAYS = {"ANY", "THEME_DAY", "CONGRESS", "LECTURE", "TALK", "LIFE_MEETING", "APPRAISAL"}


def due(branch: Branch = PLAIN, month: str = "2026-11", **intervals: int) -> list:
    return list(due_in(branch, YearMonth.parse(month), intervals=INTERVALS | intervals, filing_workdays=3))


@pytest.mark.parametrize(
    ("branch", "kinds"),
    [
        (Branch(), ALWAYS),
        (Branch(committee=True), ALWAYS | {"COMMITTEE"}),
        (Branch(groups=(FIRST,)), ALWAYS | {"GROUP"}),
        (Branch(term_ends_on=date(2026, 3, 1)), ALWAYS | {"ELECTION"}),
        (Branch(term_ends_on=date(2027, 3, 1)), ALWAYS),
        (Branch(established_on=date(2026, 10, 31)), ALWAYS),
        (Branch(established_on=date(2026, 11, 1)), ALWAYS - {"ANY", "THEME_DAY"}),
        (Branch(established_on=date(2026, 12, 1)), set()),
    ],
    ids=["plain", "committee", "group", "term-ends", "term-goes-on", "old-enough", "set-up-this-month", "just-set-up"],
)
def test_what_is_due_follows_from_committee_groups_term_and_founding(branch, kinds):
    assert {one.kind for one in due(branch)} == kinds


@pytest.mark.parametrize(
    ("month", "interval", "first", "last"),
    [
        ("2026-11", 1, "2026-11", "2026-11"),
        ("2026-11", 3, "2026-10", "2026-12"),
        ("2026-10", 3, "2026-10", "2026-12"),
        ("2026-09", 3, "2026-07", "2026-09"),
        ("2026-01", 12, "2026-01", "2026-12"),
        ("2026-12", 5, "2026-11", "2026-12"),
    ],
)
def test_periods_begin_in_january_and_end_with_the_year(month, interval, first, last):
    assert period(YearMonth.parse(month), interval) == (YearMonth.parse(first), YearMonth.parse(last))


@given(st.integers(2000, 2100), st.integers(1, 12), st.integers(1, 12))
def test_every_month_lies_in_its_period_and_periods_do_not_overlap(year, month, interval):
    first, last = period(YearMonth(year, month), interval)
    assert first <= YearMonth(year, month) <= last
    assert period(first, interval) == period(last, interval) == (first, last)
    assert last.month == 12 or period(last.plus(1), interval)[0] == last.plus(1)


@pytest.mark.parametrize(
    ("day", "workdays", "expected"),
    [
        (date(2026, 11, 30), 3, date(2026, 12, 3)),  # a Monday
        (date(2026, 11, 27), 3, date(2026, 12, 2)),  # over a weekend
        (date(2026, 9, 30), 3, date(2026, 10, 12)),  # over 国庆节
        (date(2026, 4, 30), 3, date(2026, 5, 8)),  # over 劳动节
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over 元旦 and a weekend
        (date(2026, 11, 30), 0, date(2026, 11, 30)),
    ],
)
def test_working_days_pass_over_weekends_and_fixed_holidays(day, workdays, expected):
    assert workday_after(day, workdays) == expected


def test_a_kind_that_is_not_asked_for_is_not_due_and_words_follow_the_interval():
    found = {one.kind: one for one in due(CONGRESS=0, LECTURE=6)}
    assert "CONGRESS" not in found
    assert (found["LECTURE"].begins_on, found["LECTURE"].ends_on) == (date(2026, 7, 1), date(2026, 12, 31))
    assert found["LECTURE"].why == "党课一般每半年一次"
    assert often(4) == "每 4 个月"


def test_each_duty_says_why_by_when_and_for_which_group():
    branch = Branch(committee=True, groups=(FIRST, SECOND), units=4, term_ends_on=date(2026, 12, 20))
    found = {(one.kind, one.group): one for one in due(branch)}
    assert found["COMMITTEE", None].why == "有支委会，故每月应召开支部委员会会议"
    assert found["GROUP", 8].why == "设有党小组“二组”，故每月应召开党小组会"
    assert found["ANY", None].why.endswith("故每月至少应有一次活动；联合党支部统一填报，4 家单位都计入")
    assert found["ELECTION", None].why == "任期于 2026-12-20 届满，应换届选举"
    assert found["CONGRESS", None].due_on == date(2027, 1, 6)
    assert len(found) == len(ALWAYS) + 4
