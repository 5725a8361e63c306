"""A print is read and signed: nothing on it is to be pressed or filled in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.people import City
from tests.world import build_world

CONTROLS = "button, a.button, input:not([type=hidden]), select, textarea"
PRINTED = (
    ("leader", ("/dashboard/", "/dashboard/cross/", "/months/")),
    ("city", ("/due/", "/months/", "/worklists/party-organization/", "/worklists/party-organization/books/", "/me/")),
    ("city", ("/organizations/acts/", "/admin/orgs/organization/", "/imports/", "/checks/")),
    ("sysadmin", ("/status/", "/accounts/")),
    ("auditor", ("/audit/", "/appointments/on/", "/accounts/requests/")),
)


@pytest.mark.parametrize(("username", "addresses"), PRINTED)
def test_a_print_has_no_controls(
    city: City, signed_in: Callable[[str], Page], username: str, addresses: tuple[str, ...]
) -> None:
    build_world(city)
    page = signed_in(username)
    page.emulate_media(media="print")
    for address in addresses:
        response = page.goto(address)
        assert response
        assert response.ok, address
        seen = page.locator(CONTROLS).evaluate_all(
            "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML)"
        )
        assert not seen, address
