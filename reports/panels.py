"""What the worklists say about one organization, on its record page: why it is listed, and the step that starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.urls import reverse

from accounts.permissions import Permission
from core.panels import Panel, panels
from core.parameters import values_on
from core.scope import Scope, may_see
from orgs.rules.setup import Thresholds
from reports.steps import button_of
from reports.worklists import holds, lines, worklists


def next_steps(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """The worklists that name the organization, each with its line; None when there is nothing to do."""
    thresholds = Thresholds.of(values_on(on))
    back = reverse("organization", args=[record.pk])
    found = []
    facts = getattr(record, "facts", None)
    if facts is None or not may_see(facts, scope):
        return None
    for worklist in (one for one in worklists if holds(one.gap, facts)):
        rows = list(worklist.records(scope).filter(pk=record.pk))
        for row, line in zip(rows, lines(worklist, rows, scope=scope, thresholds=thresholds, on=on), strict=True):
            button = button_of(worklist, line.step, row, scope=scope, back=back)
            found.append((worklist, line, button))
    return {"found": found} if found else None


panels.add(
    Panel(
        code="next-step",
        title="下一步",
        model="orgs.organization",
        permission=Permission.FIGURES_VIEW,
        template="reports/panel_next_step.html",
        context=next_steps,
        order=5,
    )
)
