"""What the instructors' work tells of organizations: who is assigned, and when somebody last came."""

from __future__ import annotations

from django.db.models import Max, QuerySet

from core.periods import holding_on
from instructors.models import Assignment, Visit
from orgs.facts.sources import Day, FactSource, fact_sources, nth_of_each


def _assignments(day: Day) -> QuerySet:
    """The newest open assignment of an instructor still in service."""
    serving = holding_on(day.on, "instructor__")
    newest = nth_of_each(Assignment.objects.on(day.on).filter(serving), "-since", "-pk")
    return newest.values_list("organization_id", "instructor_id", "instructor__user_id", "instructor__name")


def _visits(day: Day) -> QuerySet:
    """The newest visit: dated evidence of work (R4), whoever made it."""
    return (
        Visit.objects.filter(visited_on__lte=day.on).values_list("organization_id").annotate(newest=Max("visited_on"))
    )


fact_sources.add(
    FactSource("assignments", ("instructor_id", "instructor_user_id", "instructor_name"), _assignments),
    FactSource("visits", ("visited_on",), _visits),
)
