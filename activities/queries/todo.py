"""What waits for a branch beside its duties: what came back, what was begun, what was decided."""

from __future__ import annotations

from django.db.models import QuerySet

from activities.models import ActivityRecord, Decision
from core.scope import Scope

Status = ActivityRecord.Status


def returned(scope: Scope) -> QuerySet[ActivityRecord]:
    """Records that came back, the newest first; `reviews` tells why."""
    rows = ActivityRecord.objects.changeable(scope).filter(status=Status.RETURNED)
    return rows.select_related("party_organization").prefetch_related("reviews__by").order_by("-held_on", "-pk")


def drafts(scope: Scope) -> QuerySet[ActivityRecord]:
    """What was begun and not handed in, the newest first."""
    rows = ActivityRecord.objects.changeable(scope).filter(status=Status.DRAFT)
    return rows.select_related("party_organization").order_by("-typed_at", "-pk")


def open_decisions(scope: Scope) -> QuerySet[Decision]:
    """Decisions with a day that are not done (A13), the first to fall due first."""
    rows = Decision.objects.within(scope).filed().filter(done_on=None, due_on__isnull=False)
    return rows.select_related("record__party_organization").order_by("due_on", "pk")
