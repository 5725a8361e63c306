"""The health sheet of a branch: twelve months as signs, who came, hours, what is missing and how to mend it."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.queries.health import health_of
from activities.services import obligations, reviews
from core.months import YearMonth
from orgs.models import PartyOrganization
from tests.filing import absent, file_record, members, seats
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def a_year(city: City) -> None:
    """Held in time in August, late in September, said in October that nothing was held, nothing in July; December lies ahead."""
    people = members(city, 4)
    for month in (7, 8, 9, 10, 11):
        obligations.lay_out(on=date(2026, month, 9))
    for month, on in ((8, date(2026, 8, 21)), (9, date(2026, 10, 30))):
        day = date(2026, month, 20)
        sat = absent(seats(city["CZ1111"], kind="THEME_DAY", day=day), people[0])
        told = {"held_on": day, "late_reason": "出差", "topics": ["LAW"], "starts_at": time(9), "ends_at": time(17)}
        file_record(city, by="city", on=on, sat=sat, content=f"{month} 月活动" + "各自发言。" * 40, **told)
    obligations.not_held(by=None, party_organization=city["CZ1111"], month=YearMonth(2026, 10), reason="停产", on=TODAY)


def test_twelve_months_stand_as_signs(city: City) -> None:
    a_year(city)
    health = health_of(city["CZ1111"], on=TODAY)
    assert [str(month) for month in health.months][::11] == ["2025-12", "2026-11"]
    told = {name: "".join(one.sign for one in line) for name, line in health.grid}
    assert told["主题党日"] == told["组织生活"] == "·······–✓◐✕○"
    assert told["支部党员大会"] == "·········–··", "once a quarter, in its last month; the fourth quarter lies ahead"
    assert [str(rate) for _, rate in health.attendance[8:10]] == ["75.0", "75.0"]
    assert health.attendance[0][1] is None


def test_what_is_missing_says_how_it_is_mended(city: City) -> None:
    a_year(city)
    record = city["CZ1111"].activity_records.order_by("-held_on").first()
    reviews.send_back(by=city.user("district"), record=record, reason="请补充", at=timezone.now(), on=TODAY)
    PartyOrganization.objects.filter(pk=city["CZ1111"].pk).update(term_ends_on=date(2026, 6, 1))
    city["CZ1111"].refresh_from_db()
    mends = {one.what: one for one in health_of(city["CZ1111"], on=TODAY).mends}
    [missing] = [one for what, one in mends.items() if "主题党日未上报：2026 年 7 月" in what.splitlines()]
    assert missing.until == date(2026, 8, 5)
    assert "补报活动记录" in missing.how
    assert "2026-09-20 主题党日被退回" in mends
    assert "任期已于 2026-06-01 届满" in mends
    assert mends["今年还没有谈心谈话（支部工作条例）"].until == date(2026, 12, 31)
    about = mends["今年还没有方针政策学习、先进文化建设、与管理层沟通、民主管理、党建带工建团建、关心关爱活动"]
    assert about.how == "在活动中安排，填报时勾选“方针政策”“先进文化”“与管理层沟通”“民主管理”“党建带工建团建”“关心关爱”"
    assert not any("法制宣传教育" in what for what in mends)
    assert "4 名党员今年学时还不够" in mends


def test_hours_are_those_of_members_who_came(city: City) -> None:
    a_year(city)
    hours = health_of(city["CZ1111"], on=TODAY).learned
    assert (hours.total, hours.enough, hours.average) == (4, 0, 12.0), "8 hours twice, for three of four"


def test_the_page_is_for_the_branch_and_its_street_and_takes_as_many_queries_for_a_full_year(city: City) -> None:
    address = f"/health/{city['CZ1112'].pk}/", f"/health/{city['CZ1111'].pk}/"
    client = city.client("street")
    client.get(address[0])
    numbers = []
    a_year(city)
    members(city, 1, of="CZ1112")
    for one in address:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(one)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 30
    body = page.content.decode()
    assert "缺什么，怎么补" in body
    assert "没有缺项" not in body
    assert [city.client(who).get(address[1]).status_code for who in ("secretary", "stranger", "leader")] == [
        200,
        404,
        403,
    ]
    assert city.client("street").get(f"/health/{city['CZ111'].pk}/").status_code == 404, "a committee has none"
    panel = city.client("secretary").get(f"/party/{city['CZ1111'].pk}/").content.decode()
    assert f'href="{address[1]}"' in panel
