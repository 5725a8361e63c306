"""A round of five goods of 20,000 branches with 300,000 members, against 2,000 with 30,000 (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.lines import Line
from bench.worker import databases

FEW, MANY = 2_000, 20_000
WRITTEN = ("open", "confirm", "finalise")


def lines(wanted: str) -> Iterator[Line]:
    """Every figure of a round."""
    if not ("evaluations.".startswith(wanted) or wanted.startswith("evaluations.")):
        return
    with databases("postgresql_few", "postgresql_many") as found:
        measured = []
        for database, number in ((found["postgresql_few"], FEW), (found["postgresql_many"], MANY)):
            database.city(0, 0)
            measured.append(database.measure("five", number))
        few, many = measured
        for name in WRITTEN:
            yield Line(f"evaluations.{name}_seconds", many[name], "s")
            yield Line(f"evaluations.{name}", many[name] / few[name], f"× at {FEW:,} branches", bound=12)
        for name in ("board", "results", "members"):
            yield Line(f"evaluations.{name}_seconds", many[name], "s")
            queries = f"{name}_queries"
            yield Line(f"evaluations.{queries}", many[queries], "queries", bound=few[queries])
        yield Line("evaluations.members_open_seconds", many["members_open"], "s")
        for name in ("members", "members_open"):
            yield Line(f"evaluations.{name}", many[name] / few[name], "× at 30,000 members", bound=12)
