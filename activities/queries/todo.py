"""本月待办 of a branch: what is due, what came back, what was begun, what was decided and is not done."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from activities.models import ActivityMonth, ActivityRecord, Contribution, Decision, Obligation, Plan
from core.months import YearMonth
from core.scope import Scope

State, Status = Obligation.State, ActivityRecord.Status


def open_duties(scope: Scope, *, on: date) -> QuerySet[Obligation]:
    """What is due of the scope's branches and open: of months that can still be filed, the first to fall due first."""
    locked = ActivityMonth.objects.filter(state=ActivityMonth.State.LOCKED).values("month")
    rows = Obligation.objects.changeable(scope).open().filter(begins_on__lte=on).exclude(month__in=locked)
    return rows.select_related("party_organization", "group").order_by("due_on", "kind", "pk")


def duties_of(scope: Scope, *, month: YearMonth) -> QuerySet[Obligation]:
    """All that is or was due in a month, in the order of the kinds, with what became of it."""
    rows = Obligation.objects.within(scope).of_month(month)
    return rows.select_related("party_organization", "record", "group").order_by("party_organization", "due_on", "pk")


def returned(scope: Scope) -> QuerySet[ActivityRecord]:
    """Records that came back, the newest first; `reviews` tells why."""
    rows = ActivityRecord.objects.changeable(scope).filter(status=Status.RETURNED)
    return rows.select_related("party_organization").prefetch_related("reviews__by").order_by("-held_on", "-pk")


def drafts(scope: Scope) -> QuerySet[ActivityRecord]:
    """What was begun and not handed in, the newest first."""
    rows = ActivityRecord.objects.changeable(scope).filter(status=Status.DRAFT)
    return rows.select_related("party_organization").order_by("-typed_at", "-pk")


def open_decisions(scope: Scope, *, on: date, late: bool = False) -> QuerySet[Decision]:
    """Decisions with a day that are not done (A13), the first to fall due first; `late`: those whose day is past."""
    rows = Decision.objects.within(scope).filter(done_on=None, due_on__isnull=False)
    rows = rows.exclude(record__status=Status.DRAFT)
    rows = rows.filter(due_on__lt=on) if late else rows
    return rows.select_related("record__party_organization").order_by("due_on", "pk")


def plans_ahead(scope: Scope, *, on: date) -> QuerySet[Plan]:
    """What is going to be held, the next one first."""
    rows = Plan.objects.within(scope).filter(planned_on__gte=on, cancelled_on=None)
    return rows.select_related("party_organization", "venue").order_by("planned_on", "starts_at", "pk")


def unresolved_rights(scope: Scope) -> QuerySet[Contribution]:
    """维权 without a result that the union (工会) does not know of yet."""
    rows = Contribution.objects.within(scope).filter(kind=Contribution.Kind.RIGHTS, result="")
    return rows.filter(passed_to_union_on=None).select_related("party_organization").order_by("done_on", "pk")


def queue(scope: Scope) -> QuerySet[ActivityRecord]:
    """What waits for the street, the longest waiting first. `flags` are the codes of its warnings."""
    rows = ActivityRecord.objects.changeable(scope, "activities.review").waiting()
    return rows.select_related("party_organization", "entered_by").order_by("submitted_on", "pk")


def missing(scope: Scope, *, on: date) -> QuerySet[Obligation]:
    """未上报: open after its last day for filing (A7)."""
    return open_duties(scope, on=on).filter(due_on__lt=on)


def refused_leave(organization_id: int) -> QuerySet:
    """单位未准假: when members who work at an organization were not given leave, the newest first; without names."""
    rows = ActivityRecord.objects.filed().filter(
        Q(attendances__reason="EMPLOYER", attendances__member__organization=organization_id)
    )
    return rows.distinct().order_by("-held_on")
