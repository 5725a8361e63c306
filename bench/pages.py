"""What a page costs the processor, as a multiple of an empty signed-in answer in the same run (SQLite, everything counted)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.lines import Line
from bench.worker import databases

SIZE = (20_000, 5_000)
BOUNDS = {"list": 8, "worklist": 8, "form": 5, "due": 5, "record": 5, "dashboard": 5}


def lines(wanted: str) -> Iterator[Line]:
    """The main pages, the empty answer against Django's own, and a hundred people at once."""
    if not "pages".startswith(wanted) and not wanted.startswith("pages"):
        return
    with databases("sqlite") as found:
        database = found["sqlite"]
        database.city(*SIZE)
        taken = database.measure("page_costs")
    for name, bound in BOUNDS.items():
        yield Line(f"pages.{name}", taken[name] / taken["empty"], "× empty answer", bound=bound)
    yield Line("pages.empty", taken["empty"] / taken["bare"], "× Django's own", bound=2)
    yield Line("pages.empty_seconds", taken["empty"], "s of the processor")
    yield Line("pages.record_queries", taken["record_queries"], "queries", bound=15)
