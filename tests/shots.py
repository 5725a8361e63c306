"""Pictures of the main pages as each role, at a desk and on a phone: `python -m tests.shots` fills build/shots/.

The pages are those of the role's own navigation, and the record page of the first organization that one of them names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import CHROMIUM, DESK, FLAGS, PHONE

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "shots"
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
PASSWORD = "ningju-demo"
ACCOUNTS = ("clerk", "district", "street", "secretary", "leader", "instructor", "sysadmin", "security", "auditor")
PATIENCE = 60.0  # seconds for the server to answer


@contextmanager
def demonstration() -> Iterator[None]:
    """The demonstration city with its web server and worker, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="ningju-shots-") as data:
        environment = {**os.environ, "NINGJU_DEMO": "1", "NINGJU_DATA": data, "DEMO_PASSWORD": PASSWORD}
        manage = [sys.executable, "manage.py"]
        for command in (["migrate", "-v", "0"], ["demo"]):
            subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", "-c", "python:config.gunicorn", "-b", ADDRESS[7:]]
        running = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in (web, [*manage, "work"])]
        try:
            wait_for_server()
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def wait_for_server() -> None:
    """Until the sign-in page answers."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"{ADDRESS}/login/").close()
            return
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def sign_in(browser: Browser, username: str) -> Page:
    """A fresh window of somebody who has just signed in."""
    page = browser.new_context(base_url=ADDRESS, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESK).new_page()
    page.goto("/login/")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    return page


def addresses(page: Page) -> list[str]:
    """The front page, the role's navigation, and the first record page that one of them links to."""
    links = page.locator("header nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    found = list(dict.fromkeys(["/", *(link for link in links if link and link.startswith("/"))]))
    for address in found:
        page.goto(address)
        record = page.locator("a[href^='/organizations/']")
        if record.count():
            return [*found, str(record.first.get_attribute("href"))]
    return found


def take(page: Page, username: str, address: str) -> None:
    """One page at both widths."""
    name = "-".join(["organization" if part.isdigit() else part for part in address.split("?")[0].split("/") if part])
    for screen in (DESK, PHONE):
        page.set_viewport_size(screen)
        page.goto(address)
        page.screenshot(path=TARGET / f"{username}-{name or 'front'}-{screen['width']}.png", full_page=True)


def main() -> None:
    """Take all pictures anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with demonstration(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for username in ACCOUNTS:
            page = sign_in(browser, username)
            for address in addresses(page):
                take(page, username, address)
            page.context.close()
        browser.close()
    sys.stdout.write(f"{len(list(TARGET.iterdir()))} pictures in {TARGET.relative_to(ROOT)}/\n")


if __name__ == "__main__":
    main()
