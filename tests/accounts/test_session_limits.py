"""Sessions end when nobody uses them for 15 minutes, and after 10 hours whatever happens (rules §8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.middleware import SessionLimitsMiddleware
from accounts.models import SignIn, User
from accounts.services import accounts
from core.audit_words import risks
from core.jobs import Progress, job_kinds
from core.models import AuditEntry, Job
from orgs.services.account_acts import act_on, answer
from tests.people import PASSWORD, TODAY, City

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


def signed_in(username: str = "leader", **headers: str) -> Client:
    """Another browser in which the person signed in."""
    browser = Client(**headers)
    assert browser.post("/login/", {"username": username, "password": PASSWORD}).status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/roles/").status_code == 200


def test_the_oldest_of_too_many_sessions_ends_and_both_sides_are_told(city: City, settings: Any) -> None:
    settings.SESSIONS_AT_ONCE = 3
    browsers = [signed_in(REMOTE_ADDR=f"198.51.100.{number}") for number in range(3)]
    assert [is_in(browser) for browser in browsers] == [True] * 3
    newest = signed_in()
    assert "（198.51.100.0）的登录已结束" in newest.get("/roles/").content.decode()
    assert [is_in(browser) for browser in (*browsers, newest)] == [False, True, True, True]
    assert "最多 3 处同时登录，您又在别处登录，本次登录已结束" in browsers[0].get("/login/").content.decode()


def test_sessions_that_nobody_uses_any_more_take_no_place(city: City, settings: Any) -> None:
    settings.SESSIONS_AT_ONCE = 2
    first, second = signed_in(), signed_in()
    assert is_in(first)
    assert is_in(second)
    session = first.session
    session["seen"] -= 16 * 60
    session.save()
    signed_in()
    assert is_in(second)


def test_the_own_page_shows_the_sessions_and_ends_them(city: City) -> None:
    here, there = signed_in(), signed_in(HTTP_USER_AGENT="Mobile", REMOTE_ADDR="198.51.100.7")
    stranger = signed_in("city")
    page = here.get("/me/").content.decode()
    assert "198.51.100.7" in page
    assert page.count('name="session"') == 1
    other = SignIn.objects.get(address="198.51.100.7")
    stranger.post("/me/", {"do": "end", "session": other.pk})
    assert is_in(there), "nobody ends another's"
    here.post("/me/", {"do": "end", "session": other.pk})
    assert (is_in(here), is_in(there)) == (True, False)
    for wrong in ("abc", "", "9" * 30, "-1"):
        assert here.post("/me/", {"do": "end", "session": wrong}).status_code in (302, 400)


@pytest.mark.parametrize("way", ["reset", "close", "password"])
def test_what_a_session_stands_on_ends_it(city: City, way: str) -> None:
    user, browser, other = city.user("leader"), signed_in(), signed_in()
    assert is_in(browser)
    if way == "reset":
        accounts.reset_password(user=user, by=city.user("sysadmin"))
    elif way == "close":
        accounts.close_account(user=user, by=city.user("sysadmin"), reason="退休")
    else:
        new = {"old_password": PASSWORD, "new_password1": "Spring-2026-day", "new_password2": "Spring-2026-day"}
        assert other.post("/password/", new).status_code == 302
        assert is_in(other)
    assert not is_in(browser)
    open_keys = set(SignIn.objects.filter(ended_at=None).values_list("key", flat=True))
    assert open_keys == ({other.session.session_key} if way == "password" else set())
    assert open_keys == set(
        Session.objects.filter(session_key__in=SignIn.objects.values("key")).values_list("pk", flat=True)
    )


def test_leaving_ends_it_without_a_word_to_anybody(city: City) -> None:
    browser = signed_in()
    browser.post("/logout/")
    assert SignIn.objects.get().ended_at is not None
    assert "本次登录已结束" not in browser.get("/login/").content.decode()


def test_the_owner_of_an_account_is_told_at_the_next_sign_in(city: City) -> None:
    """What was done is told once, what waits each time; and so is whoever has to confirm it."""
    asked = act_on(account=city.user("security"), act="factor", by=city.user("sysadmin"), reason="手机丢失", on=TODAY)
    assert "申请对您的账号重置动态口令（手机丢失），尚未确认" in signed_in("security").get("/roles/").content.decode()
    assert "有 1 项对管理员账号的办理等您核实确认" in signed_in("auditor").get("/roles/").content.decode()
    answer(asked=asked, by=city.user("auditor"), confirm=True, on=TODAY)
    told = signed_in("security").get("/roles/").content.decode()
    assert "冯系统于" in told
    assert "杨审计已确认" in told
    assert "杨审计已确认" not in signed_in("security").get("/roles/").content.decode()


def test_whose_password_was_reset_by_an_administrator_is_told(city: City) -> None:
    account = city.user("city")
    signed_in("city")
    act_on(account=account, act="reset", by=city.user("sysadmin"), reason="本人遗忘", on=TODAY)
    User.objects.filter(pk=account.pk).update(
        password=make_password(PASSWORD), must_change_password=False, code_expires_at=None
    )
    assert "冯系统于" in (told := signed_in("city").get("/roles/").content.decode())
    assert "对您的账号重置口令（本人遗忘）" in told
    assert "对您的账号重置口令" not in signed_in("city").get("/roles/").content.decode()
    assert "accounts.reset" in risks["重置口令、动态口令"]
