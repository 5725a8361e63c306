"""What stands beside the figures: the longest overdue, and what streets answered and promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Value

from core.page_cache import kept
from core.scope import Scope
from orgs.indicators import SHOULD
from reports.dashboard import Overview
from reports.models import GapAnswer

MOST = 8


@dataclass(frozen=True)
class Overdue:
    """A unit that has been due for longest."""

    name: str
    size: int | None
    formal: int
    committee: str
    since: date
    days: int


@dataclass(frozen=True)
class Paper:
    """The longest overdue; the reasons given with their numbers; how many have not answered, and for how many the day that
    was promised is past. No closed month keeps that day."""

    overdue: list[Overdue]
    reasons: list[tuple[str, int]]
    unanswered: int
    unkept: int


def paper(scope: Scope, seen: Overview) -> Paper:
    """Three queries: the first of the gap by its own index, their names, and the answers; of a closed month those of then."""
    gap = seen.moment.units(scope, SHOULD.gap, seen.narrow, seen.tree)
    oldest = gap.order_by("should_since", "organization").values_list("pk", flat=True)
    about = ("oldest", scope.reach, seen.moment.standing, seen.narrow, str(seen.narrow.condition(seen.tree)))
    first = kept(about, lambda: list(oldest[:MOST]))
    rows = gap.model.objects.filter(pk__in=first).order_by("should_since", "organization")
    name = "name" if seen.moment.closed else "organization__name"
    overdue = [
        Overdue(name, size, formal, seen.tree.nodes[committee].name, since, (seen.moment.on - since).days)
        for name, size, formal, committee, since in rows.values_list(
            name, "size", "formal", "managed_by", "should_since"
        )
    ]
    if seen.moment.closed:
        found = gap.order_by().values_list("answered").annotate(units=Count("pk"), unkept=Value(0))
    else:
        units, past = gap.order_by().values("organization"), Q(planned_by__lt=seen.moment.on)
        answers = GapAnswer.objects.filter(organization__in=units).order_by().values_list("reason")
        found = answers.annotate(units=Count("pk"), unkept=Count("pk", filter=past))
    given = list(found)
    reasons = sorted(((reason, units) for reason, units, _ in given if reason), key=lambda one: (-one[1], one[0]))
    unanswered = (seen.whole.gap or 0) - sum(units for _, units in reasons)
    return Paper(overdue, reasons[:MOST], unanswered, sum(unkept for *_, unkept in given))
