"""序时进度: the straight line of a year, what is missing to it, and what each month must bring."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.months import YearMonth
from reports.rules import forecast, on_line, pace


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 12, 31), Decimal("95.0")),
        (date(2026, 1, 1), Decimal("85.0")),
        (date(2026, 7, 2), Decimal("90.0")),
        (date(2028, 12, 31), Decimal("95.0")),
    ],
    ids=["ends at the target", "begins where the old year ended", "half a year, half the way", "leap year"],
)
def test_the_line_runs_from_last_year_s_end_to_the_target(on: date, expected: Decimal) -> None:
    assert on_line(start=Decimal(85), target=Decimal(95), on=on) == expected


def test_a_year_that_began_above_its_target_has_nothing_to_climb() -> None:
    assert on_line(start=Decimal(99), target=Decimal(95), on=date(2026, 3, 1)) == Decimal("95.0")


def test_a_target_says_what_is_behind_what_is_missing_and_what_a_month_needs() -> None:
    found = pace(
        numerator=1121, denominator=1284, target=Decimal(95), start=Decimal(85), on=date(2026, 11, 24)
    )  # the line stands at 94.0 %: 1,207; the target at 1,220
    assert (found.expected, found.behind, found.missing, found.monthly) == (Decimal("94.0"), 86, 99, 50)
    assert not found.reached


def test_without_the_year_s_beginning_there_is_a_target_and_no_pace() -> None:
    found = pace(numerator=9, denominator=10, target=Decimal(95), start=None, on=date(2026, 12, 1))
    assert (found.expected, found.behind, found.missing, found.monthly) == (None, 0, 1, 1)


def test_nothing_to_count_is_nothing_missing() -> None:
    assert pace(numerator=0, denominator=0, target=Decimal(95), start=Decimal(0), on=date(2026, 5, 1)).reached


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 1000), st.integers(0, 1000), st.dates(date(2026, 1, 1)))
def test_adding_what_is_missing_reaches_the_target_and_one_less_does_not(
    numerator: int, rest: int, target: int, start: int, on: date
) -> None:
    denominator = numerator + rest
    goal = Decimal(target) / 10
    found = pace(numerator=numerator, denominator=denominator, target=goal, start=Decimal(start) / 10, on=on)
    assert (numerator + found.missing) * 100 >= goal * denominator
    assert found.missing == 0 or (numerator + found.missing - 1) * 100 < goal * denominator
    assert found.monthly * (13 - on.month) >= found.missing
    assert found.behind <= found.missing


@pytest.mark.parametrize(
    ("rates", "month"),
    [
        (["80", "85", "90"], "2027-01"),
        (["80", "85", "89.9"], "2027-02"),
        (["80", None, "90"], "2027-01"),
        (["90", "90"], None),
        (["90", "80"], None),
        (["99", "100"], None),
        (["80", None], None),
        (["80", "80.1"], None),
    ],
    ids=[
        "just there",
        "not yet in the month before",
        "a month unknown",
        "still",
        "falling",
        "there",
        "unknown now",
        "far",
    ],
)
def test_the_target_is_foretold_for_the_first_month_in_which_it_is_reached(
    rates: list[str | None], month: str | None
) -> None:
    found = forecast([one and Decimal(one) for one in rates], target=Decimal(100), on=date(2026, 11, 24))  # type: ignore[misc]
    assert found == (month and YearMonth.parse(month))
