"""Reading and saving while a list of 50,000 rows is written, against the same without (PostgreSQL, the real web server)."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from bench import lists
from bench.lines import Line
from bench.worker import ROOT, Database, ask, databases

ROWS = 50_000
READERS, SAVERS = 6, 3
THINK = 0.5  # seconds between two pages of one person
ALONE = 20.0  # seconds of measuring without the list
PAGES = ("/dashboard/", "/admin/orgs/organization/", "/worklists/party-organization/")
BUSY = "SELECT count(*) FROM core_job WHERE status IN ('QUEUED', 'RUNNING')"
NAMES = ("orgs.reading_while", "orgs.saving_while", "orgs.refused_while")


class Form(HTMLParser):
    """The fields of a page's forms with what stands in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.given: dict[str, str] = {}
        self._open = ""  # the textarea or select that is being read
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would send."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "input" and attributes.get("type") not in ("submit", "file", "search"):
            if attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes:
                self.given[attributes.get("name", "")] = attributes.get("value", "on")
        elif tag in ("textarea", "select"):
            self._open = attributes.get("name", "")
            self.given.setdefault(self._open, "")
        elif tag == "option" and "selected" in attributes:
            self.given[self._open] = attributes.get("value", "")

    def handle_data(self, data: str) -> None:
        """The text of a textarea."""
        if self._open and self.lasttag == "textarea":
            self.given[self._open] += data.strip("\n")

    def handle_endtag(self, tag: str) -> None:
        """It is read."""
        if tag in ("textarea", "select"):
            self._open = ""


class Browser:
    """A signed-in person; threads share the session."""

    def __init__(self, root: str) -> None:
        self.root, self._opener = root, build_opener(HTTPCookieProcessor(CookieJar()))
        form = Form(self.page("/login/")).given
        self.page("/login/", form | {"username": "clerk", "password": "ningju-demo"})

    def page(self, address: str, form: dict[str, str] | None = None) -> str:
        """The page, or the one that a form leads to."""
        data = urlencode(form).encode() if form is not None else None
        headers = [("Referer", self.root + address)]
        self._opener.addheaders = headers
        with self._opener.open(self.root + address, data, timeout=120) as answer:
            return str(answer.read().decode())


class Measured:
    """Seconds of each page and each saving, and what was refused."""

    def __init__(self, browser: Browser, units: list[int]) -> None:
        self.browser, self.units = browser, units
        self.reading: list[float] = []
        self.saving: list[float] = []
        self.refused = 0

    def during(self, over: threading.Event) -> None:
        """Let all people work until it is over."""
        people = [threading.Thread(target=self._read, args=(n, over)) for n in range(READERS)]
        people += [threading.Thread(target=self._save, args=(n, over)) for n in range(SAVERS)]
        for person in people:
            person.start()
        for person in people:
            person.join()

    def _read(self, number: int, over: threading.Event) -> None:
        while not over.wait(THINK):
            number += 1
            self.timed(self.reading, PAGES[number % len(PAGES)])

    def _save(self, number: int, over: threading.Event) -> None:
        while not over.wait(THINK):
            number += SAVERS
            address = f"/admin/orgs/organization/{self.units[number % len(self.units)]}/change/"
            form = Form(self.timed(self.reading, address)).given
            if form:
                self.timed(self.saving, address, form | {"address": f"人民路 {number} 号"})

    def timed(self, taken: list[float], address: str, form: dict[str, str] | None = None) -> str:
        """A page, and how long it took."""
        started = time.perf_counter()
        try:
            page = self.browser.page(address, form)
        except HTTPError:
            page, self.refused = "", self.refused + 1
        taken.append(time.perf_counter() - started)
        return page


def lines(wanted: str) -> Iterator[Line]:
    """How much longer reading and saving take while a list is written."""
    if not any(name.startswith(wanted) or wanted.startswith(name) for name in NAMES):
        return
    with databases("postgresql") as found, TemporaryDirectory() as folder:
        database = found["postgresql"]
        database.city(20_000, 5_000)
        lists.write_xlsx(Path(folder) / "list.xlsx", ROWS)
        with serving(database) as root:
            wait(database)
            browser, units = Browser(root), database.measure("unrelated")["ids"]
            alone, beside = Measured(browser, units), Measured(browser, units)
            over = threading.Event()
            threading.Timer(ALONE, over.set).start()
            alone.during(over)
            database.measure("begin_list", Path(folder) / "list.xlsx")
            over = threading.Event()
            threading.Thread(target=lambda: (wait(database), over.set())).start()
            beside.during(over)
    yield Line("orgs.reading_while_importing_seconds", p95(beside.reading), "s")
    yield Line("orgs.reading_while_importing", p95(beside.reading) / p95(alone.reading), "× without", bound=3)
    yield Line("orgs.saving_while_importing_seconds", max(beside.saving), "s", bound=2)
    yield Line("orgs.saving_while_importing", p95(beside.saving) / p95(alone.saving), "× without", bound=3)
    yield Line("orgs.refused_while_importing", alone.refused + beside.refused, "requests", bound=0)


@contextmanager
def serving(database: Database) -> Iterator[str]:
    """The web server and the worker on a database; gives the address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", "-c", "python:config.gunicorn", "-b", place]
    options = {"cwd": ROOT, "env": database.environment, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(web, **options), subprocess.Popen([sys.executable, "manage.py", "work"], **options)]
    try:
        _answering(place)
        yield f"http://{place}"
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _answering(place: str) -> None:
    host, port = place.split(":")
    for _ in range(300):
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")


def wait(database: Database) -> None:
    """Until no job waits or runs."""
    time.sleep(0.5)
    while ask(database.environment["DATABASE_URL"], BUSY)[0][0]:
        time.sleep(0.5)


def p95(seconds: list[float]) -> float:
    """What nineteen of twenty stay below."""
    return statistics.quantiles(seconds, n=20)[-1]
