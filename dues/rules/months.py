"""What is due of a member in a month, and how far behind somebody is (rules §14). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

MONTHS_OF_A_YEAR = 12


class Rate(NamedTuple):
    """An assessment: from its month until the end of that year."""

    since: date
    monthly: Decimal


class Lightened(NamedTuple):
    """An approved relief: from a month to a month, both included; at most so much a month."""

    since: date
    last: date
    most: Decimal


class Behind(NamedTuple):
    first: date
    months: int
    run: int  # the most of them in a row
    owed: Decimal


def due_in(month: date, rates: Sequence[Rate], reliefs: Iterable[Lightened]) -> Decimal | None:
    """What is due in a month, given by its first day; None where nothing was assessed. Rates are in the order in which they
    were entered: of one month the later one counts, of a year the one whose month is the last to have begun."""
    holding = [one for one in rates if one.since <= month and one.since.year == month.year]
    if not holding:
        return None
    since = max(one.since for one in holding)
    monthly = next(one.monthly for one in reversed(holding) if one.since == since)
    return min([monthly, *(one.most for one in reliefs if one.since <= month <= one.last)])


@lru_cache(256)
def months_between(first: date, last: date) -> tuple[date, ...]:
    """The first days of the months from one to another, both included."""
    span = range(_index(first), _index(last) + 1)
    return tuple(date(index // MONTHS_OF_A_YEAR, index % MONTHS_OF_A_YEAR + 1, 1) for index in span)


def quarter_begins(month: date) -> date:
    """The first day of the quarter in which a month lies."""
    return date(month.year, (month.month - 1) // 3 * 3 + 1, 1)


def behind(owed: Sequence[tuple[date, Decimal]]) -> Behind:
    """How far behind somebody is of whom these months, in their order, are not paid."""
    longest = run = 0
    before = -1
    for month, _ in owed:
        run = run + 1 if _index(month) == before + 1 else 1
        before, longest = _index(month), max(longest, run)
    return Behind(owed[0][0], len(owed), longest, sum((amount for _, amount in owed), Decimal(0)))


def _index(month: date) -> int:
    return month.year * MONTHS_OF_A_YEAR + month.month - 1
