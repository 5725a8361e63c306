"""Visits that are late, on the front page of those who look after instructors; these have their own page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from instructors.queries import open_assignments, overdue, state_due


def _count(scope: Scope, on: date) -> int:
    return overdue(open_assignments(scope, on=on), on=on).count()


def _items(scope: Scope, on: date, limit: int) -> Iterator[DueItem]:
    for row in state_due(overdue(open_assignments(scope, on=on), on=on)[:limit], on=on):
        url = reverse("organization", args=[row.organization_id])
        yield DueItem(row.organization.name, f"走访({row.instructor.name})", row.due_on, url, "查看")


due_kinds.add(DueKind("visits", "走访逾期", P.VISITS_CHANGE, _count, _items, "/visits/overdue/?late=on"))
