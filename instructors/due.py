"""Visits that are late, on the front page of those who look after instructors; these have their own page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from instructors.queries import open_assignments, overdue, state_due


def _rows(scope: Scope, on: date) -> QuerySet:
    return overdue(open_assignments(scope, on=on), on=on)


def _items(rows: QuerySet, scope: Scope, on: date) -> Iterator[DueItem]:
    for row in state_due(rows.only("since", "organization__name", "instructor__name"), on=on):
        url = reverse("organization", args=[row.organization_id])
        yield DueItem(row.organization.name, f"走访（{row.instructor.name}）", row.due_on, url, "查看")


due_kinds.add(DueKind("visits", "走访逾期", P.VISITS_CHANGE, _rows, "", _items, "/visits/overdue/?late=on"))
