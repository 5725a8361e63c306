"""Campaigns and experiences as branches and committees read them: who joined, who learned from what."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.permissions import Permission as P
from activities.models import ActivityRecord, Attendance, Campaign, Experience
from activities.queries.branches import branches
from core.scope import Scope, subtree
from orgs.models import PartyOrganization
from orgs.models.party import steps
from orgs.subjects import number_of


def called(campaign: Campaign, scope: Scope) -> QuerySet[PartyOrganization]:
    """The branches below its committee that the scope sees, with their records and how many members took part."""
    seen = PartyOrganization.objects.within(scope.having(P.ACTIVITIES_VIEW))
    rows = seen.filter(subtree(campaign.committee.path), pk__in=branches().values("pk"))
    came = _came(campaign).filter(record__party_organization=OuterRef("pk")).order_by()
    people = came.values("record__party_organization").annotate(people=Count("member", distinct=True)).values("people")
    counted = number_of(campaign.records.filed(), "party_organization")
    return rows.annotate(held=counted, people=Coalesce(Subquery(people), 0)).select_related("parent")


def joined(campaign: Campaign, scope: Scope) -> dict[str, int]:
    """How many branches were called and joined, records, and members who took part, each counted once. Three queries."""
    rows = called(campaign, scope)
    counts = rows.aggregate(branches=Count("pk"), joined=Count("pk", filter=Q(held__gt=0)))
    records = campaign.records.filed().filter(party_organization__in=rows.values("pk"))
    people = _came(campaign).filter(record__in=records).aggregate(people=Count("member", distinct=True))
    return counts | people | {"records": records.count()}


def not_joined(branch: PartyOrganization, *, on: date) -> QuerySet[Campaign]:
    """Campaigns that run for a branch and of which it has held nothing, the first to end first."""
    held = ActivityRecord.objects.filed().filter(party_organization=branch, campaign__isnull=False)
    running = Campaign.objects.for_branch(branch).on(on).exclude(pk__in=held.values("campaign"))
    return running.order_by("until", "pk")


def with_adoptions(rows: QuerySet[Experience]) -> QuerySet[Experience]:
    """With how many other branches learned from each."""
    by_others = ~Q(adoptions__status=ActivityRecord.Status.DRAFT) & ~Q(
        adoptions__party_organization=F("record__party_organization")
    )
    return rows.annotate(adopted=Count("adoptions__party_organization", filter=by_others, distinct=True))


def publishers(record: ActivityRecord, scope: Scope) -> QuerySet[PartyOrganization]:
    """The committees above a record in whose name the scope may publish it, the widest first."""
    nodes = {grant.node_id for grant in scope.having(P.ACTIVITIES_REVIEW).grants}
    above = nodes & set(steps(record.party_organization.path)[:-1])
    return PartyOrganization.objects.standing().filter(pk__in=above).order_by("path")


def _came(campaign: Campaign) -> QuerySet[Attendance]:
    return Attendance.objects.filed().filter(present=True, record__campaign=campaign)
