"""Nobody fills the trail with what anybody can cause at will: refused requests, failed sign-ins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core import audit
from core.models import AuditEntry
from tests.people import PASSWORD, City

MOST = 20


def test_refused_requests_are_written_one_by_one_and_then_once_an_hour(city: City, client: Client) -> None:
    client.force_login(city.user("leader"))
    for _ in range(MOST + 15):
        assert client.get("/accounts/").status_code == 403
    refused = AuditEntry.objects.filter(action="core.refused", user=city.user("leader")).order_by("pk")
    assert [entry.label for entry in refused] == ["/accounts/"] * MOST + [audit.LEFT_OUT]
    client.get("/accounts/", REMOTE_ADDR="198.51.100.7")
    client.force_login(city.user("street"))
    client.get("/accounts/")
    assert AuditEntry.objects.filter(action="core.refused").count() == MOST + 3, "others and elsewhere are written"


@pytest.mark.parametrize(("minutes", "written"), [(59, 0), (61, 1)])
def test_it_is_written_again_after_an_hour(city: City, minutes: int, written: int) -> None:
    event, user = audit.Event("core.refused", "", "", "/x/"), city.user("leader")
    audit.record_many(by=user, events=[event] * (MOST + 1), at=timezone.now() - timedelta(minutes=minutes))
    audit.record_bounded(by=user, event=event)
    assert AuditEntry.objects.filter(action="core.refused").count() == MOST + 1 + written


def test_failed_sign_ins_at_an_address_are_bounded_too(city: City, client: Client) -> None:
    for number in range(60):
        client.post("/login/", {"username": f"nobody{number}", "password": "wrong"})
    actions = list(AuditEntry.objects.filter(model__in=("accounts.user", "")).values_list("action", flat=True))
    assert actions.count("accounts.sign_in_failed") == 9
    assert actions.count("accounts.sign_in_locked") == MOST + 1
    assert client.post("/login/", {"username": "leader", "password": PASSWORD}).status_code == 429
