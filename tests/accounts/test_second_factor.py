"""Administrators and department staff give a one-time code besides the password."""

from __future__ import annotations

import re
from binascii import unhexlify
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from pytest_django.fixtures import Settings

from accounts.models import Authenticator, SignIn, User
from accounts.services.factors import check_code, reset_authenticator
from core.models import AuditEntry
from core.refusals import Refusal
from tests.people import PASSWORD, City

KEY = re.compile(r"<code>([A-Z2-7 ]+)</code>")


@pytest.fixture(autouse=True)
def _asked(settings: Settings) -> None:
    """As in production; the demonstration does not ask."""
    settings.TWO_FACTOR = True


def code_of(user: User, later: int = 0, **which: object) -> str:
    """What the user's app shows, some periods from now."""
    return shown_by(Authenticator.objects.filter(user=user, **which).latest("pk").key, later)


def shown_by(key: str, later: int = 0) -> str:
    return f"{totp(unhexlify(key), t0=-Authenticator.PERIOD * later):06d}"


def enrolled(user: User) -> Authenticator:
    """The user's authenticator, set up some time ago."""
    return Authenticator.objects.create(user=user, confirmed=True, name="动态口令")


@pytest.mark.parametrize("username", ["city", "street", "sysadmin", "security", "auditor"])
def test_roles_with_power_are_asked_for_a_code(city: City, client: Client, username: str) -> None:
    client.force_login(city.user(username))
    assert client.get("/roles/").headers["Location"] == "/second-factor/"
    assert client.get("/password/").headers["Location"] == "/second-factor/"


def test_the_picture_says_what_apps_understand(city: City) -> None:
    device = enrolled(city.user("city"))
    told = urlsplit(device.address)
    assert (told.scheme, told.netloc, unquote(told.path)) == ("otpauth", "totp", "/凝聚:city")
    assert parse_qs(told.query) == {"secret": [device.readable_key.replace(" ", "")], "issuer": ["凝聚"]}


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
    client.force_login(user)
    shown = [KEY.search(client.get("/second-factor/").content.decode())[1] for _ in range(2)]
    assert shown[0] == shown[1], "a reload shows the same picture"
    device = Authenticator.objects.get(user=user)
    client.post("/second-factor/", {"code": code_of(user)})
    assert client.get("/second-factor/").headers["Location"] == "/"
    stored = Authenticator.objects.extra(select={"raw": "key || ''"}).values_list("raw", flat=True).get()
    assert device.key not in stored


def test_a_key_belongs_to_the_session_that_showed_it(city: City, client: Client) -> None:
    """Whoever knows the password alone sees no key that its owner is about to confirm, and confirms none of theirs."""
    user, thief = city.user("city"), Client()
    keys = []
    for browser in (client, thief):
        browser.force_login(user)
        keys.append(KEY.search(browser.get("/second-factor/").content.decode())[1])
    assert keys[0] != keys[1]
    owners, thiefs = Authenticator.objects.filter(user=user).order_by("pk")
    assert thief.post("/second-factor/", {"code": shown_by(owners.key)}).status_code == 200
    assert client.post("/second-factor/", {"code": shown_by(owners.key)}).status_code == 302
    assert thief.post("/second-factor/", {"code": shown_by(thiefs.key)}).status_code == 200
    assert thief.post("/second-factor/", {"code": shown_by(owners.key)}).status_code == 200, "used"
    assert thief.get("/roles/").headers["Location"] == "/second-factor/"
    assert Authenticator.objects.get(user=user).key == owners.key


def test_a_code_works_once(city: City) -> None:
    user = city.user("city")
    code = shown_by(enrolled(user).key)
    assert check_code(user=user, code=code)
    assert check_code(user=user, code=code) is None


@pytest.mark.parametrize("code", ["000000", "12ab56", "1", "١٢٣٤٥٦"], ids=["wrong", "letters", "short", "other digits"])
def test_a_wrong_code_is_refused_written_down_and_the_next_must_wait(city: City, client: Client, code: str) -> None:
    user = city.user("city")
    device = enrolled(user)
    client.force_login(user)
    for _ in range(5):
        page = client.post("/second-factor/", {"code": code})
        assert "动态口令不正确" in page.content.decode()
    Authenticator.objects.filter(user=user).update(throttling_failure_count=20)
    client.post("/second-factor/", {"code": shown_by(device.key, later=1)})
    assert client.get("/roles/").status_code == 302
    failed = AuditEntry.objects.filter(action="accounts.code_failed", user=user, object_id=str(user.pk))
    assert failed.count() == 1, "what comes too soon is not looked at, so that it cannot fill the trail"


def test_wrong_codes_lock_nobody_out_for_days(city: City) -> None:
    device = enrolled(city.user("city"))
    for _ in range(30):
        device.throttle_increment()
    assert device.verify_is_allowed()[0] is False
    Authenticator.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=10))
    assert check_code(user=city.user("city"), code=shown_by(device.key))


def test_the_sign_in_is_written_when_it_is_complete(city: City, client: Client) -> None:
    user = city.user("city")
    device = enrolled(user)
    client.post("/login/", {"username": "city", "password": PASSWORD})
    user.refresh_from_db()
    assert user.last_seen_at is None
    assert not AuditEntry.objects.filter(action="accounts.sign_in").exists()
    client.post("/second-factor/", {"code": shown_by(device.key)})
    client.post("/second-factor/", {"code": shown_by(device.key, later=1)})
    user.refresh_from_db()
    assert user.last_seen_at is not None
    assert AuditEntry.objects.filter(action="accounts.sign_in", user=user).count() == 1
    assert SignIn.objects.get().key == client.session.session_key


def test_the_clock_of_a_phone_may_be_one_period_off(city: City) -> None:
    user = city.user("city")
    key = enrolled(user).key
    assert check_code(user=user, code=shown_by(key, later=-1))
    assert check_code(user=user, code=shown_by(key, later=3)) is None


def test_a_session_verified_for_one_user_is_not_for_another(city: City, client: Client) -> None:
    key = enrolled(city.user("city")).key
    client.force_login(city.user("city"))
    client.post("/second-factor/", {"code": shown_by(key)})
    client.force_login(city.user("district"))
    assert client.get("/roles/").headers["Location"] == "/second-factor/"


def test_a_lost_phone_is_reset_by_an_administrator(city: City, client: Client) -> None:
    user = city.user("city")
    key = enrolled(user).key
    client.post("/login/", {"username": "city", "password": PASSWORD})
    client.post("/second-factor/", {"code": shown_by(key)})
    assert client.get("/roles/").status_code == 200
    reset_authenticator(user=user, by=city.user("sysadmin"), reason="手机遗失")
    assert client.get("/roles/").headers["Location"] == "/login/?next=/roles/"
    client.post("/login/", {"username": "city", "password": PASSWORD})
    assert "<svg" in client.get("/second-factor/").content.decode()


def test_nobody_resets_their_own(city: City) -> None:
    enrolled(city.user("sysadmin"))
    with pytest.raises(Refusal, match="不能办理自己的账号"):
        reset_authenticator(user=city.user("sysadmin"), by=city.user("sysadmin"), reason="换手机")


def test_the_own_is_replaced_with_the_old_one_only(city: City, client: Client) -> None:
    user = city.user("city")
    old = enrolled(user)
    client.force_login(user)
    client.post("/second-factor/", {"code": shown_by(old.key)})
    assert "<svg" in client.get("/second-factor/new/").content.decode()
    new = Authenticator.objects.get(user=user, confirmed=False)
    for old_code, code in (("000000", shown_by(new.key)), (shown_by(old.key, 1), "000000")):
        answer = client.post("/second-factor/new/", {"old_code": old_code, "code": code})
        assert "动态口令不正确" in answer.content.decode()
        Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None, last_t=-1)
    assert Authenticator.objects.get(user=user, confirmed=True) == old
    codes = {"old_code": shown_by(old.key), "code": shown_by(new.key)}
    assert client.post("/second-factor/new/", codes).headers["Location"] == "/me/"
    assert Authenticator.objects.get(user=user) == new
    assert client.get("/roles/").status_code == 200
    assert AuditEntry.objects.filter(action="accounts.factor_change", user=user).count() == 1
