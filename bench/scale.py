"""Pages, queries and changes at 1,000,000 organizations and 300,000 members, against 10,000 and 3,000 (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.lines import Line
from bench.worker import Database, databases

ROUNDS = 3
SMALL, LARGE = (10_000, 3_000), (1_000_000, 300_000)
NAMES = ("reports.", "orgs.list", "orgs.page", "orgs.search", "orgs.record", "members.one", "orgs.full")


def lines(wanted: str) -> Iterator[Line]:
    """Every figure of the size of a province's city."""
    if not any(name.startswith(wanted) or wanted.startswith(name) for name in NAMES):
        return
    with databases("postgresql_small", "postgresql_large") as found:
        small, large = found["postgresql_small"], found["postgresql_large"]
        small.city(*SMALL)
        large.city(*LARGE)
        (few, many), raw = in_turns("pages", small, large), large.measure("raw_sql")
        yield Line("reports.dashboard_seconds", many["dashboard"], "s")
        yield Line("reports.dashboard", many["dashboard"] / few["dashboard"], "× at 10,000", bound=1.5)
        yield Line("reports.figures_page_seconds", many["figures"], "s")
        yield Line("reports.figures_page", many["figures"] / few["figures"], "× at 10,000", bound=1.5)
        yield Line("reports.dashboard_queries", many["dashboard_queries"], "queries", bound=few["dashboard_queries"])
        share = many["dashboard_database"] / raw["seconds"]
        yield Line("reports.dashboard_database", share, "× hand-written SQL", bound=1 / 100)
        yield Line("orgs.list_page_seconds", many["list"], "s")
        yield Line("orgs.list_page", many["list"] / few["list"], "× at 10,000", bound=1.3)
        yield Line("orgs.page_900k", many["deep"] / many["list"], "× first page", bound=1.5)
        yield Line("orgs.search_two_chars", many["search"] / few["search"], "× at 10,000", bound=2.5)
        yield Line("orgs.record_page", many["record"] / few["record"], "× at 10,000", bound=1.3)
        yield Line("orgs.record_page_seconds", many["record"], "s")
        yield Line("reports.worklist_seconds", many["worklist"], "s")
        yield Line("reports.sorted_list_seconds", many["sorted"], "s")
        yield Line("reports.checks_seconds", many["checks"], "s")
        searched = large.measure("searching")
        yield Line("orgs.search_query", searched["page"] / searched["like"], "× LIKE", bound=1 / 20)
        changed = large.measure("one_change")
        yield Line("members.one_change_seconds", changed["service"], "s")
        yield Line("members.one_change", changed["service"] / changed["bare"], "× bare update", bound=8)
        yield Line("orgs.full_recount", large.measure("recount")["seconds"] / raw["seconds"], "× raw query", bound=4)


def in_turns(step: str, *measured: Database) -> list[dict[str, float]]:
    """The least of each figure over rounds in which the databases take turns: a shared machine only ever adds."""
    rounds = [[database.measure(step) for database in measured] for _ in range(ROUNDS)]
    return [{name: min(one[name] for one in runs) for name in runs[0]} for runs in zip(*rounds, strict=True)]
