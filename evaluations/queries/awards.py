"""What is asked of whoever is proposed for an award, and of a 示范点; how many stand against a quota (rules §15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from core.scope import Scope, subtree
from evaluations.choices import Award
from evaluations.models import Commendation, Proposal, Quota, Site
from evaluations.queries import checks, people
from evaluations.rules.awards import Check, faults
from instructors.models import Assignment, Instructor
from orgs.models import Coverage, Organization, PartyOrganization
from orgs.models.party import steps

SITE = "SITE"
OF_PARTY: tuple[checks.Checker, ...] = (
    checks.result("party_organization"),
    checks.vetoes,
    checks.term,
    checks.dues_there,
)
CHECKS: dict[str, tuple[checks.Checker, ...]] = {
    Award.PARTY: OF_PARTY,
    Award.MEMBER: (people.on_the_roll, checks.result("member"), people.grade, people.dues),
    Award.INSTRUCTOR: (people.service, people.visited),
    Award.OWNER: (people.attitude, people.opinion, people.has_party, people.vetoed_there),
    Award.WORKER: (people.post, checks.vetoes, checks.term, people.dues),
    SITE: (*OF_PARTY, checks.venue),
}


def checks_of(rows: Sequence[Proposal | Site], *, on: date) -> dict[int, list[Check]]:
    """By key, all that is asked of each, in its order; the rows are of one model."""
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_kind[getattr(row, "award", SITE)].append(row)
    found: dict[int, list[Check]] = {row.pk: [] for row in rows}
    for kind, some in by_kind.items():
        for checker in CHECKS[kind]:
            answers = checker(some, on)
            for row in some:
                found[row.pk].append(answers[row.pk])
    return found


def faults_of(row: Proposal | Site, *, on: date) -> str:
    return faults(checks_of([row], on=on)[row.pk])


def standing(held: Commendation) -> QuerySet[Proposal]:
    """What counts against the quotas: what was refused or taken back does no more, what a branch applied for not yet."""
    return held.proposals.filter(state__in=["PROPOSED", "AGREED", "NAMED"])


def units_of(branches: QuerySet[PartyOrganization], on: date) -> QuerySet[Organization]:
    """Units whose owners these branches may propose: those that they cover."""
    covered = Coverage.objects.on(on).filter(party_organization__in=branches)
    return Organization.objects.filter(pk__in=covered.values("organization")).order_by("name", "pk")


def instructors_of(branches: QuerySet[PartyOrganization], on: date) -> QuerySet[Instructor]:
    """Those who look after units that these branches cover."""
    there = Assignment.objects.on(on).filter(organization__in=units_of(branches, on).order_by())
    return Instructor.objects.on(on).filter(pk__in=there.values("instructor")).order_by("name", "pk")


def used(quota: Quota) -> int:
    rows = standing(quota.commendation).filter(award=quota.award)
    return rows.filter(subtree(quota.node.path, "party_organization__path")).count()


def quotas_of(held: Commendation, scope: Scope) -> list[tuple[Quota, int]]:
    """Those of the reader's committee, above and below it, each with how many were proposed. Two queries."""
    above = {pk for grant in scope.grants for pk in steps(grant.path)}
    rows = Quota.objects.within(scope).filter(commendation=held).select_related("node").order_by("node__path")
    paths: dict[str, list[str]] = defaultdict(list)
    for award, path in standing(held).values_list("award", "party_organization__path"):
        paths[award].append(path)
    mine = [one for one in rows if one.node_id in above or scope.holds_path(one.node.path)]
    mine.sort(key=lambda one: Award.values.index(one.award))
    return [(one, sum(path.startswith(one.node.path) for path in paths[one.award])) for one in mine]
