"""The one statement that says what the facts should be: organizations joined to all sources, judged by the rules.

It is put together once a day and database from the sources' querysets and runs on PostgreSQL and SQLite. The pure rules
are in `orgs/rules/setup.py`; the tests compare both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Self

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core import id_sets
from core.months import months_before
from orgs.facts.sources import SOCIAL, Day, fact_sources
from orgs.models import Organization, OrganizationFacts
from orgs.models.organizations import Category
from orgs.rules.category import BRANCH_TYPES
from orgs.rules.setup import ASSOCIATION

ORGANIZATION = Organization._meta.db_table
TABLE = OrganizationFacts._meta.db_table
COLUMNS = tuple(str(field.column) for field in OrganizationFacts._meta.concrete_fields)
TOUCHED = "SELECT id FROM touched"
# From so many organizations on, a statement gets a plan of its own, made from what the tables hold now. What PostgreSQL knew
# before may be wrong: after killed imports it takes full tables for empty, and such a plan ran for hours.
MANY = 500
SWEEPING = 30_000  # from so many on, reading the sources whole is cheaper than looking each organization up
# facts whose organization was deleted without `forget`; NOT IN would compare each with all
ORPHANS = f"FROM {TABLE} WHERE NOT EXISTS (SELECT 1 FROM {ORGANIZATION} o WHERE o.id = {TABLE}.organization_id)"
TOUCHED_TABLE = {vendor: f"touched(id) AS ({rows})" for vendor, rows in id_sets.ROWS.items()}


@dataclass(frozen=True)
class Statement:
    sql: str
    parameters: tuple[Any, ...]


def about_touched(sql: str, parameters: tuple[Any, ...] = (), tables: str = "") -> Statement:
    """A statement that reads `touched(id)` and other table expressions; its first parameter, that of `touched`, is left
    open."""
    return Statement(f"WITH {', '.join(filter(None, (TOUCHED_TABLE[connection.vendor], tables)))} {sql}", parameters)


def reading_touched(rows: QuerySet) -> Statement:
    """Rows that are `narrowed` to touched ones, as a statement about them."""
    part = compiled(rows)
    return about_touched(part.sql, part.parameters)


def narrowed(rows: QuerySet, column: str) -> QuerySet:
    """Those whose column names a touched one."""
    return rows.filter(**{f"{column}__in": RawSQL(TOUCHED, ())})


def compiled(rows: QuerySet) -> Statement:
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    return Statement(sql, tuple(parameters))


class Reach(Enum):
    """Which organizations a statement is about, and how its sources are read."""

    FEW = auto()  # the touched ones, found in each source by its index
    MANY = auto()  # the touched ones; the sources are read whole, which is less than looking up so many
    ALL = auto()


@dataclass(frozen=True)
class Touched:
    """The organizations that a statement is about: one parameter on both databases, whatever their number."""

    parameter: str
    count: int

    @classmethod
    def of(cls, organization_ids: Collection[int]) -> Self:
        return cls(id_sets.parameter(organization_ids), len(organization_ids))

    @property
    def many(self) -> bool:
        """Whether they are so many that sets are treated otherwise than a few."""
        return self.count >= MANY

    @property
    def reach(self) -> Reach:
        """How the sources are read for so many."""
        return Reach.MANY if self.count >= SWEEPING else Reach.FEW


@lru_cache(maxsize=32)
def differing(day: Day, reach: Reach, vendor: str) -> Statement:
    """`WITH …` up to a table expression `differing`: the facts as they should be, where they are not held so.

    What holds already is not among them, so nothing is locked or written for it. But for ALL it needs the table
    expression of `touched` put before.
    """
    tables: list[str] = []
    parameters: list[Any] = []
    for source in fact_sources:
        few = reach is Reach.FEW
        rows = (source.few or source.rows)(day) if few else source.rows(day)
        part = compiled(narrowed(rows, "organization_id") if few else rows)
        tables.append(f"{source.code}({', '.join(('organization_id', *source.columns))}) AS ({part.sql})")
        parameters += part.parameters
    # the touched ones stand first: a planner that keeps the order of so many joins then starts from them
    organizations = f"{ORGANIZATION} o" if reach is Reach.ALL else f"touched JOIN {ORGANIZATION} o ON o.id = touched.id"
    joins = "\n".join(f"LEFT JOIN {s.code} ON {s.code}.organization_id = o.id" for s in fact_sources)
    words = _words(day, vendor)
    tables += [
        f"known AS (SELECT {KNOWN.format(**words)} FROM {organizations}\n{joins})",
        f"sized AS (SELECT known.*, {SIZED.format(**words)} FROM known)",
        f"judged AS (SELECT sized.*, {JUDGED.format(**words)} FROM sized)",
        f"differing AS (SELECT {listed('judged')} FROM judged "
        f"LEFT JOIN {TABLE} held ON held.organization_id = judged.organization_id\n"
        f"WHERE held.organization_id IS NULL OR ({listed('held')}) IS DISTINCT FROM ({listed('judged')}))",
    ]
    return Statement(",\n".join(tables), tuple(parameters))


@lru_cache(maxsize=32)
def writing(day: Day, reach: Reach, vendor: str) -> Statement:
    """Insert or replace the rows that differ; gives a row for each: the Party organization that covers it now.

    But for ALL the first parameter is left open: that of `touched`.
    """
    found = differing(day, reach, vendor)
    tables = found.sql if reach is Reach.ALL else f"{TOUCHED_TABLE[vendor]}, {found.sql}"
    quote = connection.ops.quote_name
    replaced = ", ".join(f"{quote(c)} = excluded.{quote(c)}" for c in COLUMNS if c != "organization_id")
    return Statement(
        f"INSERT INTO {TABLE} ({listed()}) WITH {tables} SELECT {listed('differing')} FROM differing "
        f"WHERE TRUE ORDER BY organization_id ON CONFLICT (organization_id) DO UPDATE SET {replaced} "
        "RETURNING covered_by_id",
        found.parameters,
    )


def listed(table: str = "") -> str:
    """All columns of the facts, of a table."""
    return quoted(COLUMNS, table)


def quoted(columns: Iterable[str], table: str = "") -> str:
    """Columns, of a table, as a statement lists them."""
    prefix = f"{table}." if table else ""
    return ", ".join(prefix + connection.ops.quote_name(column) for column in columns)


def executed(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def fetched(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _words(day: Day, vendor: str) -> dict[str, str]:
    """What the templates below leave open: constants of the day and of the rules, as SQL literals."""
    at = day.thresholds
    first_evidence = months_before(day.on, at.evidence_months)
    return {
        "today": f"'{day.on.isoformat()}'",
        "first_evidence": f"'{first_evidence.isoformat()}'",
        "fresh_from": f"'{day.fresh_from.isoformat()}'",
        "never": "'9999-12-31'",
        "least": "LEAST" if vendor == "postgresql" else "MIN",
        "greatest": "GREATEST" if vendor == "postgresql" else "MAX",
        "association": f"'{ASSOCIATION}'",
        "self_employed": f"'{Category.SELF_EMPLOYED.value}'",
        "social": ", ".join(f"'{category}'" for category in SOCIAL),
        "branch_office": " OR ".join(f"o.company_type LIKE '{start:_<4}'" for start in BRANCH_TYPES),
        "counting_forms": ", ".join(f"'{form}'" for form in day.counting_forms),
        "formal_min": str(int(at.formal_min)),
        "social_large": str(int(at.social_organization)),
        "economic_large": str(int(at.economic_organization)),
        "social_middle": str(int(at.social_member)),
        "economic_middle": str(int(at.economic_member)),
        "any_large": str(int(at.for_organization(""))),
        "any_middle": str(int(at.for_member(""))),
    }


# organization and sources side by side; missing rows of sources become nothing known
KNOWN = """
    o.id AS organization_id, o.managed_by_id, COALESCE(o.region_id, '') AS region_code,
    COALESCE(o.zone_id, 0) AS zone_key, o.category, o.influential, o.managed_since,
    o.in_scope AND o.status = 'NORMAL' AND o.merged_into_id IS NULL AS counted,
    o.category = {self_employed} AS self_employed, ({branch_office}) AS no_legal_person,
    o.in_scope AND o.merged_into_id IS NULL AND (o.category = '' OR o.managed_basis = 'UNDECIDED') AS undecided,
    CASE WHEN o.restructured_on <= {today} THEN o.restructured_on END AS restructured_on,
    CASE WHEN o.category = {association} THEN o.membership ELSE o.staff END AS size,
    CASE WHEN o.category = {association} THEN o.membership_on ELSE o.staff_on END AS size_on,
    CASE WHEN o.category = '' THEN {any_large} WHEN o.category IN ({social}) THEN {social_large} ELSE {economic_large} END
        AS large_from,
    CASE WHEN o.category = '' THEN {any_middle} WHEN o.category IN ({social}) THEN {social_middle} ELSE {economic_middle}
        END AS middle_from,
    large_since, middle_since, COALESCE(o.staff, 0) AS staff, COALESCE(disputes, 0) > 0 AS disputed,
    COALESCE(formal, 0) AS formal, COALESCE(probationary, 0) AS probationary, formal_since,
    COALESCE(form, '') AS form, covered_by_id, covered_since,
    COALESCE(form, '') IN ({counting_forms}) AS has_org, COALESCE(venue, FALSE) AS venue,
    instructor_id IS NOT NULL AS instructor, instructor_user_id, COALESCE(instructor_name, '') AS instructor_name,
    visited_on, COALESCE(liaisons_open, 0) > 0 AS liaison,
    COALESCE(unions, 0) > 0 AS "union", COALESCE(youths, 0) > 0 AS youth, COALESCE(womens, 0) > 0 AS women,
    NULLIF({greatest}(COALESCE(instructed_on, '0001-01-01'), COALESCE(contacted_on, '0001-01-01'),
        COALESCE(worked_on, '0001-01-01')), '0001-01-01') AS evidence_on
"""
SIZED = """
    counted AND NOT no_legal_person AND NOT self_employed AS unit, counted AND no_legal_person AS branch_office,
    restructured_on IS NOT NULL AS restructured, formal >= {formal_min} AS formal_ready,
    CASE WHEN size IS NULL THEN 'U' WHEN size >= large_from THEN 'L'
        WHEN size >= middle_from THEN 'M' ELSE 'S' END AS band,
    COALESCE(size_on < {fresh_from}, FALSE) AS stale,
    form <> '' OR COALESCE(evidence_on >= {first_evidence}, FALSE) AS work_covered
"""
# Branches and offices of another body are not judged: their head office is (rules §2). An organization is due since
# the first day of the reasons that hold now (rules §5).
JUDGED = """
    counted AND NOT branch_office AND (formal_ready OR restructured OR band = 'L') AS should,
    CASE WHEN counted AND NOT branch_office AND (formal_ready OR restructured OR band = 'L') THEN {least}(
        CASE WHEN formal_ready THEN COALESCE(formal_since, managed_since) ELSE {never} END,
        CASE WHEN band = 'L' THEN COALESCE(large_since, size_on, managed_since) ELSE {never} END,
        COALESCE(restructured_on, {never})) END AS should_since,
    counted AND NOT branch_office AND band IN ('L', 'M') AS should_member,
    CASE WHEN counted AND NOT branch_office AND band IN ('L', 'M')
        THEN COALESCE(middle_since, size_on, managed_since) END AS should_member_since
"""
