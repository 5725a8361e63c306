"""What stands around the organizations of a worklist: who could join them, cover them or take them in (Opinion 二-1).

Always for a whole page at once: the number of queries does not depend on the number of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from core.id_sets import among
from core.page_cache import kept
from core.scope import Scope
from orgs.facts import state
from orgs.figures import area_codes
from orgs.models import Coverage, Jurisdiction, Organization, OrganizationFacts
from orgs.models.places import STREET_DIGITS
from orgs.rules.setup import Neighbour, Situation, Thresholds

NEIGHBOURS_A_COMMUNITY = 8  # read of each community; more than a joint branch may usually cover


class Near(NamedTuple):
    """An organization nearby, without a Party organization and with too few formal members for one of its own."""

    id: int
    name: str
    formal: int
    region_code: str
    industry: str


class Node(NamedTuple):
    """A Party organization that could cover or take in."""

    id: int
    name: str


@dataclass(frozen=True)
class Surroundings:
    """What is around one organization, nearest first."""

    neighbours: tuple[Near, ...] = ()
    zone: Node | None = None
    chain: Node | None = None
    authority: Node | None = None

    def situation(self, facts: OrganizationFacts) -> Situation:
        """The same as the rules of the next step want it (`orgs.rules.setup`).

        Members that only the survey knows of are kept elsewhere: theirs is the membership to transfer.
        """
        known = facts.formal + facts.probationary
        return Situation(
            category=facts.category,
            formal=facts.formal,
            neighbours=tuple(Neighbour(near.name, near.formal) for near in self.neighbours),
            zone=self.zone.name if self.zone else "",
            chain=self.chain.name if self.chain else "",
            authority=self.authority.name if self.authority else "",
            has_instructor=facts.instructor,
            floating=max(0, (facts.organization.survey_members or 0) - known),
        )


NOTHING = Surroundings()


def surroundings_of(
    rows: Sequence[OrganizationFacts], *, scope: Scope, thresholds: Thresholds
) -> dict[int, Surroundings]:
    """The surroundings of each organization by its id. Five queries at most. `rows` come with their organization."""
    lacking = [row for row in rows if row.formal < thresholds.formal_min]
    near = _neighbours(lacking, scope, thresholds)
    zones = _zone_nodes({row.zone_key for row in lacking if row.zone_key})
    chains = _chain_nodes({row.zone_key for row in lacking if row.zone_key})
    authorities = _authority_nodes({row.organization.authority for row in lacking if row.organization.authority})
    return {
        row.organization_id: Surroundings(
            neighbours=_nearest(row, near[_street(row.region_code)]),
            zone=zones.get(row.zone_key),
            chain=chains.get(row.zone_key),
            authority=authorities.get(row.organization.authority),
        )
        for row in lacking
    }


def _street(region_code: str) -> str:
    """The digits of the street; empty for an area that is larger than one."""
    digits = region_code[:STREET_DIGITS]
    return "" if not digits or digits.endswith("000") else digits


def _neighbours(rows: Sequence[OrganizationFacts], scope: Scope, thresholds: Thresholds) -> dict[str, list[Near]]:
    streets = {_street(row.region_code) for row in rows} - {""}
    found: dict[str, list[Near]] = defaultdict(list)
    if not streets:
        return found
    rank = Window(RowNumber(), partition_by=F("region_code"), order_by=[F("formal").desc(), F("pk")])
    joinable = (
        OrganizationFacts.objects.within(scope)
        .filter(region_code__between=[area_codes(street) for street in sorted(streets)], counted=True, has_org=False)
        .filter(formal__gt=0, formal__lt=thresholds.formal_min)
        .annotate(rank=rank)
        .filter(rank__lte=NEIGHBOURS_A_COMMUNITY)
    )
    about = ("joinable", scope.reach, state(), thresholds.formal_min, sorted(streets))
    ranked = kept(about, lambda: list(joinable.values_list("organization_id", "formal", "region_code")))
    names = Organization.objects.filter(pk__in=among([unit for unit, _, _ in ranked]))
    known = {unit: (name, industry) for unit, name, industry in names.values_list("pk", "name", "industry")}
    for unit, formal, region in ranked:
        name, industry = known[unit]
        found[_street(region)].append(Near(unit, name, formal, region, industry))
    return found


def _nearest(row: OrganizationFacts, candidates: list[Near]) -> tuple[Near, ...]:
    """The same community first, then the same trade, then those that bring most members."""

    def distance(near: Near) -> tuple[bool, bool, int, int]:
        trade = near.industry[:2] != row.organization.industry[:2]
        return near.region_code != row.region_code, trade, -near.formal, near.id

    others = (near for near in candidates if near.id != row.organization_id)
    return tuple(sorted(others, key=distance)[:NEIGHBOURS_A_COMMUNITY])


def _zone_nodes(zones: set[int]) -> dict[int, Node]:
    """The Party organization that covers most organizations of a zone already."""
    if not zones:
        return {}
    covering = (
        OrganizationFacts.objects.filter(zone_key__in=zones, form=Coverage.Form.AREA, covered_by__dissolved_on=None)
        .order_by()
        .values_list("zone_key", "covered_by", "covered_by__name")
        .annotate(units=Count("pk"))
        .order_by("units", "-covered_by")
    )
    return {zone: Node(node, name) for zone, node, name, _ in covering}


def _chain_nodes(zones: set[int]) -> dict[int, Node]:
    """The Party organization of the leading firm of a chain."""
    if not zones:
        return {}
    leaders = Organization.objects.filter(
        zone__in=zones, chain_leader=True, facts__has_org=True, facts__covered_by__dissolved_on=None
    ).order_by("-pk")
    return {
        zone: Node(node, name)
        for zone, node, name in leaders.values_list("zone_id", "facts__covered_by", "facts__covered_by__name")
    }


def _authority_nodes(authorities: set[str]) -> dict[str, Node]:
    """The committee that manages an industry authority's organizations: to attach to."""
    if not authorities:
        return {}
    rows = Jurisdiction.objects.filter(authority__in=authorities, committee__dissolved_on=None)
    return {
        authority: Node(node, name)
        for authority, node, name in rows.values_list("authority", "committee", "committee__name")
    }
