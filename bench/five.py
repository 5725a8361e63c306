"""A round of five goods of 20,000 branches, against 2,000 (PostgreSQL)."""

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
        yield Line("evaluations.board_seconds", many["board"], "s")
        yield Line("evaluations.board_queries", many["board_queries"], "queries", bound=few["board_queries"])
