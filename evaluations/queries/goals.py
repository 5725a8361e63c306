"""争创目标 beside the results that they were set for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from core.id_sets import among
from core.scope import Scope
from evaluations.choices import grades_of
from evaluations.models import Evaluation, Goal, Stage


def goals_of(rows: Sequence[Evaluation], scope: Scope) -> dict[int, Goal]:
    """Of each evaluation the goal of the year in which its time ends, by its key. One query."""
    keys = {row.pk: (row.member_id, row.party_organization_id, row.round.last_day.year) for row in rows}
    members = among([member for member, *_ in keys.values() if member])
    whose = Q(member__in=members) | Q(member=None, party_organization__in=among([one for _, one, _ in keys.values()]))
    found = Goal.objects.within(scope).filter(whose, year__in={year for *_, year in keys.values()})
    of = {(one.member_id, one.member_id or one.party_organization_id, one.year): one for one in found}
    told = {pk: of.get((member, member or branch, year)) for pk, (member, branch, year) in keys.items()}
    return {pk: goal for pk, goal in told.items() if goal}


def reached(goal: Goal, row: Evaluation) -> bool | None:
    """Whether the result is what was wanted; None as long as there is none."""
    if row.stage != Stage.REVIEWED or row.exempt:
        return None
    return goal.reached(grade=row.grade, five_good=row.five_good, grades=grades_of(row.rubric.category))
