"""The automatic checks A1–A14, each at its boundary (rules §13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.rules.checks import Level, Limits, Seat, Sheet, Vote, findings, named
from activities.rules.voting import adds_up, elects, is_carried, is_quorate

LIMITS = Limits()
DAY = date(2026, 11, 20)  # a Friday
VOTED = {"responsible": "钱书记", "due_on": DAY}


def seats(came: int, missed: int = 0, *, guests: int = 0) -> tuple[Seat, ...]:
    """So many members with a vote who came, who did not, and probationary ones who came."""
    told = [(True, True, "")] * came + [(False, True, "SICK")] * missed + [(True, False, "")] * guests
    return tuple(
        Seat(key, f"党员{key}", present, votes, reason) for key, (present, votes, reason) in enumerate(told, 1)
    )


def sheet(kind: str = "THEME_DAY", sat: tuple[Seat, ...] = seats(12), **values: object) -> Sheet:
    """A record that nothing is to be said of."""
    good = Sheet(
        kind=kind, filed_on=DAY, held_on=DAY, starts_at=time(17, 30), ends_at=time(19), place="会议室", host="钱书记",
        topic="学习", content="学" * 100, lecturer="钱书记", seats=sat, roll=frozenset(seat.member_id for seat in sat),
    )  # fmt: skip
    return replace(good, **values)


def said(one: Sheet) -> list[tuple[str, str]]:
    return [(found.code, found.level.value) for found in findings(one, LIMITS)]


NOBODY: tuple[Seat, ...] = ()
ERRORS = {
    "nothing missing": (sheet(), []),
    "no place": (sheet(place=""), ["A1"]),
    "no place needed apart": (sheet(place="", starts_at=None, ends_at=None, apart=True), []),
    "no times needed for a talk": (sheet("TALK", place="", starts_at=None, ends_at=None, roll=None), []),
    "no lecturer": (sheet("LECTURE", lecturer=""), ["A1"]),
    "ends when it starts": (sheet(ends_at=time(17, 30)), ["A1"]),
    "ends a minute later": (sheet(ends_at=time(17, 31)), []),
    "one of the roll not said": (sheet(roll=frozenset(range(1, 14))), ["A2"]),
    "one who is not on the roll": (sheet(roll=frozenset(range(1, 12))), ["A2"]),
    "nobody must come": (sheet("OTHER", NOBODY, roll=None), []),
    "nobody came of a roll of none": (sheet(sat=NOBODY), []),
    "absent without a reason": (sheet(sat=(*seats(12), Seat(13, "孙勤", present=False))), ["A3"]),
    "votes add up": (sheet("CONGRESS", votes=(Vote("同意", 10, 1, 1, **VOTED),)), []),
    "one vote too few": (sheet("CONGRESS", votes=(Vote("同意", 10, 1, 0, **VOTED),)), ["A4"]),
    "a probationary member voted": (sheet("CONGRESS", seats(4, guests=1), votes=(Vote("同意", 5, 0, 0, **VOTED),)), ["A4"]),
    "half a vote count": (sheet("CONGRESS", votes=(Vote("同意", 12, None, None, **VOTED),)), ["A4"]),
    "decided without a vote": (sheet("CONGRESS", votes=(Vote("同意", **VOTED),)), []),
    "half of the committee": (sheet("COMMITTEE", seats(2, 2)), ["A5"]),
    "more than half of the committee": (sheet("COMMITTEE", seats(2, 1)), []),
    "half of the voters": (sheet("CONGRESS", seats(6, 6), votes=(Vote("同意", 6, 0, 0, **VOTED),)), ["A5"]),
    "seven of twelve": (sheet("CONGRESS", seats(7, 5), votes=(Vote("同意", 7, 0, 0, **VOTED),)), []),
    "half without a decision": (sheet("CONGRESS", seats(6, 6)), []),
    "four fifths elect": (sheet("ELECTION", seats(8, 2)), []),
    "fewer than four fifths": (sheet("ELECTION", seats(7, 2)), ["A5"]),
    "nobody elects": (sheet("ELECTION", NOBODY), ["A5"]),
    "thirty days back": (sheet(held_on=date(2026, 10, 21)), []),
    "thirty-one days back": (sheet(held_on=date(2026, 10, 20)), ["A6"]),
    "thirty-one days back with a reason": (sheet(held_on=date(2026, 10, 20), late_reason="书记住院"), []),
}  # fmt: skip
NOTED = {
    "three working days": (sheet(filed_on=date(2026, 11, 25)), []),
    "four working days": (sheet(filed_on=date(2026, 11, 26)), [("A6", "warning")]),
    "alike below the line": (sheet(similarity=89), []),
    "alike at the line": (sheet(similarity=90, alike="别的记录"), [("A8", "warning")]),
    "a photo used before": (sheet(known_photos=("照片.jpg",)), [("A9", "warning")]),
    "a photo of another day": (sheet(taken_on=(DAY, date(2026, 11, 1))), [("A9", "warning")]),
    "no photo": (sheet(), []),
    "in two places": (sheet(elsewhere=("孙勤",)), [("A10", "warning")]),
    "17 of 20 is 85%": (sheet(sat=seats(17, 3)), []),
    "16 of 19 is less": (sheet(sat=seats(16, 3)), [("A11", "warning")]),
    "few came where nobody must": (sheet("OTHER", seats(1, 9), roll=None), []),
    "decided, by nobody": (sheet(votes=(Vote("整改", due_on=DAY),)), [("A13", "task")]),
    "decided, without a day": (sheet(votes=(Vote("整改", responsible="孙勤"),)), [("A13", "task")]),
    "99 signs": (sheet(content="学" * 99), [("A14", "warning")]),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_found_at_its_boundary(name):
    one, codes = ERRORS[name]
    assert [code for code, level in said(one) if level == Level.ERROR] == codes


@pytest.mark.parametrize("name", NOTED)
def test_a_warning_is_found_at_its_boundary(name):
    one, expected = NOTED[name]
    assert said(one) == expected


def test_the_sentences_name_people_and_numbers():
    late = sheet(sat=(*seats(1), *(Seat(key, f"人{key}", present=False) for key in range(20, 25))))
    sentences = [one.sentence for one in findings(late, LIMITS)]
    assert sentences[0] == "请选择人20、人21、人22等 5 名党员的缺席原因"
    assert sentences[1] == "应到 6 名，实到 1 名，到会率 16%，低于 85%"
    assert named(["甲", "乙", "丙"]) == "甲、乙、丙"


NUMBERS = st.integers(0, 500)


@given(NUMBERS, NUMBERS)
def test_a_quorum_is_never_half_and_grows_with_who_comes(present, expected):
    assert is_quorate(present=present, expected=expected) == (present > expected - present)
    if is_quorate(present=present, expected=expected):
        assert is_quorate(present=present + 1, expected=expected)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_what_is_carried_has_more_yes_than_all_others_together(yes, no, abstained, away):
    expected = yes + no + abstained + away
    assert is_carried(yes=yes, expected=expected) == (yes > no + abstained + away)
    assert adds_up(yes=yes, no=no, abstained=abstained, present=expected - away)
    assert adds_up(yes=yes, no=no, abstained=abstained, present=expected) == (away == 0)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_the_sums_of_a_sheet_are_those_of_its_seats(came, missed, guests):
    one = sheet(sat=seats(came % 30, missed % 30, guests=guests % 30))
    assert one.present + sum(not seat.present for seat in one.seats) == len(one.seats)
    assert one.voters_present <= min(one.voters, one.present)
    assert one.voters == len(one.seats) - guests % 30


@pytest.mark.parametrize(
    ("present", "expected", "holds"), [(4, 5, True), (3, 4, False), (80, 100, True), (79, 100, False)]
)
def test_four_fifths(present, expected, holds):
    assert elects(present=present, expected=expected, percent=80) is holds
