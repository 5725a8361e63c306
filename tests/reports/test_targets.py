"""Targets are set per node, year and indicator by whoever has the right there."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.models import AuditEntry
from reports.models import Target
from reports.services.targets import YearOver, set_target
from tests.people import PASSWORD, City


def put(city: City, year: int, value: str) -> Target:
    """The district's target for T2."""
    return set_target(
        by=city.user("district"), node=city["CZ11"], year=year, indicator="T2", value=Decimal(value), this_year=2026
    )


def test_a_target_is_set_and_changed_with_its_entry(city: City) -> None:
    put(city, 2027, "90")
    put(city, 2027, "92.5")
    assert Target.objects.get().value == Decimal("92.5")
    assert AuditEntry.objects.filter(action="targets.set").count() == 2


@pytest.mark.parametrize(("year", "value", "refusal"), [(2025, "90", YearOver), (2027, "100.1", ValidationError)])
def test_what_cannot_be_is_refused(city: City, year: int, value: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        put(city, year, value)


def test_a_district_sets_its_own_targets_in_the_back_office(city: City, client: Client) -> None:
    client.post("/login/", {"username": "district", "password": PASSWORD})
    given = {"node": city["CZ11"].pk, "year": 2099, "indicator": "T1", "value": "95"}
    client.post("/admin/reports/target/add/", given)
    assert Target.objects.get().value == 95
    page = client.get("/admin/reports/target/").content.decode()
    assert "50 人以上新经济组织有党员" in page
    client.post("/admin/reports/target/add/", given | {"node": city["CZ12"].pk})
    assert Target.objects.count() == 1


def test_a_year_is_printed_as_one(city: City, client: Client) -> None:
    put(city, 2027, "90")
    client.post("/login/", {"username": "district", "password": PASSWORD})
    for address in ("", f"{Target.objects.get().pk}/change/"):
        page = client.get(f"/admin/reports/target/{address}").content.decode()
        assert "2027" in page
        assert "2,027" not in page
