"""Administrators and department staff give a one-time code besides the password."""

from __future__ import annotations

from binascii import unhexlify

import pytest
from django.test import Client
from django_otp.oath import totp
from pytest_django.fixtures import Settings

from accounts.models import Authenticator, User
from accounts.services.factors import begin_enrolment, confirm_code, reset_authenticator
from core.models import AuditEntry
from tests.people import City


@pytest.fixture(autouse=True)
def _asked(settings: Settings) -> None:
    """As in production; the demonstration does not ask."""
    settings.TWO_FACTOR = True


def code_of(user: User, later: int = 0) -> str:
    """What the user's app shows, some periods from now."""
    device = Authenticator.objects.get(user=user)
    return f"{totp(unhexlify(device.key), t0=-Authenticator.PERIOD * later):06d}"


@pytest.mark.parametrize("username", ["city", "street", "sysadmin", "security", "auditor"])
def test_roles_with_power_are_asked_for_a_code(city: City, client: Client, username: str) -> None:
    client.force_login(city.user(username))
    assert client.get("/roles/").headers["Location"] == "/second-factor/"
    assert client.get("/password/").headers["Location"] == "/second-factor/"


@pytest.mark.parametrize("username", ["leader", "secretary", "instructor"])
def test_the_others_are_not(city: City, client: Client, username: str) -> None:
    client.force_login(city.user(username))
    assert client.get("/roles/").status_code == 200


def test_the_first_code_sets_the_authenticator_up(city: City, client: Client) -> None:
    user = city.user("city")
    client.force_login(user)
    page = client.get("/second-factor/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert client.post("/second-factor/", {"code": code_of(user)}).headers["Location"] == "/"
    assert client.get("/roles/").status_code == 200
    assert AuditEntry.objects.filter(action="accounts.factor_add", user=user).exists()


def test_the_key_is_shown_once_and_kept_encrypted(city: City, client: Client) -> None:
    user = city.user("city")
    device = begin_enrolment(user=user)
    assert begin_enrolment(user=user).key == device.key, "a reload shows the same picture"
    confirm_code(user=user, code=code_of(user))
    client.force_login(user)
    assert "<svg" not in client.get("/second-factor/").content.decode()
    stored = Authenticator.objects.extra(select={"raw": "key || ''"}).values_list("raw", flat=True).get()
    assert device.key not in stored


def test_a_code_works_once(city: City) -> None:
    user = city.user("city")
    begin_enrolment(user=user)
    code = code_of(user)
    assert confirm_code(user=user, code=code)
    assert confirm_code(user=user, code=code) is None


@pytest.mark.parametrize("code", ["000000", "12ab56", "", "١٢٣٤٥٦"], ids=["wrong", "letters", "empty", "other digits"])
def test_a_wrong_code_is_refused_and_the_next_must_wait(city: City, client: Client, code: str) -> None:
    user = city.user("city")
    begin_enrolment(user=user)
    confirm_code(user=user, code=code_of(user))
    client.force_login(user)
    client.post("/second-factor/", {"code": code or "1"})
    Authenticator.objects.filter(user=user).update(throttling_failure_count=20)
    page = client.post("/second-factor/", {"code": code_of(user, later=1)})
    assert "动态口令不正确" in page.content.decode()


def test_the_clock_of_a_phone_may_be_one_period_off(city: City) -> None:
    user = city.user("city")
    begin_enrolment(user=user)
    assert confirm_code(user=user, code=code_of(user, later=-1))
    assert confirm_code(user=user, code=code_of(user, later=3)) is None


def test_a_session_verified_for_one_user_is_not_for_another(city: City, client: Client) -> None:
    user = city.user("city")
    begin_enrolment(user=user)
    client.force_login(user)
    client.post("/second-factor/", {"code": code_of(user)})
    client.force_login(city.user("district"))
    assert client.get("/roles/").headers["Location"] == "/second-factor/"


def test_a_lost_phone_is_reset_by_an_administrator(city: City, client: Client) -> None:
    user = city.user("city")
    begin_enrolment(user=user)
    client.force_login(user)
    client.post("/second-factor/", {"code": code_of(user)})
    reset_authenticator(user=user, by=city.user("sysadmin"), reason="手机遗失")
    assert client.get("/roles/").headers["Location"] == "/second-factor/"
    assert "<svg" in client.get("/second-factor/").content.decode()
