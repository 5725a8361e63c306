"""The figures of all measures by cell, and by each key of the cells alone.

Touched organizations change both by the difference of what they add up to before and after.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from core.indicators import Measure, measures
from core.page_cache import once_a_page
from orgs.facts import prepared
from orgs.facts.nodes import aggregated
from orgs.facts.statement import Statement, Touched, compiled, executed, fetched, narrowed, quoted, reading_touched
from orgs.models import OrganizationFacts, PartyFacts, Tally
from orgs.models.facts import CELL_KEYS, CUTS, NODE_KEYS, SMALLEST, STATED, TALLY_KEYS
from orgs.subjects import ORGANIZATIONS

Sums = Counter[tuple[Any, ...]]  # by the values of CELL_KEYS and the code of the measure

TABLE = Tally._meta.db_table
COLUMNS = (*TALLY_KEYS, "value")
EMPTY: tuple[Any, ...] = (None, "", 0, "", "")  # what a key says in a cut that does not keep it; the committee stays
NODES = {  # what is counted by Party organization, in the columns of a figure
    vendor: "SELECT managed_by_id, region_code, 0, '', '', one.key, CAST(one.value AS bigint) "
    f"FROM {PartyFacts._meta.db_table}, {each}(measured) one"
    for vendor, each in (("postgresql", "jsonb_each_text"), ("sqlite", "json_each"))
}
SUMMED = "CAST(sum({}) AS bigint)"  # PostgreSQL gives the sum of bigints as numeric, which is slower to compare
ROWS_A_STATEMENT = 500  # SQLite takes some 32,000 parameters


def measured() -> tuple[Measure, ...]:
    return tuple(measure for measure in measures if measure.subject is ORGANIZATIONS)


@lru_cache(maxsize=4)
def sums_by_cell(few: bool, vendor: str, counted: tuple[Measure, ...]) -> Statement:
    """The query of measures by cell, over all facts or the touched ones: a row a cell, a column a measure."""
    facts = OrganizationFacts.objects.order_by().values_list(*CELL_KEYS)
    sums = {f"sum_{measure.code}": aggregated(measure) for measure in counted}
    if not few:
        return compiled(facts.annotate(**sums))
    return reading_touched(narrowed(facts, "organization_id").annotate(**sums))


def read(ids: Touched) -> Sums:
    """What the touched organizations add up to, by cell and measure."""
    counted, keys = measured(), len(CELL_KEYS)
    return Counter(
        {
            (*row[:keys], measure.code): value
            for row in prepared.rows("ningju_sums", sums_by_cell(True, connection.vendor, counted), ids)
            for measure, value in zip(counted, row[keys:], strict=True)
            if value
        }
    )


def move(before: Sums, after: Sums) -> None:
    """Add to each figure what it has grown by. In the order of the keys, so that two writers never wait crosswise."""
    grown = Counter(after)
    grown.subtract(before)
    for committee in {cell[0] for cell in grown}:
        grown[(committee, *EMPTY[1:], STATED)] = 1
    rows = [(at, value) for at, value in sorted(_with_cuts(grown).items()) if value]
    row = f"({', '.join(['%s'] * len(COLUMNS))})"
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        chunk = rows[start : start + ROWS_A_STATEMENT]
        executed(
            f"INSERT INTO {TABLE} ({quoted(COLUMNS)}) VALUES {', '.join([row] * len(chunk))} "
            f"ON CONFLICT ({quoted(TALLY_KEYS)}) DO UPDATE SET value = {TABLE}.value + excluded.value",
            [part for at, value in chunk for part in (*at, value)],
        )


def rebuild() -> None:
    """Sum all facts anew: figures of nothing disappear, and the statements of every committee go on counting."""
    query = all_sums(connection.vendor, measured())
    executed(f"DELETE FROM {TABLE} WHERE measure <> %s", (STATED,))
    executed(f"UPDATE {TABLE} SET value = value + 1")
    executed(f"INSERT INTO {TABLE} ({quoted(COLUMNS)}) {query.sql}", query.parameters)


@once_a_page
def state() -> tuple[int, int]:
    """What tells one state of all facts from every other: as long as it is the same, nothing was stated. One query.

    Committed changes alone are in it, and all of them: they are counted by the transaction that states the facts.
    """
    found = Tally.objects.filter(cut=SMALLEST, measure=STATED)
    counts = found.aggregate(rows=Count("pk"), statements=Coalesce(Sum("value"), 0))
    return counts["rows"], int(counts["statements"])


def wrong_figures() -> int:
    """How many figures are not what the facts add up to; read in one statement, so no writer comes between. One of
    nothing is as good as none."""
    query = all_sums(connection.vendor, measured())
    columns, keys = quoted(COLUMNS), quoted(TALLY_KEYS)
    [(count,)] = fetched(
        f"WITH should({columns}) AS ({query.sql}), "
        f"figure AS (SELECT * FROM should UNION ALL SELECT {keys}, -value FROM {TABLE} WHERE measure <> '{STATED}') "
        f"SELECT count(*) FROM (SELECT {keys} FROM figure GROUP BY {keys} HAVING sum(value) <> 0) AS wrong",
        query.parameters,
    )
    return count


@lru_cache(maxsize=2)
def all_sums(vendor: str, counted: tuple[Measure, ...]) -> Statement:
    """The whole tally from the facts, in its columns: by all keys, then each cut.

    A cut is summed with all measures side by side, which reads a tenth of what summing each measure's rows would.
    """
    cells = sums_by_cell(False, vendor, counted)
    sums = [connection.ops.quote_name(f"sum_{measure.code}") for measure in counted]
    keys, values = ", ".join(CELL_KEYS), ", ".join(sums)
    summed = ", ".join(map(SUMMED.format, sums))
    cuts, nodes = [f"SELECT '', {keys}, {values} FROM cell"], []
    for cut, kept in {**CUTS, SMALLEST: ""}.items():
        held = ", ".join(
            key if key in (CELL_KEYS[0], kept) else repr(empty) for key, empty in zip(CELL_KEYS, EMPTY, strict=True)
        )
        by = ", ".join(filter(None, (CELL_KEYS[0], kept)))
        cuts.append(f"SELECT '{cut}', {held}, {summed} FROM cell GROUP BY {by}")
        if cut == SMALLEST or kept in NODE_KEYS:
            value = SUMMED.format("value")
            nodes.append(f"SELECT '{cut}', {held}, measure, {value} FROM node GROUP BY {by}, measure")
    figures = [
        f"SELECT cut, {keys}, '{measure.code}', {name} FROM figure WHERE {name} <> 0"
        for measure, name in zip(counted, sums, strict=True)
    ]
    sql = (
        f"WITH cell({keys}, {values}) AS ({cells.sql}), "
        f"figure(cut, {keys}, {values}) AS ({' UNION ALL '.join(cuts)}), "
        f"node({keys}, measure, value) AS ({NODES[vendor]}) {' UNION ALL '.join((*figures, *nodes))}"
    )
    return Statement(sql, cells.parameters)


def _with_cuts(sums: Sums) -> Sums:
    """The same under the keys of the tally: by all keys, and by each alone."""
    found: Sums = Counter()
    for (*cell, measure), value in sums.items():
        keys = measures[measure].subject.keys if measure != STATED else ()
        if len(keys) > 1:
            found[("", *cell, measure)] = value
        for cut, kept in CUTS.items():
            if kept in keys:
                place = CELL_KEYS.index(kept)
                found[(cut, cell[0], *EMPTY[1:place], cell[place], *EMPTY[place + 1 :], measure)] += value
        found[(SMALLEST, cell[0], *EMPTY[1:], measure)] += value
    return found
