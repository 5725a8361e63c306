"""What waits for a branch beside its duties: what came back, what was begun, what was decided, what is planned."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from activities.models import ActivityRecord, Decision, Plan
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
    rows = Decision.objects.within(scope).filter(done_on=None, due_on__isnull=False)
    rows = rows.exclude(record__status=Status.DRAFT)
    return rows.select_related("record__party_organization").order_by("due_on", "pk")


def plans_ahead(scope: Scope, *, on: date) -> QuerySet[Plan]:
    """What is going to be held, the next one first."""
    rows = Plan.objects.within(scope).filter(planned_on__gte=on, cancelled_on=None)
    return rows.select_related("party_organization", "venue").order_by("planned_on", "starts_at", "pk")
