"""Targets are set per node, year and indicator by whoever has the right there."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.models import AuditEntry
from core.refusals import Refusal
from reports.models import Target
from reports.services.targets import set_target
from tests.people import LONG_AGO, PASSWORD, City


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


@pytest.mark.parametrize(
    ("year", "value", "refusal"), [(2025, "90", (Refusal, "已经结束")), (2027, "100.1", (ValidationError, "0 至 100"))]
)
def test_what_cannot_be_is_refused(city: City, year: int, value: str, refusal: tuple[type[Exception], str]) -> None:
    with pytest.raises(refusal[0], match=refusal[1]):
        put(city, year, value)


@pytest.mark.parametrize(
    ("username", "sets"),
    [
        ("district", ["CZ111", "CZ112"]),  # its streets', never its own or a stranger's
        ("city", ["CZ", "CZ1", "CZ11", "CZ111", "CZ112", "CZ12"]),  # nobody stands above the root
    ],
)
def test_a_target_is_set_by_a_node_above_and_never_by_whom_it_measures(
    city: City, client: Client, username: str, sets: list[str]
) -> None:
    client.force_login(city.user(username))
    for code in ("CZ", "CZ1", "CZ11", "CZ111", "CZ112", "CZ12"):
        given = {"node": city[code].pk, "year": 2099, "indicator": "T1", "value": "95"}
        client.post("/admin/reports/target/add/", given)
    assert sorted(Target.objects.values_list("node__code", flat=True)) == sets
    assert "50 人以上新经济组织有党员" in client.get("/admin/reports/target/").content.decode()


@pytest.mark.parametrize("second", [None, ("LEADER", "CZ"), ("DEPARTMENT", "CZ1"), ("STREET", "CZ111")])
def test_no_second_role_lets_a_district_lower_its_own_target(
    city: City, client: Client, second: tuple[str, str] | None
) -> None:
    target = Target.objects.create(node=city["CZ11"], year=2099, indicator="T1", value=91)
    district = city.user("district")
    if second:
        district.appointments.create(role=second[0], node=city[second[1]], since=LONG_AGO)
    client.force_login(district)
    answer = client.post(f"/admin/reports/target/{target.pk}/change/", {"value": "1"})
    assert answer.status_code == 403
    assert "由上级党组织确定" in answer.content.decode()
    client.post("/admin/reports/target/add/", {"node": city["CZ11"].pk, "year": 2099, "indicator": "T1", "value": "1"})
    assert Target.objects.get().value == 91


def test_a_year_is_printed_as_one(city: City, client: Client) -> None:
    put(city, 2027, "90")
    client.post("/login/", {"username": "district", "password": PASSWORD})
    for address in ("", f"{Target.objects.get().pk}/change/"):
        page = client.get(f"/admin/reports/target/{address}").content.decode()
        assert "2027" in page
        assert "2,027" not in page
