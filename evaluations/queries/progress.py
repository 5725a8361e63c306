"""How far a round is, committee by committee, and who is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Substr

from core.scope import Scope
from evaluations.models import Evaluation, Round, Stage
from orgs.models import PartyOrganization
from orgs.models.party import STEP, steps


@dataclass(frozen=True)
class Board:
    """A committee with how many of its branches, or members, wait at each stage, and how many of them are late."""

    node: PartyOrganization
    waiting: Mapping[str, int]
    late: int

    @property
    def number(self) -> int:
        return sum(self.waiting.values())


def progress(row: Round, scope: Scope, *, on: date) -> list[Board]:
    """The committees, or branches, where what the reader sees of the round divides. Three queries."""
    seen = Evaluation.objects.within(scope).filter(round=row)
    late = Q(pk__in=Evaluation.objects.late(on).filter(round=row).values("pk"))
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Stage.values, 0))
    overdue: dict[int, int] = defaultdict(int)
    for below, stage, number, some in (
        by_place(seen).values_list("below_", "stage").annotate(number_=Count("pk"), late_=Count("pk", filter=late))
    ):
        found[steps(below)[-1]][stage] += number
        overdue[steps(below)[-1]] += some
    nodes = PartyOrganization.objects.filter(pk__in=found).order_by("path")
    return [Board(node, found[node.pk], overdue[node.pk]) for node in nodes]


def sum_of(boards: Sequence[Board]) -> dict[str, int]:
    return {stage: sum(one.waiting[stage] for one in boards) for stage in Stage.values}


def by_place(seen: QuerySet[Evaluation], common: int | None = None) -> QuerySet[Any]:
    """With the path of the committee, or branch, to which each belongs where they divide (`below_`), else where others do that
    have so many signs in `common`. One query, or none."""
    divides = divides_at(seen) if common is None else common
    return seen.order_by().annotate(below_=Substr("party_organization__path", 1, divides + STEP))


def divides_at(seen: QuerySet[Evaluation]) -> int:
    """How many signs the paths of all that is seen have in common, in whole steps: below that node they divide."""
    ends = seen.order_by().aggregate(first=Min("party_organization__path"), last=Max("party_organization__path"))
    first, last = steps(ends["first"] or ""), steps(ends["last"] or "")
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first[:-1], last[:-1], strict=False)))
    return common * STEP
