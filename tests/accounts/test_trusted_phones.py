"""A secretary's or instructor's own phone continues without the password for 90 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import TrustedDevice
from accounts.services.accounts import reset_password
from accounts.services.factors import revoke_phones
from core.models import AuditEntry
from orgs.models import Appointment
from tests.people import LONG_AGO, PASSWORD, City


def trust(client: Client, username: str = "secretary") -> None:
    """Sign in with the box ticked, then lose the session but not the phone."""
    client.post("/login/", {"username": username, "password": PASSWORD, "trust": "on"})
    del client.cookies["sessionid"]


def goes_on(client: Client) -> bool:
    client.post("/login/continue/")
    return client.get("/roles/").status_code == 200


@pytest.mark.parametrize("username", ["secretary", "instructor"])
def test_a_trusted_phone_continues_with_one_tap(city: City, client: Client, username: str) -> None:
    trust(client, username)
    assert f"以{city.user(username).name}的身份继续" in client.get("/login/").content.decode()
    assert goes_on(client)
    assert AuditEntry.objects.filter(action="accounts.sign_in", reason="信任的手机").exists()


@pytest.mark.parametrize("username", ["city", "street", "leader", "sysadmin"])
def test_other_roles_type_their_password_every_time(city: City, client: Client, username: str) -> None:
    trust(client, username)
    assert "ningju_phone" not in client.cookies
    assert not goes_on(client)


def test_trust_ends_after_ninety_days(city: City, client: Client) -> None:
    trust(client)
    TrustedDevice.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not goes_on(client)
    assert "身份继续" not in client.get("/login/").content.decode()


def test_trust_ends_when_the_street_revokes_it(city: City, client: Client) -> None:
    trust(client)
    assert revoke_phones(user=city.user("secretary"), by=city.user("street"), reason="手机遗失") == 1
    assert not goes_on(client)


@pytest.mark.parametrize("again", [False, True], ids=["the session that trusted it", "one that it went on with"])
def test_revoking_a_phone_ends_what_runs_on_it(city: City, client: Client, again: bool) -> None:
    client.post("/login/", {"username": "secretary", "password": PASSWORD, "trust": "on"})
    if again:
        del client.cookies["sessionid"]
        client.post("/login/continue/")
    assert client.get("/roles/").status_code == 200
    revoke_phones(user=city.user("secretary"), by=city.user("street"), reason="手机遗失")
    assert client.get("/roles/").status_code == 302
    assert "信任的手机已撤销，本次登录已结束" in client.get("/login/").content.decode()


def test_trust_ends_with_a_new_password(city: City, client: Client) -> None:
    trust(client)
    reset_password(user=city.user("secretary"), by=city.user("sysadmin"))
    assert not goes_on(client)


def test_trust_ends_by_signing_out_on_the_phone(city: City, client: Client) -> None:
    trust(client)
    assert goes_on(client)
    client.post("/logout/")
    assert not goes_on(client)


def test_trust_ends_when_a_role_comes_that_does_not_allow_it(city: City, client: Client) -> None:
    trust(client)
    Appointment.objects.create(user=city.user("secretary"), role="STREET", node=city["CZ111"], since=LONG_AGO)
    assert not goes_on(client)
    assert "请输入口令登录" in client.get("/login/").content.decode()


def test_trust_ends_when_the_account_is_closed(city: City, client: Client) -> None:
    trust(client)
    user = city.user("secretary")
    user.is_active = False
    user.save()
    assert not goes_on(client)


def test_a_made_up_secret_opens_nothing(city: City, client: Client) -> None:
    client.cookies["ningju_phone"] = "x" * 43
    assert not goes_on(client)
