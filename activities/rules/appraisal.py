"""Which year 民主评议党员 is about, and the cap of 优秀 (rules §13: one in three of those who are graded, as a rule). Pure."""

from __future__ import annotations

from datetime import date

from core.numerals import numeral

LAST_MONTH = 3  # of the next year in which a year is appraised


def most_excellent(graded: int, *, one_in: int) -> int:
    """How many of the graded may be 优秀 without another word: the whole third, never a part of a member."""
    return graded // one_in if one_in else graded


def one_part(of: int) -> str:
    """三分之一, 二十五分之一; from a hundred on in figures."""
    return f"{numeral(of)}分之一" if of < 100 else f"{of} 分之一"


def beyond(*, excellent: int, graded: int, one_in: int) -> str:
    """The sentence that asks for a reason, where there are more; else empty."""
    most = most_excellent(graded, one_in=one_in)
    if excellent <= most:
        return ""
    return (
        f"评定等次的党员 {graded} 名，优秀 {excellent} 名，一般不超过 {most} 名（{one_part(one_in)}）；"
        "请调整，确需超过的填写原因"
    )


def year_of_meeting(day: date) -> int:
    """The year that is appraised on a day: until March the one before, since most meet from the end of a year on."""
    return day.year if day.month > LAST_MONTH else day.year - 1


def meetings_of(year: int) -> tuple[date, date]:
    """From when until when a year is appraised."""
    return date(year, LAST_MONTH + 1, 1), date(year + 1, LAST_MONTH, 31)
