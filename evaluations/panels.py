"""五个好 on the record page of a branch and of a member, and on the page of a secretary, who is to score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from accounts.permissions import Permission as P
from core.due import due_kinds
from core.panels import Panel, panels
from core.scope import Scope
from evaluations.models import Evaluation

SHOWN = 5


def _newest(scope: Scope, **of: Any) -> Mapping[str, Any] | None:
    rows = Evaluation.objects.within(scope).filter(**of).select_related("round").order_by("-pk")
    return {"rows": found} if (found := list(rows[:SHOWN])) else None


def of_branch(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    return _newest(scope, party_organization=record.pk, member=None)


def of_member(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    return _newest(scope, member=record.pk)


def at_work(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    kind = due_kinds["evaluations.self"]
    found = list(kind.items(kind.of(scope, on).filter(party_organization=record.pk), scope, on))
    return {"due": found} if found else None


panels.add(
    Panel("five", "五个好评定", "orgs.partyorganization", P.EVALUATIONS_VIEW, "evaluations/panel.html", of_branch, 18),
    Panel(
        "five_line", "五个好自评", "orgs.partyorganization", P.EVALUATIONS_SCORE, "evaluations/line.html", at_work,
        page="branch",
    ),
    Panel("member_five", "五个好评定", "members.member", P.EVALUATIONS_VIEW, "evaluations/panel.html", of_member, 18),
)  # fmt: skip
