"""Lessons whose day has come, on the front page of those who manage the organization."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from tests.careful.models import Lesson


def _rows(scope: Scope, on: date) -> QuerySet:
    rows = Lesson.objects.changeable(scope).filter(due_on__isnull=False)
    return rows.select_related("organization").order_by("due_on", "pk")


def _items(rows: QuerySet, scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = reverse("organization", args=[row.organization_id])
        yield DueItem(row.organization.name, f"党课（{row.topic}）", row.due_on, url, "查看")


due_kinds.add(DueKind("lessons", "党课", P.REGISTRY_CHANGE, _rows, "due_on", _items, "/lessons/"))
