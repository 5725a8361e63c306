"""A list of 100,000 rows as a workbook, against openpyxl."""

from __future__ import annotations

from collections.abc import Iterator

from bench.lines import Line
from bench.worker import databases

ROWS = 100_000


def lines(wanted: str) -> Iterator[Line]:
    """Time and memory of our writer."""
    if not "core.export".startswith(wanted) and not wanted.startswith("core.export"):
        return
    with databases("sqlite") as found:
        database = found["sqlite"]
        folder = database.environment["NINGJU_DATA"]
        ours = database.measure("export", "ours", f"{folder}/ours.xlsx", ROWS)
        theirs = database.measure("export", "openpyxl", f"{folder}/theirs.xlsx", ROWS)
    yield Line("core.export_100k_seconds", ours["seconds"], "s")
    yield Line("core.export_100k", ours["seconds"] / theirs["seconds"], "× openpyxl", bound=1 / 5)
    yield Line("core.export_100k_memory", ours["more_kb"] / 1024, "MB", bound=100)
