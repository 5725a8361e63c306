"""Who has not come for months is named."""

from __future__ import annotations

from datetime import date

import pytest

from activities.queries.branches import seats
from activities.queries.people import not_seen
from tests.filing import absent, file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


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
