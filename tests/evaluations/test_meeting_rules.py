"""What the meeting of a branch may decide at each boundary: votes, the line, reasons, the quota, and who is old enough."""

from __future__ import annotations

from datetime import date

import pytest

from evaluations.rules.meetings import BELOW, Candidate, Votes, against_choice, against_vote, excess, is_aged


@pytest.mark.parametrize(
    ("votes", "why"),
    [
        ((10, 10, 10), ""), ((10, 6, 6), ""), ((10, 5, 5), "会议无效"), ((11, 6, 6), ""), ((11, 5, 5), "会议无效"),
        ((10, 9, 5), "没有通过"), ((11, 9, 6), ""), ((10, 11, 6), "多于有表决权"), ((10, 7, 8), "多于到会"), ((1, 1, 1), ""),
        ((3, 2, 2), ""), ((3, 2, 1), "没有通过"), ((4, 2, 2), "会议无效"),
    ],
)  # fmt: skip
def test_more_than_half_of_those_with_a_vote_carry_it(votes: tuple[int, int, int], why: str) -> None:
    found = [*against_vote(Votes(*votes))]
    assert [why in one for one in found] == ([True] if why else [])


@pytest.mark.parametrize(
    ("born", "aged"),
    [((1956, 6, 29), True), ((1956, 6, 30), True), ((1956, 7, 1), False), ((1957, 1, 1), False), (None, False)],
)
def test_who_has_lived_seventy_years_on_the_last_day(born: tuple[int, int, int] | None, aged: bool) -> None:
    assert is_aged(date(*born) if born else None, on=date(2026, 6, 30), years=70) == aged
    assert is_aged(date(1956, 2, 29), on=date(2026, 2, 28), years=70) is False


@pytest.mark.parametrize(
    ("number", "chosen", "one_in", "beyond"),
    [(3, 1, 3, False), (3, 2, 3, True), (5, 1, 3, False), (5, 2, 3, True), (6, 2, 3, False), (2, 1, 3, True), (2, 2, 0, False)],
)  # fmt: skip
def test_a_third_is_the_usual_quota(number: int, chosen: int, one_in: int, beyond: bool) -> None:
    assert bool(excess(number, chosen, one_in=one_in)) == beyond


def test_below_the_line_nobody_is_chosen_and_above_it_who_is_not_has_a_reason() -> None:
    below = ["总分 84.99 分，低于 85 分"]
    well = [Candidate("甲", [], chosen=True), Candidate("乙", [], False, "名额所限"), Candidate("丙", below, False)]
    assert [*against_choice(well, one_in=3, excess_reason="")] == []
    assert [one.reason for one in well] == ["", "名额所限", BELOW]
    [why] = against_choice([Candidate("丙", below, chosen=True)], one_in=0, excess_reason="")
    assert why == "丙没有达到“五个好”分数线（总分 84.99 分，低于 85 分），不能评定"
    [why] = against_choice([Candidate("乙", [], False, " ")], one_in=3, excess_reason="")
    assert "请写明原因" in why
    many = [Candidate("甲", [], chosen=True)] * 2
    [why] = against_choice(many, one_in=3, excess_reason=" ")
    assert "一般不超过 0 名" in why
    assert [*against_choice(many, one_in=3, excess_reason="两人均受市级表彰")] == []
