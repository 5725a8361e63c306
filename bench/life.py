"""Records, duties and reviews of 20,000 branches over a year, against 1,000 (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.lines import Line
from bench.worker import databases

FEW, MANY = 1_000, 20_000
READ = ("queue", "checks", "todo", "missing", "month", "submit")


def lines(wanted: str) -> Iterator[Line]:
    """Every figure of organization life."""
    if not ("activities.".startswith(wanted) or wanted.startswith("activities.")):
        return
    with databases("postgresql_few", "postgresql_many") as found:
        measured = []
        for database, number in ((found["postgresql_few"], FEW), (found["postgresql_many"], MANY)):
            database.city(0, 0)
            measured.append(database.measure("life", number))
        few, many = measured
        for name in READ:
            yield Line(f"activities.{name}_seconds", many[name], "s")
            yield Line(f"activities.{name}", many[name] / few[name], "× at 1,000 branches", bound=1.5)
            queries = f"{name}_queries"
            yield Line(f"activities.{queries}", many[queries], "queries", bound=few[queries])
        yield Line("activities.lay_out_seconds", many["lay_out"], "s")
        yield Line("activities.lay_out_again_seconds", many["again"], "s")
        yield Line("activities.lay_out_queries", many["again_queries"], "queries", bound=few["again_queries"])
        yield Line("activities.close_month_seconds", many["close"], "s")
