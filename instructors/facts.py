"""What the instructors' work tells of organizations: who is assigned, and when somebody last came."""

from __future__ import annotations

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from core.periods import holding_on
from instructors.models import Assignment, Visit
from orgs.facts.sources import Day, FactSource, fact_sources, nth_of_each


def _assignments(day: Day) -> QuerySet:
    """The newest open assignment of an instructor still in service."""
    newest = nth_of_each(Assignment.objects.on(day.on).filter(_serving(day)), "-since", "-pk")
    return newest.values_list("organization_id", "instructor_id", "instructor__user_id", "instructor__name")


def _visits(day: Day) -> QuerySet:
    """The newest visit of anybody, and of those who are still assigned there: dated evidence of work (R4)."""
    assigned = Assignment.objects.on(day.on).filter(_serving(day), organization=OuterRef("organization"))
    visits = Visit.objects.filter(visited_on__lte=day.on).values_list("organization_id")
    by_instructor = Max("visited_on", filter=Exists(assigned.filter(instructor=OuterRef("instructor"))))
    return visits.annotate(newest=Max("visited_on"), by_instructor=by_instructor)


def _serving(day: Day) -> Q:
    return holding_on(day.on, "instructor__")


fact_sources.add(
    FactSource("assignments", ("instructor_id", "instructor_user_id", "instructor_name"), _assignments),
    FactSource("visits", ("visited_on", "instructed_on"), _visits),
)
