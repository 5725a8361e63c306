"""党员 on the record pages of organizations and Party organizations, for those who may read the roster; who runs them, for all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse

from accounts.permissions import Permission as P
from core.panels import Panel, panels
from core.periods import not_over
from core.scope import Scope, may_change
from members.indicators import ELSEWHERE
from members.models import Member, PartyGroup, Post, Term
from members.models.members import PROBATIONARY
from orgs.models import PartyOrganization

SHOWN = 30
ORDER = Post.Kind.values


def of_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """Members who work at an organization; of those whose branch is outside the scope only how many."""
    employed = Member.objects.on_the_roll().filter(organization=record.pk)
    panel = _panel(employed, scope, record)
    panel["outside"] = 0 if scope.having(P.MEMBERS_VIEW).whole else employed.count() - panel["count"]
    panel["by_party"] = False
    panel["url"] = f"{reverse('admin:members_member_changelist')}?organization={record.pk}"
    return panel


def of_party_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """Members of a Party organization itself, and how many of those who work at the units it covers are in another one; a
    committee without any shows nothing."""
    panel = _panel(Member.objects.on_the_roll().filter(party_organization=record.pk), scope, record)
    panel["by_party"] = True
    panel["url"] = f"{reverse('admin:members_member_changelist')}?branch={record.pk}"
    if isinstance(record, PartyOrganization) and not record.manages:
        panel["elsewhere"], panel["elsewhere_url"] = enrolled_elsewhere(record, scope)
        return panel
    return panel if panel["count"] else None


def team(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    """Who runs a Party organization, its groups and its newest term."""
    groups = PartyGroup.objects.within(scope).filter(not_over(on), party_organization=record.pk).select_related("head")
    terms = Term.objects.within(scope).filter(party_organization=record.pk)
    return {
        **_serving(record.pk, scope, on),
        "groups": groups.annotate(number=models.Count("members")).order_by("pk"),
        "term": terms.order_by("-elected_on").first(),
        "may": record.dissolved_on is None and may_change(record, scope, Post.change_permission),  # type: ignore[attr-defined]
    }


def team_of_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """Who runs the Party organization that covers an organization, else the committee that is responsible for it; out of the
    reader's reach only who is secretary."""
    facts = getattr(record, "facts", None)
    node = (facts and facts.covered_by) or record.managed_by  # type: ignore[attr-defined]
    found = _serving(node.pk, scope, on)
    if not found["posts"] and not node.secretary_name:
        return None
    words = {"node": node.name, "secretary": node.secretary_name, "covered": node.pk != record.managed_by_id}  # type: ignore[attr-defined]
    open_to_see = scope.having(PartyOrganization.view_permission).holds_path(node.path)
    return {**found, **words, "url": reverse("party", args=[node.pk]) if open_to_see else ""}


def _serving(node_id: int, scope: Scope, on: date) -> dict[str, Any]:
    """The posts of a Party organization that are not over, the secretary first; members whose page may be opened."""
    rows = Post.objects.within(scope).filter(not_over(on), party_organization=node_id)
    serving = sorted(
        rows.select_related("member__party_organization"), key=lambda row: (ORDER.index(row.post), row.since)
    )
    seen = scope.having(Member.view_permission)
    known = {row.member_id for row in serving if row.member and seen.holds_path(row.member.party_organization.path)}
    return {"posts": serving, "known": known}


def enrolled_elsewhere(node: PartyOrganization, scope: Scope) -> tuple[int, str]:
    """How many members of the scope work at the units that a Party organization covers and are in another one, and the list
    of them, from which they are moved."""
    employed = Member.objects.within(scope).on_the_roll().filter(organization__facts__covered_by=node.pk)
    asked = urlencode({"covered_by": node.pk, "measure": ELSEWHERE.numerator.code})
    number = employed.filter(ELSEWHERE.numerator.where).count()
    return number, f"{reverse('admin:members_member_changelist')}?{asked}"


def _panel(members: Any, scope: Scope, record: models.Model) -> dict[str, Any]:
    """The first names in the order of their joining, the numbers of all, and whether the reader may register more here."""
    seen = members.within(scope).select_related("party_organization", "organization")
    seen = seen.only("name", "sex", "job", "joined_on", "status", "party_organization__name", "organization__name")
    rows = list(seen.order_by("joined_on", "pk")[: SHOWN + 1])
    probationary = sum(row.status in PROBATIONARY for row in rows)
    numbers = {"count": len(rows), "probationary": probationary}
    if len(rows) > SHOWN:
        numbers = members.within(scope).aggregate(
            count=models.Count("pk"), probationary=models.Count("pk", filter=models.Q(status__in=PROBATIONARY))
        )
    may = scope.may(Member.change_permission) and may_change(record, scope)
    return {**numbers, "formal": numbers["count"] - numbers["probationary"], "rows": rows[:SHOWN], "may": may}


panels.add(
    Panel("team", "班子与换届", "orgs.partyorganization", P.REGISTRY_VIEW, "members/team.html", team, 5),
    Panel("team_of_unit", "党组织班子", "orgs.organization", P.REGISTRY_VIEW, "members/team_of_unit.html", team_of_organization, 5),
    Panel("members", "党员", "orgs.organization", P.MEMBERS_VIEW, "members/panel.html", of_organization, 10),
    Panel("branch_members", "党员", "orgs.partyorganization", P.MEMBERS_VIEW, "members/panel.html", of_party_organization, 10),
)  # fmt: skip
