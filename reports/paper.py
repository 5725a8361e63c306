"""What stands on the printed page beside the figures: the longest overdue, and what streets answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

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
    """The longest overdue; the reasons given with their numbers; how many have not answered."""

    overdue: list[Overdue]
    reasons: list[tuple[str, int]]
    unanswered: int


def paper(scope: Scope, seen: Overview) -> Paper:
    """Three queries: the first of the gap by its own index, their names, and the reasons; of a closed month those of then."""
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
        answers = gap.exclude(answered="").values_list("answered")
    else:
        units = gap.order_by().values("organization")
        answers = GapAnswer.objects.filter(organization__in=units).exclude(reason="").values_list("reason")
    reasons = sorted(answers.order_by().annotate(units=Count("pk")), key=lambda found: (-found[1], found[0]))
    answered = sum(units for _, units in reasons)
    return Paper(overdue, reasons[:MOST], (seen.whole.gap or 0) - answered)
