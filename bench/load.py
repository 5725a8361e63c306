"""Reading and saving while a list of 50,000 rows is written, against the same without (PostgreSQL, the real web server)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError

from bench import lists
from bench.browsing import Browser, Form, p95, serving, wait
from bench.lines import Line
from bench.worker import databases

ROWS = 50_000
READERS, SAVERS = 6, 3
THINK = 0.5  # seconds between two pages of one person
ALONE = 20.0  # seconds of measuring without the list
PAGES = ("/dashboard/", "/admin/orgs/organization/", "/worklists/party-organization/")
NAMES = ("orgs.reading_while", "orgs.saving_while", "orgs.refused_while")


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
            given = dict(Form(self.timed(self.reading, address)).given)
            if given:
                self.timed(self.saving, address, given | {"address": f"人民路 {number} 号"})

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
