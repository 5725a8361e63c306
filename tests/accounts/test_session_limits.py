"""Sessions end when nobody uses them for 15 minutes, and after 10 hours whatever happens (domain §8.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.middleware import SessionLimitsMiddleware
from core.jobs import Progress, job_kinds
from core.models import AuditEntry, Job
from tests.people import City

Tick = Callable[..., None]


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    """Moves the clock of the sessions on."""
    clock = [timezone.now()]
    monkeypatch.setattr(SessionLimitsMiddleware, "now", staticmethod(lambda: clock[0]))

    def move(**by: float) -> None:
        clock[0] += timedelta(**by)

    return move


@pytest.mark.parametrize(("minutes", "status"), [(15, 200), (15.1, 302)], ids=["at the limit", "beyond it"])
def test_an_idle_session_ends_after_fifteen_minutes(
    city: City, client: Client, tick: Tick, minutes: float, status: int
) -> None:
    client.force_login(city.user("leader"))
    client.get("/roles/")
    tick(minutes=minutes)
    assert client.get("/roles/").status_code == status


def test_use_keeps_a_session_for_ten_hours_and_no_longer(city: City, client: Client, tick: Tick) -> None:
    client.force_login(city.user("leader"))
    client.get("/roles/")
    for _ in range(50):
        tick(minutes=12)
        assert client.get("/roles/").status_code == 200
    tick(minutes=1)
    assert client.get("/roles/").headers["Location"] == "/login/?next=/roles/"
    assert AuditEntry.objects.get(action="accounts.sign_out").reason == "超过最长使用时间"
    assert "本次登录已到最长时间" in client.get("/login/").content.decode()


def test_htmx_loads_the_whole_sign_in_page_and_not_into_a_part(city: City, client: Client, tick: Tick) -> None:
    client.force_login(city.user("leader"))
    client.get("/roles/")
    tick(hours=1)
    answer = client.get("/roles/?part=1", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login/?next=/")


def test_a_page_that_asks_by_itself_does_not_keep_the_session(
    city: City, client: Client, tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.views.sign_in.roles.is_poll", True, raising=False)
    client.force_login(city.user("leader"))
    client.get("/roles/")
    tick(minutes=10)
    assert client.get("/roles/").status_code == 200
    tick(minutes=6)
    assert client.get("/roles/").status_code == 302


def test_sessions_that_have_ended_are_cleared_at_night(city: City, client: Client) -> None:
    client.force_login(city.user("leader"))
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=timezone.now() - timedelta(days=1))
    kind = job_kinds["accounts.clear_sessions"]
    assert kind.daily
    kind.run(Job(), Progress())
    assert [session.session_key for session in Session.objects.all()] == [client.session.session_key]
