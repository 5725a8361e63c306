"""What a record settles: the duties of its branch, by the first record of their kind and period (rules §13)."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from activities.models import ActivityRecord, Obligation
from activities.models.months import ANY, ObligationQuerySet
from core.months import YearMonth
from orgs.facts import refresh

State = Obligation.State


def restate(rows: ObligationQuerySet) -> None:
    """Settle duties by the first record of their kind and period, and open those whose record is gone. Set-based.

    What stands in a month that is locked stays as it is, also where its period reaches into months that are not.
    """
    filed, rows = ActivityRecord.objects.filed(), rows.not_locked()
    of_kind = filed.filter(kind=OuterRef("kind"))
    _restate(rows.filter(kind=ANY), filed)
    _restate(rows.filter(group=None).exclude(kind=ANY), of_kind)
    _restate(rows.filter(group__isnull=False), of_kind.filter(group=OuterRef("group")))


def restate_month(month: YearMonth, *, on: date) -> None:
    """All duties of a month, and the figures of their branches."""
    rows = Obligation.objects.of_month(month)
    restate(rows)
    refresh((), on=on, nodes=set(rows.values_list("party_organization", flat=True)))


def of_the_period(records: QuerySet) -> QuerySet:
    """Those of them that a duty's branch held in its period, the first that was handed in first."""
    return records.filter(
        party_organization=OuterRef("party_organization"),
        held_on__gte=OuterRef("begins_on"),
        held_on__lte=OuterRef("ends_on"),
    ).order_by("submitted_on", "pk")


def _restate(rows: QuerySet[Obligation], records: QuerySet) -> None:
    records = of_the_period(records)
    rows.filter(~Exists(records), record__isnull=False).update(record=None, settled_on=None, state=State.OPEN)
    first_on = records.values("submitted_on")[:1]
    state = Case(When(due_on__gte=first_on, then=Value(State.ON_TIME)), default=Value(State.LATE))
    settled = rows.filter(Exists(records))
    settled.update(record=records.values("pk")[:1], settled_on=first_on, state=state, reason="")
