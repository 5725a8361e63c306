"""Pictures of the main pages as each role, at a desk and on a phone: `python -m tests.shots` fills build/shots/.

The pages are those of the role's own navigation, the record page of the first organization that one of them names, the
import road with a list of `tests.sample_list`, and the secretary's road (`tests.secretary_road`).
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

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from tests.browser.chromium import CHROMIUM, DESK, FLAGS, PHONE
from tests.secretary_road import walk

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "shots"
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
PASSWORD = "ningju-demo"
ACCOUNTS = (
    "clerk",
    "district",
    "street",
    "secretary",
    "treasurer",
    "leader",
    "instructor",
    "sysadmin",
    "security",
    "auditor",
)
STEPS = (  # of the import: the button, the picture, and the button that shows that the next step has come
    ("上传并读取", "2-columns", "核对名单"),
    ("核对名单", "3-preview", "确认写入"),
    ("确认写入", "5-result", "撤销"),
)
DISTRICT = "990102000000"  # the list is of this one
WORKLISTS, TALLEST = "/worklists/", 2_400  # pixels of a picture
PATIENCE = 60.0  # seconds for the server to answer


@contextmanager
def demonstration() -> Iterator[Path]:
    """The demonstration city with its web server and worker, in a temporary folder; gives a list to import."""
    with tempfile.TemporaryDirectory(prefix="ningju-shots-") as data:
        environment = {
            **os.environ,
            "NINGJU_DEMO": "1",
            "NINGJU_DATA": data,
            "DEMO_PASSWORD": PASSWORD,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        list_file = Path(data) / "市场主体登记名单.xlsx"
        manage = [sys.executable, "manage.py"]
        sample = [sys.executable, "-m", "tests.sample_list", str(list_file)]
        for command in ([*manage, "migrate", "-v", "0"], [*manage, "demo"], sample):
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", "-c", "python:config.gunicorn", "-b", ADDRESS[7:]]
        running = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in (web, [*manage, "work"])]
        try:
            wait_for_server()
            yield list_file
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
    """The front page, the role's navigation, and the first record page that the worklist links to, or another of them."""
    links = page.locator("header nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    found = list(dict.fromkeys(["/", *(link for link in links if link and link.startswith("/"))]))
    for address in sorted(found, key=WORKLISTS.__ne__):
        page.goto(address)
        record = page.locator("a[href^='/organizations/']")
        if record.count():
            return [*found, str(record.first.get_attribute("href"))]
    return found


def take(page: Page, username: str, address: str) -> None:
    """One page at both widths."""
    name = "-".join(["organization" if part.isdigit() else part for part in address.split("?")[0].split("/") if part])
    response = page.goto(address)
    if response is None or not response.ok:
        sys.exit(f"{address} fails for {username}")
    picture(page, f"{username}-{name or 'front'}")


def picture(page: Page, name: str) -> None:
    """What the page shows now, at both widths."""
    for screen in (DESK, PHONE):
        page.set_viewport_size(screen)
        tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
        clip: FloatRect = {"x": 0, "y": 0, "width": screen["width"], "height": tall}
        page.screenshot(path=TARGET / f"{name}-{screen['width']}.png", full_page=True, clip=clip)
    page.set_viewport_size(DESK)


def take_import_road(page: Page, list_file: Path) -> None:
    """Each step of the road as a clerk sees it."""
    page.goto("/imports/new/")
    page.get_by_label("名单种类").select_option("market")
    page.get_by_label("名单范围").select_option(DISTRICT)
    page.get_by_label("名单文件").set_input_files(list_file)
    picture(page, "clerk-import-1-file")
    for button, name, following in STEPS:
        page.get_by_role("button", name=button).click()
        page.get_by_role("button", name=following).wait_for()
        picture(page, f"clerk-import-{name}")
        if name == "3-preview":
            for show in ("changed", "error"):
                page.locator(f"nav a[href*='show={show}' i]").click()
                page.wait_for_url(f"**show={show}*")
                picture(page, f"clerk-import-{name}-{show}")


def main() -> None:
    """Take all pictures anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with demonstration() as list_file, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for username in ACCOUNTS:
            page = sign_in(browser, username)
            for address in addresses(page):
                take(page, username, address)
            page.context.close()
        take_import_road(sign_in(browser, "clerk"), list_file)
        page = sign_in(browser, "secretary")
        walk(page, step=lambda name: picture(page, f"secretary-file-{name}"))
        browser.close()
    sys.stdout.write(f"{len(list(TARGET.iterdir()))} pictures in {TARGET.relative_to(ROOT)}/\n")


if __name__ == "__main__":
    main()
