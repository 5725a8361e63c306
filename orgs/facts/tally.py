"""The facts summed by cell. Touched organizations change their cells by the difference of their sums before and after."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from core.indicators import Measure, measures
from orgs.facts import prepared
from orgs.facts.statement import TOUCHED, Statement, Touched, about_touched, compiled
from orgs.models import OrganizationFacts, Tally
from orgs.models.facts import TALLY_KEYS

Cell = tuple[Any, ...]  # values of TALLY_KEYS
Sums = dict[Cell, tuple[int, ...]]

TABLE = Tally._meta.db_table
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
    facts = OrganizationFacts.objects.order_by().values_list(*TALLY_KEYS)
    sums = {f"sum_{measure.code}": _sum(measure) for measure in tally_measures()}
    if not narrowed:
        return compiled(facts.annotate(**sums))
    query = compiled(facts.filter(organization_id__in=RawSQL(TOUCHED, ())).annotate(**sums))
    return about_touched(query.sql, query.parameters)


def read(ids: Touched) -> Sums:
    """The sums of the touched organizations by cell."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, "ningju_sums", sums_by_cell(True, connection.vendor), ids)
        keys = len(TALLY_KEYS)
        return {row[:keys]: row[keys:] for row in cursor.fetchall()}


def move(before: Sums, after: Sums) -> None:
    """Add to each cell what its sums have grown by. In the order of the keys, so that two writers never wait crosswise."""
    nothing = (0,) * len(tally_measures())
    changes = []
    for cell in sorted(before.keys() | after.keys()):
        old, new = before.get(cell, nothing), after.get(cell, nothing)
        if old != new:
            changes.append((*cell, *(b - a for a, b in zip(old, new, strict=True))))
    quoted = [connection.ops.quote_name(column) for column in tally_columns()]
    added = ", ".join(f"{name} = {TABLE}.{name} + excluded.{name}" for name in quoted[len(TALLY_KEYS) :])
    row = f"({', '.join(['%s'] * len(quoted))})"
    with connection.cursor() as cursor:
        for start in range(0, len(changes), ROWS_A_STATEMENT):
            chunk = changes[start : start + ROWS_A_STATEMENT]
            cursor.execute(
                f"INSERT INTO {TABLE} ({', '.join(quoted)}) VALUES {', '.join([row] * len(chunk))} "
                f"ON CONFLICT ({', '.join(quoted[: len(TALLY_KEYS)])}) DO UPDATE SET {added}",
                [value for change in chunk for value in change],
            )


def rebuild() -> None:
    """Sum all facts anew; cells without organizations disappear."""
    query = sums_by_cell(False, connection.vendor)
    columns = ", ".join(map(connection.ops.quote_name, tally_columns()))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
        cursor.execute(f"INSERT INTO {TABLE} ({columns}) {query.sql}", query.parameters)


def _sum(measure: Measure) -> Count | Coalesce:
    where = measure.where or None
    return Coalesce(Sum(measure.sums, filter=where), 0) if measure.sums else Count("pk", filter=where)
