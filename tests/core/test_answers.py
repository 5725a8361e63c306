"""What goes out with every answer, and whose address a request is taken to come from."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from core.middleware import client_address
from core.models import AuditEntry
from tests.people import City


def test_pages_for_a_person_stay_in_no_cache_and_use_no_sensor(city: City, client: Client) -> None:
    client.force_login(city.user("leader"))
    headers = client.get("/roles/").headers
    assert headers["Cache-Control"] == "no-store, private"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_lets_nothing_in_but_our_own_files(client: Client, db: None) -> None:
    policy = dict(
        part.strip().partition(" ")[::2] for part in client.get("/login/").headers["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        ([], "198.51.100.7", "", "198.51.100.7"),
        ([], "198.51.100.7", "203.0.113.1", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.2", "203.0.113.1", "203.0.113.1"),
        (["10.0.0.0/8"], "10.0.0.2", "203.0.113.9, 203.0.113.1, 10.0.0.3", "203.0.113.1"),
        (["10.0.0.0/8"], "198.51.100.7", "203.0.113.1", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.2", "", "10.0.0.2"),
        (["10.0.0.0/8"], "10.0.0.2", "rubbish", "10.0.0.2"),
        (["10.0.0.0/8"], "10.0.0.2", "203.0.113.1, 10.0.0.9", "203.0.113.1"),
    ],
    ids=[
        "direct",
        "made up by a client",
        "one proxy",
        "two proxies",
        "not our proxy",
        "silent proxy",
        "rubbish",
        "long chain",
    ],
)
def test_the_client_s_address_is_what_our_own_proxies_say(
    settings: Settings, proxies: list[str], remote: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)) == expected


@pytest.mark.parametrize(
    ("username", "address", "status"),
    [
        ("sysadmin", "10.1.2.3", 200),
        ("sysadmin", "198.51.100.7", 403),
        ("security", "198.51.100.7", 403),
        ("auditor", "rubbish", 403),
        ("city", "198.51.100.7", 200),
    ],
)
def test_administrators_come_from_the_allowed_networks_only(
    city: City, client: Client, settings: Settings, username: str, address: str, status: int
) -> None:
    settings.ADMIN_ADDRESSES = ["10.0.0.0/8"]
    client.force_login(city.user(username))
    assert client.get("/roles/", REMOTE_ADDR=address).status_code == status
    refused = AuditEntry.objects.filter(action="core.refused").values_list("label", flat=True)
    assert list(refused) == (["/roles/"] if status == 403 else [])
