"""Rows of a small table are counted where they are, once they are written, and no more where they were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import Q

from core.indicators import Measure, measures
from instructors.models import Instructor
from instructors.services import instructors
from orgs.facts import refresh
from orgs.facts.check import differences
from orgs.models import Organization, PartyFacts
from orgs.services.people import mass_organizations
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


def test_a_row_that_goes_to_another_organization_counts_there_alone(city: City) -> None:
    here, there = city.organization("澄州甲厂", staff=60), city.organization("澄州乙厂", staff=60)
    told = {"by": city.user("city"), "on": TODAY}
    refresh(None, on=TODAY)
    union = mass_organizations.add(**told, organization=here, kind="UNION")
    assert differences(on=TODAY) == []
    mass_organizations.change(**told, row=union, organization=there)
    assert [one.facts.union for one in Organization.objects.filter(pk__in=[here.pk, there.pk]).order_by("pk")] == [
        False,
        True,
    ]
    assert differences(on=TODAY) == []
