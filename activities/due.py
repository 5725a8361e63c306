"""What waits for the street: records to review, and branches whose monthly report did not come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission as P
from activities.queries.lists import months_unreported
from activities.queries.reviews import reviewable
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope


def _waiting(scope: Scope, on: date) -> QuerySet:
    return reviewable(scope, on=on).waiting().order_by("submitted_on", "pk")


def _reviews(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        hint = "，自动检查有提示" if row.flags else ""
        url = reverse("review", args=[row.pk])
        yield DueItem(str(row.party_organization), f"{row}{hint}", row.review_by, url, "审核")


def _unreported(scope: Scope, on: date) -> QuerySet:
    return months_unreported(scope, on=on)


def _missing(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = reverse("branch_health", args=[row.party_organization_id])
        yield DueItem(str(row.party_organization), f"{row.month:%Y-%m} 没有上报组织生活", row.due_on, url, "查看")


due_kinds.add(
    DueKind("activities.reviews", "待审核", P.ACTIVITIES_REVIEW, _waiting, "review_by", _reviews, "/reviews/"),
    DueKind(
        "activities.missing", "月报未上报", P.ACTIVITIES_REVIEW, _unreported, "due_on", _missing, "/reviews/missing/"
    ),
)
