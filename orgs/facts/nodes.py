"""What is counted by Party organization: one row each with its measures, and their part of the tally.

A subject of an app above (members, later records and money) is counted here in one query for all of its measures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.id_sets import among
from core.indicators import Measure, measures
from orgs.facts.sources import Day
from orgs.models import OrganizationFacts, PartyFacts, PartyOrganization
from orgs.models.party import MANAGING_KINDS, steps
from orgs.subjects import NodeSubject

Sums = Counter[tuple[object, ...]]  # as in `orgs.facts.tally`
CHUNK = 2_000


class Row(NamedTuple):
    """Where a Party organization stands, and its measures that are not 0."""

    managed_by: int
    region_code: str
    measured: dict[str, int]


def covering(organization_ids: Collection[int]) -> set[int]:
    """The Party organizations that cover these organizations by their facts."""
    rows = OrganizationFacts.objects.filter(organization__in=among(organization_ids), covered_by__isnull=False)
    return set(rows.values_list("covered_by", flat=True))


def reached(organization_ids: Collection[int]) -> set[int]:
    """The Party organizations whose measures read facts of these organizations."""
    found, among_them = covering(organization_ids), among(organization_ids)
    for subject in _measured():
        if subject.organization:
            rows = subject.model._base_manager.filter(**{f"{subject.organization}__in": among_them})
            found.update(rows.order_by().values_list(subject.node, flat=True).distinct())
    return found


def restate(node_ids: Collection[int], day: Day) -> tuple[Sums, Sums, int]:
    """State the rows of Party organizations anew: what they added up to before and after, and how many differed.

    Two transactions that touch the same one wait for each other here.
    """
    ids = sorted(set(node_ids))
    held = dict(_held(PartyFacts.objects.filter(pk__in=among(ids)).order_by("pk").select_for_update(no_key=True)))
    now = stated(ids, day)
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
    rows = PartyFacts.objects.filter(pk__in=among(node_ids))
    before = _sums(row for _, row in _held(rows.order_by("pk").select_for_update(no_key=True)))
    rows.delete()
    return before


def differing(day: Day) -> list[int]:
    """The Party organizations whose rows are not what they should be."""
    held, now = dict(_held(PartyFacts.objects.all())), stated(None, day)
    return sorted(key for key in held.keys() | now.keys() if held.get(key) != now.get(key))


def stated(ids: Collection[int] | None, day: Day) -> dict[int, Row]:
    """What the rows should be; of all standing Party organizations when no ids are given. Departments are none."""
    nodes = PartyOrganization.objects.standing().exclude(kind=PartyOrganization.Kind.DEPARTMENT)
    nodes = nodes if ids is None else nodes.filter(pk__in=among(ids))
    paths = {key: steps(path) for key, path in nodes.values_list("pk", "path")}
    above = PartyOrganization.objects.filter(pk__in=among({key for path in paths.values() for key in path}))
    places = {key: (kind, region) for key, kind, region in above.values_list("pk", "kind", "region")}
    measured: dict[int, dict[str, int]] = defaultdict(dict)
    for subject in _measured():
        rows = subject.rows(day)
        rows = rows if ids is None else rows.filter(**{f"{subject.node}__in": among(ids)})
        for key, code, value in _counted(subject, rows):
            measured[key][code] = value
    found = {}
    for key, path in paths.items():
        kinds = [(step, *places[step]) for step in reversed(path)]
        managed_by = next((step for step, kind, _ in kinds if kind in MANAGING_KINDS), None)
        if managed_by is not None:
            region = next((region for _, _, region in kinds if region), "")
            found[key] = Row(managed_by, region, measured[key])
    return found


def _counted(subject: NodeSubject, rows: QuerySet) -> Iterator[tuple[int, str, int]]:
    """Party organization, measure and value, where it is not 0."""
    asked = [measure for measure in measures if measure.subject is subject]
    sums = {f"sum_{measure.code}": aggregated(measure) for measure in asked}
    for key, *values in rows.order_by().values_list(subject.node).annotate(**sums):
        for measure, value in zip(asked, values, strict=True):
            if value:
                yield key, measure.code, int(value)


def _measured() -> list[NodeSubject]:
    """The subjects that measures count by Party organization."""
    found = dict.fromkeys(measure.subject for measure in measures)
    return [subject for subject in found if isinstance(subject, NodeSubject)]


def _held(rows: QuerySet) -> Iterator[tuple[int, Row]]:
    for key, managed_by, region_code, measured in rows.values_list("pk", "managed_by", "region_code", "measured"):
        yield key, Row(managed_by, region_code, measured)


def _sums(rows: Iterable[Row]) -> Sums:
    found: Sums = Counter()
    for row in rows:
        for code, value in row.measured.items():
            if code in measures:  # one that there is no more has no part in the tally
                found[(row.managed_by, row.region_code, 0, "", "", code)] += value
    return found


def aggregated(measure: Measure) -> Count | Coalesce:
    """A measure over rows of its subject."""
    where = measure.where or None
    return Coalesce(Sum(measure.sums, filter=where), 0) if measure.sums else Count("pk", filter=where)
