"""Dues where others look: the secretary's page, the health sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ROLES
from activities.services.obligations import lay_out
from dues.queries.grid import newest
from dues.services.assessments import Line, assess_many
from dues.services.collection import Cell, How, collect
from members.models import Member
from tests.dues.plain_dues import NOON, NOW, OVER
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def some_paid(city: City, number: int = 4) -> list[Member]:
    """All pay October but one, who pays nothing; two have paid November."""
    people = [city.member(f"党员{place}") for place in range(number)]
    lines = [Line(one.pk, "WAGE", Decimal(5000), OVER) for one in people]
    assess_many(by=city.user("treasurer"), lines=lines, at=NOON, on=TODAY)
    cells = [Cell(one.pk, OVER, Decimal(50)) for one in people[1:]] + [
        Cell(one.pk, NOW, Decimal("50")) for one in people[2:4]
    ]
    collect(by=city.user("treasurer"), party_organization=city["CZ1111"], cells=cells, how=How(TODAY),
            seen=newest(city["CZ1111"]), at=NOON, on=TODAY)  # fmt: skip
    return people


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_secretary_reads_dues_in_a_line(city: City) -> None:
    client = city.client("secretary")
    assert "党费：11 月没有应交的。" in text(client.get("/branch/").content.decode())
    some_paid(city)
    said = text(client.get("/branch/").content.decode())
    assert "党费：11 月已收 2/4，1 名党员欠交，党费结存 250.00 元。" in said


def test_the_health_sheet_has_a_row_of_twelve_months(city: City) -> None:
    some_paid(city)
    lay_out(on=date(2026, 11, 9))
    page = city.client("secretary").get(reverse("branch_health", args=[city["CZ1111"].pk])).content.decode()
    [row] = re.findall(r"<tr><th[^>]*><a[^>]*>党费已交.*?</tr>", page, re.S)
    assert re.findall(r"<td[^>]*>(?:<span class=\"(\w*)\">)?([^<]*)", row) == [
        *[("quiet", "—")] * 10, ("late", "3/4"), ("", "2/4"),
    ]  # fmt: skip


def test_whoever_may_not_see_dues_reads_none(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    some_paid(city)
    seen = city.client("district").get(f"/branch/{city['CZ1111'].pk}/").content.decode()
    assert "党费：" in seen
    role = ROLES["SECRETARY"]
    monkeypatch.setitem(ROLES, "SECRETARY", replace(role, permissions=role.permissions - {"dues.view"}))
    assert "党费：" not in city.client("secretary").get("/branch/").content.decode()


def test_the_queries_do_not_grow(city: City) -> None:
    numbers = []
    for number in (4, 9):
        some_paid(city, number)
        client = city.client("secretary")
        with CaptureQueriesContext(
            connection,
        ) as counted:
            client.get("/branch/")
        numbers.append(len(counted))
    assert numbers[0] >= numbers[1]
