"""Branches that somebody has to be reminded of: who has not reported, who holds nothing, who has not done what is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.permissions import Permission as P
from activities.models import ActivityRecord, Obligation
from activities.models.months import ANY
from activities.queries.asks import Ask
from activities.queries.branches import branches
from activities.queries.months import last_months
from activities.queries.silence import silent
from core.scope import Scope
from members.models import Member, Post
from orgs.models import PartyOrganization

LOOKED_BACK = 12  # months


def unreported(scope: Scope, *, on: date) -> QuerySet[Obligation]:
    """Duties of the last twelve months whose last day for filing is over and of which nothing came, the longest first."""
    months = [month.first_day for month in last_months(on, LOOKED_BACK + 1)]
    rows = Obligation.objects.changeable(scope, P.ACTIVITIES_REVIEW).open().filter(month__in=months, due_on__lt=on)
    rows = rows.fileable().filter(party_organization__dissolved_on=None)
    return rows.select_related("party_organization__parent", "group").order_by("due_on", "pk")


def months_unreported(scope: Scope, *, on: date) -> QuerySet[Obligation]:
    """月报未上报: one for each branch and month."""
    return unreported(scope, on=on).filter(kind=ANY)


def reviewed_branches(scope: Scope) -> QuerySet[PartyOrganization]:
    """The branches whose records somebody reviews, with the day of their last activity."""
    held = ActivityRecord.objects.filed().filter(party_organization=OuterRef("pk")).order_by("-held_on", "-pk")
    rows = PartyOrganization.objects.within(scope.having(P.ACTIVITIES_REVIEW)).filter(pk__in=branches().values("pk"))
    return rows.annotate(
        last_held=Subquery(held.values("held_on")[:1]),
        quiet_since=Coalesce("last_held", "established_on", Value(date(1900, 1, 1))),
    ).select_related("parent")


def silent_for(rows: QuerySet[PartyOrganization], months: int, *, on: date) -> QuerySet[PartyOrganization]:
    return rows.annotate(silent=silent(on, months)).filter(silent=True)


def without_answer(rows: QuerySet[PartyOrganization], ask: Ask, *, on: date) -> QuerySet[PartyOrganization]:
    """Those that have not done what is asked this year."""
    return rows.annotate(answered=ask.answered(on)).filter(answered=0)


def secretaries(nodes: Iterable[int], *, on: date) -> dict[int, tuple[str, Member | None]]:
    """Who is called about each branch: the secretary's name, and the member, of whom there may be a telephone number."""
    keys = list(nodes)
    posts = Post.objects.on(on).filter(party_organization__in=keys, post=Post.Kind.SECRETARY)
    found: dict[int, tuple[str, Member | None]] = {
        key: (name, None)
        for key, name in PartyOrganization.objects.filter(pk__in=keys).values_list("pk", "secretary_name")
    }
    for post in posts.select_related("member__party_organization"):
        found[post.party_organization_id] = (post.name, post.member)
    return found
