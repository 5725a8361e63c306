"""Dues of 300,000 members over a year, against 10,000 (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.lines import Line
from bench.worker import databases

FEW, MANY = 10_000, 300_000
READ = ("grid", "arrears", "branches", "totals", "collect")


def lines(wanted: str) -> Iterator[Line]:
    """Every figure of dues."""
    if not ("dues.".startswith(wanted) or wanted.startswith("dues.")):
        return
    with databases("postgresql_few", "postgresql_many") as found:
        measured = []
        for database, number in ((found["postgresql_few"], FEW), (found["postgresql_many"], MANY)):
            database.city(0, 0)
            measured.append(database.measure("dues", number))
        few, many = measured
        for name in READ:
            yield Line(f"dues.{name}_seconds", many[name], "s")
            yield Line(f"dues.{name}", many[name] / few[name], f"× at {FEW:,} members", bound=1.5)
            queries = f"{name}_queries"
            yield Line(f"dues.{queries}", many[queries], "queries", bound=few[queries])
        yield Line("dues.assess_seconds", many["assess"], "s")
        yield Line("dues.assess", many["assess"] / many["bare"], "× bare read, decrypt, load and update", bound=3)
        yield Line("dues.night_seconds", many["night"], "s")
        yield Line("dues.recount_seconds", many["recount"], "s")
