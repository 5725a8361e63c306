"""A real browser on a real server: Debian's Chromium, headless, on the database of the test."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from tests.browser.chromium import CHROMIUM, DESK, FLAGS
from tests.people import City

# the browser's event loop lives in the test's own thread, where Django would refuse to touch the database
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

HERE = Path(__file__).parent
ANSWERED_WITHIN = 30  # seconds


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser, which is shown the same whatever the database."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, which asks nobody outside."""
    return {"executable_path": CHROMIUM, "headless": True, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(live_server: Any) -> dict[str, Any]:
    """A desk in China; `page.goto("/…")` goes to the test's own server."""
    return {"base_url": live_server.url, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": DESK}


@pytest.fixture(autouse=True)
def answered(transactional_db: None) -> Iterator[None]:
    """What the pages asked last is answered before the tables are emptied: a page that saves by itself asks at any time."""
    yield
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(ANSWERED_WITHIN)


@pytest.fixture(autouse=True)
def complaints(answered: None, page: Page) -> Iterator[list[str]]:
    """No page may break the Content-Security-Policy or stumble over its own script."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console", lambda message: found.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield found
    assert found == []


@pytest.fixture
def signed_in(page: Page, live_server: Any, city: City) -> Callable[[str], Page]:
    """Signs one of the named people in without the form."""

    def sign_in(username: str) -> Page:
        client = Client()
        client.force_login(city.user(username))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return page

    return sign_in
