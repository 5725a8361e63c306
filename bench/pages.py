"""What a page costs the processor, as a multiple of an empty signed-in answer in the same run (SQLite, everything counted);
the leader's pages of a large city against a tenth of it, and a hundred people in it at once against one alone (PostgreSQL, the
real web server)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import cycle

from bench.browsing import Browser, p95, serving, wait
from bench.lines import Line
from bench.load import Measured
from bench.scale import in_turns
from bench.worker import Database, databases

SIZE = (20_000, 5_000)
BOUNDS = {"list": 8, "worklist": 8, "form": 5, "due": 5, "record": 5, "dashboard": 5}
CITY, TENTH = (100_000, 300_000), (10_000, 30_000)
PEOPLE, THINK = 100, 3.0  # seconds between two pages of one person
ALONE, TOGETHER = 40.0, 60.0  # seconds of measuring


def lines(wanted: str) -> Iterator[Line]:
    """What each page costs, how it grows, and how many people it serves."""
    if not "pages".startswith(wanted) and not wanted.startswith("pages"):
        return
    yield from _costs()
    with databases("postgresql_tenth", "postgresql") as found:
        tenth, city = found["postgresql_tenth"], found["postgresql"]
        tenth.city(*TENTH)
        city.city(*CITY)
        yield from _at_size(tenth, city)
        yield from _hundred_people(city)


def _costs() -> Iterator[Line]:
    with databases("sqlite") as found:
        database = found["sqlite"]
        database.city(*SIZE)
        taken = database.measure("page_costs")
    for name, bound in BOUNDS.items():
        yield Line(f"pages.{name}", taken[name] / taken["empty"], "× empty answer", bound=bound)
    yield Line("pages.empty", taken["empty"] / taken["bare"], "× Django's own", bound=2)
    yield Line("pages.empty_seconds", taken["empty"], "s of the processor")
    yield Line("pages.record_queries", taken["record_queries"], "queries", bound=15)


def _at_size(tenth: Database, city: Database) -> Iterator[Line]:
    """The leader's pages, by what is kept and by what has to be worked out anew."""
    few, many = in_turns("pages", tenth, city)
    yield Line("pages.branches", many["branches"], "branches")
    for name in ("dashboard", "dashboard_anew", "figures", "figures_anew"):
        yield Line(f"pages.{name}_seconds", many[name], "s")
        yield Line(f"pages.{name}_at_size", many[name] / few[name], "× at a tenth", bound=1.5)


def _hundred_people(city: Database) -> Iterator[Line]:
    units = city.measure("unrelated")["ids"]
    with serving(city) as root:
        wait(city)
        browser = Browser(root)
        alone, together = (_during(browser, units, *load) for load in ((1, 0.5, ALONE), (PEOPLE, THINK, TOGETHER)))
    yield Line("pages.hundred_people_seconds", p95(together.reading), "s")
    yield Line("pages.hundred_people", p95(together.reading) / p95(alone.reading), "× alone", bound=3)
    yield Line("pages.hundred_people_refused", alone.refused + together.refused, "requests", bound=0)


def _during(browser: Browser, units: list[int], people: int, think: float, seconds: float) -> Measured:
    """So many people read one page after another, each from another place in the round."""
    measured, over = Measured(browser, units), threading.Event()

    def read(number: int) -> None:
        pages = cycle(_round(units, number))
        over.wait(think * number / people)
        while not over.wait(think):
            measured.timed(measured.reading, next(pages))

    readers = [threading.Thread(target=read, args=(number,)) for number in range(people)]
    threading.Timer(seconds, over.set).start()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return measured


def _round(units: list[int], number: int) -> list[str]:
    unit = units[number % len(units)]
    pages = [
        "/dashboard/", "/admin/orgs/organization/", f"/organizations/{unit}/", "/worklists/party-organization/", "/due/",
        f"/admin/orgs/organization/{unit}/change/",
    ]  # fmt: skip
    return pages[number % len(pages) :] + pages[: number % len(pages)]
