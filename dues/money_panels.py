"""活动经费 on the record page of a branch, and of an organization that it covers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from accounts.permissions import Permission as P
from core.panels import Panel, panels
from core.scope import Scope
from dues.models import Refund
from dues.queries.funds import balances_of
from orgs.models import Coverage, PartyOrganization


def _of_branch(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    """What its books hold, and what it waits for."""
    assert isinstance(record, PartyOrganization)
    waiting = Refund.objects.within(scope).waiting().filter(party_organization=record)
    return {"balances": balances_of([record.pk])[record.pk], "waiting": list(waiting.order_by("state_on", "pk"))}


def _of_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """The activity money of the Party organizations that cover it, as far as the reader sees them."""
    covering = Coverage.objects.on(on).filter(organization=record.pk).values("party_organization")
    nodes = list(PartyOrganization.objects.within(scope.having(P.DUES_VIEW)).filter(pk__in=covering).order_by("path"))
    held = balances_of([node.pk for node in nodes])
    return {"rows": [(node, held[node.pk]) for node in nodes]} if nodes else None


panels.add(
    Panel("funds", "活动经费", "orgs.partyorganization", P.DUES_VIEW, "dues/branch_panel.html", _of_branch, 18),
    Panel("unit_funds", "党费与经费", "orgs.organization", P.DUES_VIEW, "dues/unit_panel.html", _of_organization, 85),
)
