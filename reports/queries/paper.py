"""What stands on the printed page beside the figures: the longest overdue, and what streets answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F

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
    """Three queries: the first of the gap by its own index, their names, and the reasons."""
    gap = seen.moment.units(scope, SHOULD.gap, seen.narrow, seen.tree)
    first = list(gap.order_by("should_since", "organization").values_list("pk", flat=True)[:MOST])
    unit_name = F("name") if seen.moment.closed else F("organization__name")
    rows = gap.model.objects.filter(pk__in=first).annotate(unit_name=unit_name).order_by("should_since", "organization")
    columns = ("unit_name", "size", "formal", "managed_by__name", "should_since")
    overdue = [
        Overdue(name, size, formal, committee, since, (seen.moment.on - since).days)
        for name, size, formal, committee, since in rows.values_list(*columns)
    ]
    answers = GapAnswer.objects.filter(organization__in=gap.order_by().values("organization")).exclude(reason="")
    counted = answers.order_by().values_list("reason").annotate(units=Count("pk")).order_by("-units", "reason")
    reasons = list(counted)
    answered = sum(units for _, units in reasons)
    return Paper(overdue, reasons[:MOST], seen.whole.gap - answered)
