"""Visits that are late, on the front page of those who look after instructors; these have their own page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from instructors.queries import open_assignments, overdue, state_due


def _rows(scope: Scope, on: date) -> QuerySet:
    rows = overdue(open_assignments(scope, on=on), on=on)
    return rows.only("since", "organization__name", "instructor__name")


def _items(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in state_due(rows, on=on):
        url = f"/organizations/{row.organization_id}/"
        yield DueItem(row.organization.name, f"走访（{row.instructor.name}）", row.due_on, url, "查看")


due_kinds.add(DueKind("visits", "走访逾期", P.VISITS_CHANGE, _rows, "", _items, "/visits/overdue/?late=on"))
