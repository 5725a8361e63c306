"""Hours are credited to who came, and who has not come for months is named."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from activities.queries.branches import seats
from activities.queries.people import hours, not_seen
from activities.services import reviews
from tests.filing import absent, file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


def test_hours_of_a_year_are_those_of_records_that_stand(city: City):
    came, missed = members(city, 2)
    sat = absent(seats(city["CZ1111"], kind="LECTURE", day=TODAY), missed)
    file_record(city, kind="LECTURE", lecturer="钱书记", sat=sat)
    file_record(city, kind="THEME_DAY", starts_at=time(9), ends_at=time(11, 45), held_on=date(2026, 11, 18))
    file_record(city, kind="COMMITTEE")
    returned = file_record(city, kind="LECTURE", lecturer="钱书记", held_on=date(2026, 11, 17))
    reviews.send_back(by=city.user("street"), record=returned, reason="补充", at=timezone.now(), on=TODAY)
    told = {"held_on": date(2025, 12, 30), "on": date(2025, 12, 31)}
    file_record(city, kind="LECTURE", lecturer="钱书记", key=uuid4(), **told)
    ids = [came.pk, missed.pk]
    assert hours(ids, year=2026) == {came.pk: Decimal(4), missed.pk: Decimal("2.5")}
    assert hours([came.pk], year=2025) == {came.pk: Decimal("1.5")}


@pytest.mark.parametrize(
    ("came_last", "three", "six"),
    [(date(2026, 9, 1), False, False), (date(2026, 8, 20), True, False), (date(2026, 5, 20), True, True)],
)
def test_who_is_missed_by_every_record_of_three_and_of_six_months(city: City, came_last: date, three: bool, six: bool):
    _here, gone = members(city, 2)
    days = [date(2026, month, 20) for month in range(4, 11)] + [date(2026, 9, 1), date(2026, 5, 20), TODAY]
    for day in sorted({*days, came_last}):
        sat = seats(city["CZ1111"], kind="THEME_DAY", day=day)
        file_record(city, held_on=day, on=day, sat=sat if day <= came_last else absent(sat, gone, reason="PERSONAL"))
    scope = city.scope("street")
    assert [list(not_seen(scope, months=3, on=TODAY)), list(not_seen(scope, months=6, on=TODAY))] == [
        [gone] if three else [],
        [gone] if six else [],
    ]
    assert not not_seen(city.scope("stranger"), months=3, on=TODAY).exists()
