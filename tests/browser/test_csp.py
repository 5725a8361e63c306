"""No page breaks the strict Content-Security-Policy: which are opened by whom in `test_accessible`, and what only shows when
something is done.

The fixture `complaints` fails the test with what the browser said.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib import admin
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.people import City
from tests.routes import EVERYONE, ROUTES, Route, admin_routes

FIRST = ("city", "leader", "secretary", "treasurer", "instructor", "sysadmin", "security", "auditor")


NO_PAGE = re.compile(
    r"\.(zip|xlsx)$|^branch/files/|^dues/vouchers/|^evaluations/(evidence|papers)/|/file/$|/book/$"
)  # a file


def pages_of(username: str) -> list[str]:
    """The pages that nobody before this person in FIRST may open."""
    before = FIRST[: FIRST.index(username)]
    lines: list[Route] = [*ROUTES.values(), *(line for lines in admin_routes(admin.site).values() for line in lines)]
    return [
        line.address
        for line in lines
        if username in line.opens
        and line.status == 200
        and not set(before) & line.opens
        and not NO_PAGE.search(line.address)
    ]


def test_signing_in_and_setting_up_the_second_factor_keep_the_policy(
    city: City, signed_in: Callable[[str], Page], page: Page, settings
) -> None:
    settings.TWO_FACTOR = True
    page.set_viewport_size(PHONE)
    page.goto("/login/")
    page = signed_in("sysadmin")
    page.goto("/")
    assert page.url.endswith("/second-factor/")
    assert page.locator(".qr svg").bounding_box()["width"] > 80
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_masked_value_is_asked_for_and_shown_in_its_place(city: City, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("sysadmin")
    user = city.user("leader")
    user.phone = "13812345678"
    user.save()
    page.goto(f"/accounts/{user.pk}/")
    page.locator(".masked a").click()
    page.get_by_label("查看联系电话的原因").fill("通知开会")
    page.locator(".masked button").click()
    expect(page.get_by_text("13812345678")).to_be_visible()


def test_places_are_suggested_while_one_types(city: City, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("security")
    page.goto("/appointments/new/")
    page.get_by_label("党组织（编码）").press_sequentially("溪口")
    expect(page.locator("#node_suggestions option[value=CZ112]")).to_be_attached()


def test_everybody_is_covered() -> None:
    covered = {address for username in FIRST for address in pages_of(username)}
    every = [*ROUTES.values(), *(line for lines in admin_routes(admin.site).values() for line in lines)]
    shown = {line.address for line in every if line.status == 200 and line.opens & EVERYONE}
    assert {address for address in shown - covered if not NO_PAGE.search(address)} == set()
