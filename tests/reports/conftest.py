"""Units of the small city that are on the worklists, and those around them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from orgs.facts import refresh
from orgs.models import Organization
from tests.people import TODAY, City


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of these tests is opened on the same day."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


@pytest.fixture
def opened(city: City, client: Client) -> Callable[..., Client]:
    """A browser in which somebody has signed in."""

    def sign_in(username: str) -> Client:
        client.force_login(city.user(username))
        return client

    return sign_in


@pytest.fixture
def gaps(city: City) -> dict[str, Organization]:
    """One organization of each situation, all facts stated."""
    units = {
        "large": city.organization("澄州明川电子有限公司", staff=128, staff_on=date(2026, 4, 24)),
        "lonely": city.organization("澄州禾岸食品厂", staff=104, staff_on=date(2026, 10, 24), region_id="990102001001"),
        "near": city.organization("澄州星湖机械有限公司", staff=30, region_id="990102001001"),
        "far": city.organization("澄州云谷软件有限公司", staff=30, region_id="990102001000"),
        "built": city.organization("澄州恒泰物流有限公司", staff=300),
        "fifty": city.organization("澄州金利商贸有限公司", staff=60, staff_on=date(2026, 8, 1)),
        "small": city.organization("澄州远航建材有限公司", staff=3),
        "social": city.organization(
            "澄州博雅学校",
            managed_by="CZ13",
            category="SO4",
            staff=80,
            region_id="990102001001",
            authority="澄州市教育局",
        ),
        "outside": city.organization("澄州东方医药有限公司", managed_by="CZ121", staff=500),
    }
    for _ in range(4):
        city.member(of="CZ1111", at=units["large"])
    for _ in range(2):
        city.member(of="CZ1112", at=units["near"])
    city.member(of="CZ1112", at=units["far"])
    city.cover(units["built"], "CZ1111")
    refresh(None, on=TODAY)
    return units
