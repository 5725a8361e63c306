"""Parameters are dated, audited, set at the root alone, and facts follow them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from core.models import AuditEntry, Job, Parameter
from core.parameters import values_on
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import OrganizationFacts
from orgs.services.parameters import set_parameter
from tests.people import PASSWORD, TODAY, City

CODE = "econ.org_headcount"


def put(city: City, value: float, valid_from: date = TODAY) -> Parameter:
    """The city's clerk sets the threshold of the economic organizations."""
    return set_parameter(
        by=city.user("city"), code=CODE, value=value, valid_from=valid_from, note="澄组发〔2026〕1 号", on=TODAY
    )


def test_a_value_holds_from_its_day_on(city: City) -> None:
    put(city, 80, TODAY + timedelta(days=7))
    assert values_on(TODAY + timedelta(days=6))[CODE] == 100
    assert values_on(TODAY + timedelta(days=7))[CODE] == 80


def test_a_second_value_of_a_day_takes_the_place_of_the_first(city: City) -> None:
    put(city, 80)
    put(city, 90)
    assert values_on(TODAY)[CODE] == 90
    entries = AuditEntry.objects.filter(action="parameters.set").order_by("pk")
    assert [entry.changes["value"] for entry in entries] == [[None, 80], [80, 90]]


def test_facts_follow_a_value_of_today_in_the_background(city: City) -> None:
    unit = city.organization(staff=85)
    refresh([unit.pk], on=TODAY)
    put(city, 80)
    assert Job.objects.filter(kind="orgs.recount").count() == 1
    refresh(None, on=TODAY)
    assert OrganizationFacts.objects.get(pk=unit.pk).should


@pytest.mark.parametrize(
    ("value", "valid_from", "refusal"),
    [(80, TODAY - timedelta(days=1), "已经过去"), (-1, TODAY, "不能小于 0")],
    ids=["yesterday", "negative"],
)
def test_what_cannot_be_is_refused(city: City, value: float, valid_from: date, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        put(city, value, valid_from)
    assert not Parameter.objects.exists()


def test_the_city_sets_and_a_district_may_not(city: City, client: Client) -> None:
    client.post("/login/", {"username": "city", "password": PASSWORD})
    page = client.post(f"/parameters/{CODE}/", {"value": "80", "valid_from": "2099-01-01", "note": "通知"}, follow=True)
    assert "自 2099-01-01 起为 80" in page.content.decode()
    wrong = client.post(f"/parameters/{CODE}/", {"value": "80", "valid_from": "2020-01-01", "note": "通知"})
    assert "已经过去" in wrong.content.decode()
    district = Client()
    district.post("/login/", {"username": "district", "password": PASSWORD})
    assert district.get(f"/parameters/{CODE}/").status_code == 200
    given = {"value": "70", "valid_from": "2099-01-01", "note": "通知"}
    assert district.post(f"/parameters/{CODE}/", given).status_code == 403
    assert Parameter.objects.count() == 1
