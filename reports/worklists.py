"""The two worklists: organizations that should have a Party organization, or a member, and have none (rules §5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, cast

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from core.periods import holding_on
from core.registries import Registry
from core.scope import Scope
from orgs.indicators import SHOULD
from orgs.models import Coverage, Liaison, OrganizationFacts
from orgs.rules.setup import (
    NextStep,
    Reason,
    Situation,
    Thresholds,
    in_one_sentence,
    next_step,
    next_step_for_member,
    reasons_for_member,
    reasons_for_party_organization,
)
from reports.models import GapAnswer
from reports.queries.surroundings import NOTHING, surroundings_of

# how members are won, by the step that says so
MEMBER_WAYS = {
    "transfer_member": "接转组织关系", "develop_member": "发展党员", "recommend_member": "推荐党员就业",
}  # fmt: skip
INSTRUCTOR_WAY = "选派指导员"
MEMBER_GAP = Q(counted=True, should_member=True, formal=0, probationary=0)


@dataclass(frozen=True)
class Asked:
    """What is asked about a unit of a list, in the words of the form and the workbooks, and the ways that may be planned.

    `source` is the kind of list as which the worklist's workbook comes back.
    """

    source: str
    about: str
    reason: str
    way: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Worklist:
    """A list of what is missing. `gap` finds it, `since` is the column of its first day."""

    code: str
    title: str
    gap: Q
    since: str
    why: Callable[[OrganizationFacts, Thresholds], list[Reason]]
    step: Callable[[Situation, Thresholds], NextStep]
    asked: Asked
    promise: str  # what is promised of a unit whose answer names no way
    empty: str

    def records(self, scope: Scope) -> QuerySet[OrganizationFacts]:
        """The units of the list that the scope manages, with all that its columns read."""
        rows = OrganizationFacts.objects.within(scope).filter(self.gap)
        return rows.annotate(since=F(self.since), size_key=Coalesce("size", 0)).select_related(
            "organization", "organization__region", "organization__gap_answer", "managed_by"
        )


def _why_party(facts: OrganizationFacts, thresholds: Thresholds) -> list[Reason]:
    return reasons_for_party_organization(
        category=facts.category,
        size=facts.size,
        formal=facts.formal,
        restructured=facts.restructured,
        thresholds=thresholds,
    )


def _why_member(facts: OrganizationFacts, thresholds: Thresholds) -> list[Reason]:
    return reasons_for_member(category=facts.category, size=facts.size, thresholds=thresholds)


worklists = Registry(
    Worklist(
        "party-organization",
        "应建党组织尚未建",
        SHOULD.gap,
        "should_since",
        _why_party,
        next_step,
        Asked(
            "gap_answers",
            "未建情况",
            "未建原因",
            "拟建方式",
            (*(form.label for form in Coverage.Form), *MEMBER_WAYS.values(), INSTRUCTOR_WAY),
        ),
        "组建党组织",
        "没有应建未建的单位：应建党组织的都已建立，或者名单还没有导入。",
    ),
    Worklist(
        "member",
        "党员空白点（应有党员未有）",
        MEMBER_GAP,
        "should_member_since",
        _why_member,
        lambda situation, thresholds: next_step_for_member(situation),
        Asked("member_answers", "党员空白情况", "空白原因", "拟采取措施", (*MEMBER_WAYS.values(), INSTRUCTOR_WAY)),
        "消除党员空白点",
        "没有党员空白点：应有党员的单位都有党员，或者名单还没有导入。",
    ),
)


def holds(gap: Q, facts: OrganizationFacts) -> bool:
    """Whether a row that is read already is one of those that the condition finds."""
    found = (
        getattr(facts, str(one[0])) == one[1] if isinstance(one, tuple) else holds(cast(Q, one), facts)
        for one in gap.children
    )
    return (any(found) if gap.connector == Q.OR else all(found)) != gap.negated


def is_way(text: str) -> bool:
    """Whether some list offers this way: a unit that stands on two lists has one plan."""
    return any(text in worklist.asked.ways for worklist in worklists)


class WorklistRow(NamedTuple):
    """What a list says about one unit beside its facts."""

    why: str
    days: int
    step: NextStep
    answer: GapAnswer | None
    responsible: tuple[str, ...]  # each person with the duty


def lines(
    worklist: Worklist, rows: Sequence[OrganizationFacts], *, scope: Scope, thresholds: Thresholds, on: date
) -> list[WorklistRow]:
    """Why each unit is listed, for how many days, whose it is and what to do next. A constant number of queries."""
    around = surroundings_of(rows, scope=scope, thresholds=thresholds)
    liaisons = _liaisons_of(rows, on)
    found = []
    for row in rows:
        answer = getattr(row.organization, "gap_answer", None)
        people = {
            "责任人": answer.responsible if answer else "",
            "指导员": row.instructor_name,
            "联络员": liaisons.get(row.organization_id, ""),
            "管理党组织书记": row.managed_by.secretary_name,
        }
        line = WorklistRow(
            why=in_one_sentence(worklist.why(row, thresholds)),
            days=(on - getattr(row, worklist.since)).days,
            step=worklist.step(around.get(row.organization_id, NOTHING).situation(row), thresholds),
            answer=answer,
            responsible=tuple(f"{duty} {name}" for duty, name in people.items() if name),
        )
        found.append(line)
    return found


def _liaisons_of(rows: Sequence[OrganizationFacts], on: date) -> dict[int, str]:
    """The liaison of each unit on a day, the newest of several."""
    units = [row.organization_id for row in rows if row.liaison]
    known = Liaison.objects.filter(holding_on(on), organization__in=units).order_by("since", "pk")
    return dict(known.values_list("organization_id", "name")) if units else {}
