"""Rows of a small table that belong to a Party organization are counted where they are, once they are written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import Q

from core.indicators import Measure, measures
from instructors.models import Instructor
from instructors.services import instructors
from orgs.facts import refresh
from orgs.facts.check import differences
from orgs.models import PartyFacts
from orgs.subjects import NodeSubject
from tests.people import LONG_AGO, TODAY, City

SENT = NodeSubject(
    "sent", "选派的指导员", "名", frozenset({"region_code"}),
    model=Instructor, rows=lambda day: Instructor.objects.all(), node="sent_by",
)  # fmt: skip
FULL_TIME = Measure(SENT, "sent_full_time", "专职指导员", Q(full_time=True))


@pytest.fixture
def counted(city: City) -> Iterator[City]:
    """A city in which instructors are counted by who sends them."""
    measures.add(FULL_TIME)
    try:
        refresh(None, on=TODAY)
        yield city
    finally:
        del measures._items[FULL_TIME.code]


def sent(city: City, code: str) -> int:
    return int(PartyFacts.objects.get(node=city[code]).measured.get(FULL_TIME.code, 0))


def test_a_row_counts_where_it_was_written_and_where_it_went(counted: City) -> None:
    told = {"by": counted.user("city"), "on": TODAY}
    values = {"name": "郑新", "source": "RETIRED", "full_time": True, "since": LONG_AGO}
    row = instructors.add(**told, **values, sent_by=counted["CZ111"])
    assert (sent(counted, "CZ111"), differences(on=TODAY)) == (1, [])
    row = instructors.change(**told, row=row, sent_by=counted["CZ112"])
    assert (sent(counted, "CZ111"), sent(counted, "CZ112"), differences(on=TODAY)) == (0, 1, [])
    instructors.change(**told, row=row, full_time=False)
    assert (sent(counted, "CZ112"), differences(on=TODAY)) == (0, [])
