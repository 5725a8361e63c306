"""The progress board of a round: how many wait where below each committee, who is late, and that nobody sees another street."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.models import Evaluation, Round, Score
from evaluations.queries.progress import progress, sum_of
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import of, opened, take

pytestmark = pytest.mark.django_db


def other_street(city: City) -> None:
    for code, parent in (("CZ1121", "CZ112"), ("CZ1211", "CZ121")):
        city.nodes[code] = establish(
            by=None, name=f"{code}支部", kind="branch", parent=city[parent], code=code, on=LONG_AGO
        )


@pytest.mark.parametrize(
    ("who", "on", "told"),
    [
        ("city", TODAY, [("CZ11", 3, 0), ("CZ12", 1, 0)]),
        ("district", date(2026, 12, 1), [("CZ111", 2, 1), ("CZ112", 1, 1)]),
        ("street", TODAY, [("CZ1111", 1, 0), ("CZ1112", 1, 0)]),
        ("secretary", date(2026, 12, 1), [("CZ1111", 1, 0)]),
        ("stranger", date(2026, 12, 1), [("CZ1211", 1, 1)]),
        ("leader", TODAY, []),
        ("auditor", TODAY, []),
    ],
)
def test_each_sees_how_far_his_own_are(city: City, who: str, on: date, told: list[tuple[str, int, int]]) -> None:
    other_street(city)
    row = opened(city)
    take(city, of(row, city["CZ1111"]), "SELF")
    scope = city.scope(who)
    with CaptureQueriesContext(connection) as queries:
        boards = progress(row, scope, on=on)
    assert [(one.node.code, one.number, one.late) for one in boards] == told
    assert len(queries) <= 3
    if who == "city":
        assert sum_of(boards) == {"SELF": 3, "STREET": 1, "DEPARTMENT": 0, "REVIEWED": 0}


def test_nobody_sees_the_scores_of_another_street(city: City) -> None:
    other_street(city)
    row = opened(city)
    all_of_it = {"CZ1111", "CZ1112", "CZ1121", "CZ1211"}
    seen = {
        "city": all_of_it, "district": all_of_it - {"CZ1211"}, "street": {"CZ1111", "CZ1112"}, "secretary": {"CZ1111"},
        "stranger": {"CZ1211"},
    }  # fmt: skip
    for who in city.people:
        scope = city.scope(who)
        codes = {*Evaluation.objects.within(scope).values_list("party_organization__code", flat=True)}
        assert codes == seen.get(who, set()), who
        scored = Score.objects.within(scope).values_list("evaluation__party_organization__code", flat=True)
        assert {*scored} == codes, who
        assert Round.objects.within(scope).filter(pk=row.pk).exists() == bool(codes), who
