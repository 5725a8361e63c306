"""Pages keep what they worked out; whatever is done shows at the very next look, to whoever did it and to everybody else,
and nobody sees what was worked out for somebody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from orgs.models import Organization
from orgs.services import organizations
from reports.models import ClosedMonth
from tests.people import TODAY, City
from tests.reports.closing import close
from tests.reports.frozen_pages import main_of
from tests.reports.test_frozen import ACTS, Act, closed, units

assert closed  # the fixture

READERS = ("city", "district", "stranger")  # the first of them does everything
PAGES = ("/dashboard/", "/dashboard/?by=party", "/dashboard/?node=CZ11", "/figures/", "/due/")
NOTHING_KEPT = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def _members_join(city: City) -> None:
    city.member(of="CZ1112")
    unit = units(city)[0]
    organizations.count_headcount(
        organization=unit, kind="staff", number=500, counted_on=TODAY, by=city.user("city"), on=TODAY
    )


def _sign(city: City) -> None:
    ClosedMonth.objects.filter(month="2026-10").update(signed_at=timezone.now(), signed_by=city.user("city"))


MORE: dict[str, Act] = {
    "a member joins and a headcount comes": _members_join,
    "a new unit is registered": lambda c: organizations.register(
        by=c.user("city"), values={"name": "新登记的公司", "no_code_reason": "在办"}, own_committee=c["CZ12"], on=TODAY, staff=300
    ),
    "a month is signed": _sign,
    "a month is closed": lambda c: close(c, "2026-11"),
}  # fmt: skip


def look(clients: dict[str, Client]) -> Iterator[tuple[tuple[str, str], str]]:
    """What each reader is shown at each address."""
    for page in PAGES:
        for name, client in clients.items():
            yield (name, page), main_of(client.get(page).content.decode())


@pytest.mark.once
def test_whatever_is_done_shows_at_the_next_look(closed: City) -> None:
    clients = {}
    for name in READERS:
        clients[name] = Client()
        clients[name].force_login(closed.user(name))
    before = dict(look(clients))
    assert len(set(before.values())) == len(before), "each sees something else"
    for name, act in {**ACTS, **MORE}.items():
        act(closed)
        seen = dict(look(clients))
        with override_settings(CACHES=NOTHING_KEPT):
            assert [at for at, page in look(clients) if page != seen[at]] == [], name
        if name in ("a unit is covered", "a new unit is registered", "a target is set"):
            assert seen["city", "/dashboard/"] != before["city", "/dashboard/"], name
        before = seen
    assert Organization.objects.count() > 30
