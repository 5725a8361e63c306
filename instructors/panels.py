"""走访 on the record page of an organization: who is assigned, when somebody came, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from accounts.permissions import Permission as P
from core.panels import Panel, panels
from core.scope import Scope, may_change
from instructors.models import Instructor, Visit
from instructors.queries import serving, state_due

SHOWN = 10
VISIT = ("done", "result", "visited_on", "instructor__name", "entered_by__name")


def of_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """Open assignments with the day of the next visit, and the newest visits."""
    visits = Visit.objects.within(scope).filter(organization=record.pk).select_related("instructor", "entered_by")
    assignments = list(serving(scope, on=on).filter(organization=record.pk).only("since", "instructor__name"))
    for row in assignments:
        row.visited_on = record.facts.visited_on  # type: ignore[attr-defined]
    return {
        "assignments": state_due(assignments, on=on),
        "visits": list(visits.only(*VISIT).order_by("-visited_on", "-pk")[:SHOWN]),
        "may_assign": may_change(record, scope, P.VISITS_CHANGE),
        "may_log": scope.may(P.VISITS_LOG) and Instructor.objects.filter(user=scope.user_id).exists(),
    }


panels.add(Panel("visits", "走访", "orgs.organization", P.VISITS_VIEW, "instructors/panel.html", of_organization, 20))
