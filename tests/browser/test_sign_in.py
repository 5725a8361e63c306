"""Signing in as a person does, at a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE
from tests.people import PASSWORD, City


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_leader_signs_in_and_out(page: Page, city: City, screen):
    page.set_viewport_size(screen)
    page.goto("/")
    page.get_by_role("textbox", name="登录名").fill("leader")
    page.get_by_role("textbox", name="口令").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("口令不正确")).to_be_visible()
    page.get_by_role("textbox", name="口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).not_to_have_url(re.compile("/login/"))
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], "nothing sticks out"
