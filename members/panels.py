"""党员 on the record pages of organizations and Party organizations: names for those who may read the roster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse

from accounts.permissions import Permission as P
from core.panels import Panel, panels
from core.scope import Scope, may_change
from members.indicators import ELSEWHERE
from members.models import Member
from members.models.members import PROBATIONARY
from orgs.models import PartyOrganization

SHOWN = 30


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
    Panel("members", "党员", "orgs.organization", P.MEMBERS_VIEW, "members/panel.html", of_organization, 10),
    Panel("branch_members", "党员", "orgs.partyorganization", P.MEMBERS_VIEW, "members/panel.html", of_party_organization, 10),
)  # fmt: skip
