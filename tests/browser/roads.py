"""What people do one after the other in the browser, with pictures of each step on both screens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

from tests.browser.chromium import DESK, PHONE
from tests.browser.test_accessible import SMALL

SHOTS = Path(settings.BASE_DIR, "build", "shots")


class Road:
    """`small` collects what is too small for a thumb."""

    def __init__(self, name: str, signed_in: Callable[[str], Page], phones: Collection[str] = ("secretary",)) -> None:
        self.name, self.signed_in, self.phones, self.small = name, signed_in, phones, list[str]()
        SHOTS.mkdir(parents=True, exist_ok=True)

    def page_of(self, username: str, where: str) -> Page:
        """The page as somebody has it: on the phone, or at a desk."""
        page = self.signed_in(username)
        page.set_viewport_size(PHONE if username in self.phones else DESK)
        page.goto(where)
        return page

    def step(self, page: Page, name: str) -> None:
        mine = page.viewport_size or DESK
        for screen in (DESK, PHONE):
            page.set_viewport_size(screen)
            page.screenshot(path=SHOTS / f"{self.name}-{name}-{screen['width']}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: wider than the page"
        self.small += [f"{name}: {found}" for found in page.evaluate(SMALL)]
        page.set_viewport_size(mine)
