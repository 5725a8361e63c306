"""The facts summed by cell, and the cells by each of their keys alone.

Touched organizations change both by the difference of their sums before and after.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress
from operator import add, sub
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from core.indicators import Measure, measures
from orgs.facts import prepared
from orgs.facts.statement import TOUCHED, Statement, Touched, about_touched, compiled
from orgs.models import OrganizationFacts, Tally
from orgs.models.facts import CELL_KEYS, CUTS, SMALLEST, TALLY_KEYS

Cell = tuple[Any, ...]  # values of CELL_KEYS
Sums = dict[Cell, tuple[int, ...]]

TABLE = Tally._meta.db_table
EMPTY: Cell = (None, "", 0, "", "")  # what a key says in a cut that does not keep it; the committee always stays
ROWS_A_STATEMENT = 500  # SQLite takes some 32,000 parameters


@lru_cache(maxsize=1)
def tally_measures() -> tuple[Measure, ...]:
    """The measures that the tally has a column for, in the order of the columns."""
    columns = [field.name for field in Tally._meta.concrete_fields]
    return tuple(measures[name] for name in columns if name in measures)


def tally_columns() -> tuple[str, ...]:
    """The columns of the tally without its id: keys, then measures."""
    return (*TALLY_KEYS, *(measure.code for measure in tally_measures()))


@lru_cache(maxsize=4)
def sums_by_cell(narrowed: bool, vendor: str) -> Statement:
    """The query of all measures by cell, over all facts or the touched ones."""
    facts = OrganizationFacts.objects.order_by().values_list(*CELL_KEYS)
    sums = {f"sum_{measure.code}": _sum(measure) for measure in tally_measures()}
    if not narrowed:
        return compiled(facts.annotate(**sums))
    query = compiled(facts.filter(organization_id__in=RawSQL(TOUCHED, ())).annotate(**sums))
    return about_touched(query.sql, query.parameters)


def read(ids: Touched) -> Sums:
    """The sums of the touched organizations by cell."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, "ningju_sums", sums_by_cell(True, connection.vendor), ids)
        keys = len(CELL_KEYS)
        return {row[:keys]: row[keys:] for row in cursor.fetchall()}


def together(one: Sums, other: Sums) -> Sums:
    """Both, added cell by cell."""
    found = dict(one)
    for cell, sums in other.items():
        found[cell] = tuple(map(add, found[cell], sums)) if cell in found else sums
    return found


def move(before: Sums, after: Sums) -> None:
    """Add to each cell what its sums have grown by. In the order of the keys, so that two writers never wait crosswise.

    In the smallest cut every touched row is written, for its version. Of the columns, only those that grow anywhere are
    handed over and added to: of one change these are a few.
    """
    nothing = (0,) * len(tally_measures())
    touched = before.keys() | after.keys()
    grown = {cell: tuple(map(sub, after.get(cell, nothing), before.get(cell, nothing))) for cell in touched}
    rows = [(at, sums) for at, sums in sorted(_with_cuts(grown).items()) if any(sums) or at[0] == SMALLEST]
    if not rows:
        return
    growing = [any(column) for column in zip(*(sums for _, sums in rows), strict=True)]
    quoted = [connection.ops.quote_name(column) for column in tally_columns()]
    row = f"({', '.join(['%s'] * len(TALLY_KEYS) + ['%s' if grows else '0' for grows in growing])}, 1)"
    added = [f"{name} = {TABLE}.{name} + excluded.{name}" for name in compress(quoted[len(TALLY_KEYS) :], growing)]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            chunk = rows[start : start + ROWS_A_STATEMENT]
            cursor.execute(
                f"INSERT INTO {TABLE} ({', '.join(quoted)}, version) "
                f"VALUES {', '.join([row] * len(chunk))} "
                f"ON CONFLICT ({', '.join(quoted[: len(TALLY_KEYS)])}) "
                f"DO UPDATE SET {', '.join([*added, f'version = {TABLE}.version + 1'])}",
                [value for at, sums in chunk for value in (*at, *compress(sums, growing))],
            )


def rebuild() -> None:
    """Sum all facts anew; cells without organizations disappear, and every version is above all that were."""
    query = all_sums(connection.vendor)
    columns = ", ".join(map(connection.ops.quote_name, tally_columns()))
    version = Tally.objects.aggregate(above=Coalesce(Max("version"), 0) + 1)["above"]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
        cursor.execute(
            f"INSERT INTO {TABLE} ({columns}, version) SELECT sums.*, %s FROM ({query.sql}) AS sums",
            (version, *query.parameters),
        )


def state() -> tuple[int, int]:
    """What tells one state of all facts from every other: as long as it is the same, nothing was stated. One query.

    Committed changes alone are in it, and all of them: a version is raised by the transaction that states the facts.
    """
    found = Tally.objects.filter(cut=SMALLEST).aggregate(rows=Count("pk"), versions=Coalesce(Sum("version"), 0))
    return found["rows"], int(found["versions"])


def agrees() -> bool:
    """Whether the tally is what the facts add up to; read in one statement, so no writer comes between."""
    return not any(wrong_cells())


def wrong_cells() -> tuple[int, int]:
    """How many cells are missing or hold too little, and how many there are besides; an empty cell is as good as none."""
    query = all_sums(connection.vendor)
    quoted = [connection.ops.quote_name(column) for column in tally_columns()]
    filled = " OR ".join(f"{column} <> 0" for column in quoted[len(TALLY_KEYS) :])
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH should({', '.join(quoted)}) AS ({query.sql}), "
            f"held AS (SELECT {', '.join(quoted)} FROM {TABLE} WHERE {filled}) SELECT "
            "(SELECT count(*) FROM (SELECT * FROM should EXCEPT SELECT * FROM held) AS missing), "
            "(SELECT count(*) FROM (SELECT * FROM held EXCEPT SELECT * FROM should) AS more)",
            query.parameters,
        )
        missing, more = cursor.fetchone()
        return int(missing), int(more)


@lru_cache(maxsize=2)
def all_sums(vendor: str) -> Statement:
    """The whole tally from the facts, in its columns: the cells, then each cut of them."""
    cells = sums_by_cell(False, vendor)
    keys, sums = CELL_KEYS, [connection.ops.quote_name(measure.code) for measure in tally_measures()]
    # a sum of bigints would be computed as numeric
    summed = ", ".join(f"sum(CAST({name} AS integer))" for name in sums)
    parts = ["SELECT '', cell.* FROM cell"]
    for cut, kept in CUTS.items():
        held = [key if key in (keys[0], kept) else repr(empty) for key, empty in zip(keys, EMPTY, strict=True)]
        parts.append(f"SELECT '{cut}', {', '.join(held)}, {summed} FROM cell GROUP BY {keys[0]}, {kept}")
    sql = f"WITH cell({', '.join([*keys, *sums])}) AS ({cells.sql}) {' UNION ALL '.join(parts)}"
    return Statement(sql, cells.parameters)


def _with_cuts(cells: Sums) -> Sums:
    """The cells under the keys of the tally, and what they add up to by each of their own keys alone."""
    found = {("", *cell): sums for cell, sums in cells.items()}
    for cut, kept in CUTS.items():
        place = CELL_KEYS.index(kept)
        for cell, sums in cells.items():
            keys = (cut, cell[0], *EMPTY[1:place], cell[place], *EMPTY[place + 1 :])
            found[keys] = tuple(map(add, found[keys], sums)) if keys in found else sums
    return found


def _sum(measure: Measure) -> Count | Coalesce:
    where = measure.where or None
    return Coalesce(Sum(measure.sums, filter=where), 0) if measure.sums else Count("pk", filter=where)
