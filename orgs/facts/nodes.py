"""What is counted by Party organization: one row each with its measures, and their part of the tally.

A subject of an app above (members, later records and money) is counted here in one query for all of its measures.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, Count, Sum
from django.db.models.functions import Cast, Coalesce, Round

from core.indicators import Measure, measures
from orgs.facts import prepared
from orgs.facts.sources import Day
from orgs.facts.statement import Statement, Touched, about_touched, compiled, narrowed, reading_touched
from orgs.models import OrganizationFacts, PartyFacts, PartyOrganization
from orgs.models.party import MANAGING_KINDS, steps
from orgs.subjects import NodeSubject

Sums = Counter[tuple[object, ...]]  # as in `orgs.facts.tally`
Asked = tuple[tuple[NodeSubject, tuple[Measure, ...]], ...]
CHUNK = 2_000


class NodeState(NamedTuple):
    """Where a Party organization stands, and its measures that are not 0."""

    managed_by: int
    region_code: str
    measured: dict[str, int]


def reached(ids: Touched) -> set[int]:
    """The Party organizations that cover touched organizations by their facts, or whose things read those facts."""
    reading = tuple(subject for subject in _measured() if subject.organization)
    return {key for (key,) in prepared.rows("ningju_reached", _reaching(reading, connection.vendor), ids)}


@lru_cache(maxsize=2)
def _reaching(reading: tuple[NodeSubject, ...], vendor: str) -> Statement:
    covering = OrganizationFacts.objects.filter(covered_by__isnull=False)
    parts = [compiled(narrowed(covering, "organization").values_list("covered_by"))]
    for subject in reading:
        rows = narrowed(subject.model._base_manager.all(), subject.organization)
        parts.append(compiled(rows.order_by().values_list(subject.node)))
    sql = " UNION ".join(part.sql for part in parts)
    return about_touched(sql, tuple(value for part in parts for value in part.parameters))


def restate(node_ids: Collection[int], day: Day) -> tuple[Sums, Sums, int]:
    """State the rows of Party organizations anew: what they added up to before and after, and how many differed.

    Two transactions that touch the same one wait for each other here.
    """
    ids = Touched.of(node_ids)
    held, now = _held(ids), stated(ids, day)
    gone = held.keys() - now.keys()
    fresh = [key for key in now if held.get(key) != now[key]]
    if gone:
        PartyFacts.objects.filter(pk__in=gone).delete()
    PartyFacts.objects.bulk_create(
        [PartyFacts(pk=key, managed_by_id=row.managed_by, region_code=row.region_code, measured=row.measured)
         for key, row in ((key, now[key]) for key in fresh)],
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["node"],
        update_fields=["managed_by", "region_code", "measured"],
    )  # fmt: skip
    before = _sums(held[key] for key in (*gone, *fresh) if key in held)
    return before, _sums(now[key] for key in fresh), len(gone) + len(fresh)


def forget(node_ids: Collection[int]) -> Sums:
    """Take Party organizations out; what they added up to."""
    held = _held(Touched.of(node_ids))
    PartyFacts.objects.filter(pk__in=held).delete()
    return _sums(held.values())


def differing(day: Day) -> list[int]:
    """The Party organizations whose rows are not what they should be."""
    columns = PartyFacts.objects.values_list("pk", "managed_by", "region_code", "measured")
    held, now = {key: NodeState(*row) for key, *row in columns}, stated(None, day)
    return sorted(key for key in held.keys() | now.keys() if held.get(key) != now.get(key))


def stated(ids: Touched | None, day: Day) -> dict[int, NodeState]:
    """What the rows should be; of all standing Party organizations when no ids are given. Departments are none."""
    asked = _measured()
    codes = [measure.code for counted in asked.values() for measure in counted]
    counting = _counting(day, tuple(asked.items()), ids is not None, connection.vendor)
    rows = prepared.rows("ningju_nodes", counting, ids)
    paths = {key: steps(path) for key, path, *_ in rows}
    above = Touched.of({step for path in paths.values() for step in path})
    places = {key: place for key, *place in prepared.rows("ningju_places", _placing(connection.vendor), above)}
    found = {}
    for key, _, *values in rows:
        kinds = [(step, *places[step]) for step in reversed(paths[key])]
        managed_by = next((step for step, kind, _ in kinds if kind in MANAGING_KINDS), None)
        if managed_by is not None:
            region = next((region for _, _, region in kinds if region), "")
            measured = {code: int(value) for code, value in zip(codes, values, strict=True) if value}
            found[key] = NodeState(managed_by, region, measured)
    return found


@lru_cache(maxsize=8)
def _counting(day: Day, asked: Asked, few: bool, vendor: str) -> Statement:
    """Id and path of Party organizations, the touched ones or all, then their measures."""
    standing = PartyOrganization.objects.standing().without_departments()
    tables = {"node(id, path)": (narrowed(standing, "pk") if few else standing).values_list("pk", "path")}
    columns, joins = ["node.id", "node.path"], []
    for subject, counted in asked:
        rows = (narrowed(subject.rows(day), subject.node) if few else subject.rows(day)).order_by()
        codes = [measure.code for measure in counted]
        sums = {f"sum_{measure.code}": aggregated(measure) for measure in counted}
        tables[f"{subject.code}(id, {', '.join(codes)})"] = rows.values_list(subject.node).annotate(**sums)
        columns += [f"{subject.code}.{code}" for code in codes]
        joins.append(f"LEFT JOIN {subject.code} ON {subject.code}.id = node.id")
    parts = {name: compiled(rows) for name, rows in tables.items()}
    sql = ", ".join(f"{name} AS ({part.sql})" for name, part in parts.items())
    select = f"SELECT {', '.join(columns)} FROM node {' '.join(joins)}"
    parameters = tuple(value for part in parts.values() for value in part.parameters)
    return about_touched(select, parameters, tables=sql) if few else Statement(f"WITH {sql} {select}", parameters)


@lru_cache(maxsize=2)
def _placing(vendor: str) -> Statement:
    """Kind and area of the touched ones."""
    return reading_touched(narrowed(PartyOrganization.objects.all(), "pk").values_list("pk", "kind", "region"))


def _measured() -> dict[NodeSubject, tuple[Measure, ...]]:
    """The subjects that measures count by Party organization, with those measures."""
    found: dict[NodeSubject, tuple[Measure, ...]] = {}
    for measure in measures:
        if isinstance(measure.subject, NodeSubject):
            found[measure.subject] = (*found.get(measure.subject, ()), measure)
    return found


def _held(ids: Touched) -> dict[int, NodeState]:
    """The rows of the touched ones as they stand, which nobody else states until this transaction ends."""
    rows = prepared.rows("ningju_held", _holding(connection.vendor), ids)
    return {key: NodeState(managed_by, region, json.loads(measured)) for key, managed_by, region, measured in rows}


@lru_cache(maxsize=2)
def _holding(vendor: str) -> Statement:
    rows = narrowed(PartyFacts.objects.all(), "pk").order_by("pk").select_for_update(no_key=True)
    return reading_touched(rows.values_list("pk", "managed_by", "region_code", "measured"))


def _sums(rows: Iterable[NodeState]) -> Sums:
    found: Sums = Counter()
    for row in rows:
        for code, value in row.measured.items():
            if code in measures:  # one that there is no more has no part in the tally
                found[(row.managed_by, row.region_code, 0, "", "", code)] += value
    return found


def aggregated(measure: Measure) -> Count | Coalesce:
    """A measure over rows of its subject; of money in fen."""
    where = measure.where or None
    if measure.money:
        return Coalesce(Cast(Round(Sum(measure.sums, filter=where) * 100), BigIntegerField()), 0)
    return Coalesce(Sum(measure.sums, filter=where), 0) if measure.sums else Count("pk", filter=where)
