"""What the roster knows: how many members work at an organization, since when enough are formal, how many a Party
organization has."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from members.models import Member
from members.models.members import PROBATIONARY
from orgs.facts.sources import Day, FactSource, fact_sources, nth_of_each
from orgs.subjects import NodeFact, node_facts, number_of


def _members(day: Day) -> QuerySet:
    """Formal and probationary members by employer (正式党员 alone count for setting up, rules §5)."""
    return (
        Member.objects.on_the_roll()
        .filter(organization__isnull=False, organization_since__lte=day.on)
        .values_list("organization_id")
        .annotate(
            formal=Count("pk", filter=Q(status=Member.Status.FORMAL)),
            probationary=Count("pk", filter=Q(status__in=PROBATIONARY)),
        )
    )


def _formal_since(day: Day) -> QuerySet:
    """The day on which the last of the formal members needed for a Party organization was there and formal."""
    there = Greatest(Coalesce("formal_on", "organization_since"), F("organization_since"))
    formal = Member.objects.formal().filter(organization__isnull=False, organization_since__lte=day.on)
    formal = formal.annotate(formal_there=there)
    needed = nth_of_each(formal, "formal_there", "pk", place=max(day.thresholds.formal_min, 1))
    return needed.values_list("organization_id", "formal_there")


fact_sources.add(
    FactSource("members", ("formal", "probationary"), _members),
    FactSource("formal_since", ("formal_since",), _formal_since),
)
node_facts.add(NodeFact("formal", lambda day: number_of(Member.objects.formal(), "party_organization")))
