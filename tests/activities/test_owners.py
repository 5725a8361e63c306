"""党员业主: who came of what should have been, hours, newest grade, last talk; narrowed, and as many queries for many."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.queries.branches import seats
from activities.services.appraisals import appraise
from activities.services.learning import trainings
from members.models import Member
from tests.filing import absent, file_record
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def rows_of(city: City, who: str) -> dict[str, Any]:
    page = city.client(who).get("/branch/owners/")
    return {row.name: row for row, _ in page.context["rows"]}


def lived(city: City) -> Member:
    """One who owns came to one of two meetings; talked with in June; excellent last year, begun this year."""
    owner = city.member("周业主", job="OWNER")
    [*_, other] = [city.member(), city.member(), city.member()]
    for day, missed in ((date(2026, 11, 10), True), (date(2026, 11, 20), False)):
        sat = seats(city["CZ1111"], kind="THEME_DAY", day=day)
        file_record(city, held_on=day, sat=absent(sat, owner) if missed else sat)
    file_record(city, held_on=date(2025, 11, 20), on=date(2025, 11, 21))
    for day, who in ((date(2026, 6, 3), owner), (date(2026, 10, 3), other)):
        came = [one for one in seats(city["CZ1111"], kind="TALK", day=day) if one.member_id == who.pk]
        file_record(city, kind="TALK", held_on=day, on=day, sat=came)
    trainings.add(by=None, member=owner, course="企业党建", held_on=TODAY, hours=4, on=TODAY)
    for year, day, grade in ((2024, date(2024, 12, 20), "BASIC"), (2025, date(2025, 12, 20), "EXCELLENT")):
        told = dict.fromkeys(("self_on", "mutual_on", "polled_on", "decided_on"), day)
        grades = {one.pk: "QUALIFIED" for one in Member.objects.all()} | {owner.pk: grade}
        appraise(by=None, party_organization=city["CZ1111"], year=year, values=told, grades=grades, on=TODAY)
    told = {"self_on": date(2026, 11, 23)}
    appraise(by=None, party_organization=city["CZ1111"], year=2026, values=told, grades={owner.pk: "BASIC"}, on=TODAY)
    return owner


def test_what_is_known_of_an_owner_stands_in_one_line(city: City) -> None:
    lived(city)
    rows = rows_of(city, "street")
    assert list(rows) == ["周业主"]
    row = rows["周业主"]
    assert (row.came, row.expected, row.talked_on) == (1, 2, date(2026, 6, 3))
    assert row.grade == "2025 年 优秀", "this year's is not decided"
    assert row.hours == 5.5


def test_nobody_else_is_listed_and_others_see_none(city: City) -> None:
    lived(city)
    city.member("吴转出", job="OWNER", status="TRANSFERRED")
    city.member("郑外区业主", job="OWNER", of="CZ121")
    assert list(rows_of(city, "secretary")) == ["周业主"]
    assert list(rows_of(city, "stranger")) == ["郑外区业主"]
    assert set(rows_of(city, "city")) == {"周业主", "郑外区业主"}
    assert city.client("leader").get("/branch/owners/").status_code == 403


def test_it_takes_as_many_queries_for_many(city: City) -> None:
    lived(city)
    client, numbers = city.client("street"), []
    client.get("/branch/owners/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/branch/owners/")
        numbers.append(len(queries))
        for _ in range(8):
            city.member(job="OWNER")
        file_record(city, held_on=date(2026, 11, 23))
    assert numbers[0] == numbers[1] <= 22
