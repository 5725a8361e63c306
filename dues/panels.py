"""党费 on the record page of a branch and of a member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Sum

from accounts.permissions import Permission as P
from core.panels import Panel, panels
from core.scope import Scope
from dues.models import Arrears, Due
from dues.queries.branches import FEN, KINDS, so_far
from orgs.models import PartyOrganization


def of_branch(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """This year until today; a committee shows nothing."""
    assert isinstance(record, PartyOrganization)
    if record.kind not in KINDS or not scope.having(P.DUES_VIEW).holds_path(record.path):
        return None
    return {"year": on.year, "so_far": so_far([record.pk], on=on)[record.pk]}


def of_member(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What was due this year until today, and how far behind the member is; nothing where nothing was due."""
    dues = Due.objects.within(scope).filter(member=record.pk, month__range=(on.replace(month=1, day=1), on))
    sums = dues.aggregate(due=Sum("amount"), paid=Sum("paid"))
    if sums["due"] is None:
        return None
    told = {name: total.quantize(FEN) for name, total in sums.items()}
    return {"year": on.year, **told, "arrears": Arrears.objects.within(scope).filter(member=record.pk).first()}


panels.add(
    Panel("dues", "党费", "orgs.partyorganization", P.DUES_VIEW, "dues/panel.html", of_branch, 17),
    Panel("member_dues", "党费", "members.member", P.DUES_VIEW, "dues/member.html", of_member, 17),
)
