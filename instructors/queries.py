"""Reads of instructors' work: open assignments with their newest visit and the day of the next one, loads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from core.parameters import values_on
from core.periods import holding_on
from core.scope import Scope
from instructors.models import Assignment, Visit
from instructors.rules import due_on, interval_days


def visits_per_quarter(on: date) -> int:
    """The parameter as it holds on a day."""
    return int(values_on(on)["instructor.visits_per_quarter"])


def timed(rows: QuerySet[Assignment], *, on: date) -> QuerySet[Any]:
    """Assignments that know the newest visit, and when that was or, before the first one, when they began."""
    newest = Visit.objects.filter(organization=OuterRef("organization"), visited_on__lte=on).order_by("-visited_on")
    rows = rows.annotate(visited_on=Subquery(newest.values("visited_on")[:1]))
    return rows.annotate(counts_from=Greatest(Coalesce("visited_on", "since"), "since"))


def serving(scope: Scope, *, on: date) -> QuerySet[Assignment]:
    """Assignments within the scope that hold on a day, of instructors still in service."""
    rows = Assignment.objects.within(scope).on(on).filter(holding_on(on, "instructor__"))
    return rows.select_related("instructor")


def open_assignments(scope: Scope, *, on: date) -> Any:
    """The same with their organizations and the newest visits."""
    return timed(serving(scope, on=on).select_related("instructor", "organization"), on=on)


def overdue(rows: QuerySet[Any], *, on: date) -> QuerySet[Any]:
    """Those whose next visit should have been made before a day, the longest waiting first."""
    last = on - timedelta(days=interval_days(visits_per_quarter(on)))
    since_then = Visit.objects.filter(organization=OuterRef("organization"), visited_on__range=(last, on))
    # as `counts_from` before that day, but the newest visit is looked up for those found alone
    return rows.filter(~Exists(since_then), since__lt=last).order_by("counts_from", "pk")


def state_due(rows: Iterable[Any], *, on: date) -> list[Any]:
    """Put on each assignment of `timed` the day of its next visit, and whether that is past."""
    per_quarter, timed_rows = visits_per_quarter(on), list(rows)
    for row in timed_rows:
        due = due_on(assigned_on=row.since, visited_on=row.visited_on, visits_per_quarter=per_quarter)
        row.due_on, row.late = due, due < on
    return timed_rows


def loads(instructor_ids: Collection[int], *, on: date) -> dict[int, int]:
    """How many organizations each instructor looks after on a day. One query."""
    rows = Assignment.objects.on(on).filter(instructor__in=instructor_ids)
    return dict(rows.values_list("instructor").annotate(units=Count("pk")))
