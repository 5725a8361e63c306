"""A step of a worker: branches with a year of records, and what a round of five goods takes of so many (`five`)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from bench.branches import some_branches, year_of_records
from bench.timing import measure, seconds
from core.rows import analyze
from core.scope import Scope
from evaluations.choices import Category
from evaluations.models import Evaluation, Round, Rubric, RubricCriterion, Score, Stage
from evaluations.queries.distribution import by_category, by_committee, round_before, wanted, whole
from evaluations.queries.progress import progress
from evaluations.queries.rubrics import items_of
from evaluations.rules.rounds import half_before
from evaluations.services import rounds, rubrics, stages
from members.models import Member
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.models import PartyOrganization

AT_ONCE = 500  # as the page confirms them
ROLL = 15  # members of a branch


def five(number: str) -> dict[str, float]:
    """So many branches are taken in, reviewed as they would have it, and made final; seconds of each, of the board and of what
    came of it; of the facts of all their members, with how many questions each criterion asks; and of taking all of them in."""
    today = timezone.localdate()
    year_of_records(some_branches(int(number), today, roll=ROLL), today)
    refresh(None, on=today)
    clerk = User.objects.get(username="clerk")
    row = _prepared(clerk, today)
    told: dict[str, Any] = {"by": clerk, "row": row}
    found = {"open": seconds(lambda: rounds.open_(**told, on=today))}
    for model in (Evaluation, Score):
        analyze(model)
    open_scores = Score.objects.filter(auto=None, excluded="")
    points = RubricCriterion.objects.filter(pk=OuterRef("criterion")).values("points")
    open_scores.update(self_points=Subquery(points))  # as branches and streets would
    open_scores.update(street_points=F("self_points"))
    Evaluation.objects.update(stage=Stage.DEPARTMENT)
    scope = scope_for(User.objects.get(username="district"), on=today)
    measure(found, "board", lambda: progress(row, scope, on=today))
    keys = list(Evaluation.objects.order_by("pk").values_list("pk", flat=True))
    found["confirm"] = seconds(lambda: _confirm(clerk, keys, today))
    until = rounds.publish(**told, on=today).notice_until
    assert until, "it is public"
    found["finalise"] = seconds(lambda: rounds.finalise(**told, on=until + timedelta(days=1)))
    city = scope_for(clerk, on=today)
    measure(found, "results", lambda: _results(row, city), 3)
    with CaptureQueriesContext(connection) as asked:
        found["members"] = seconds(lambda: _members(row, today))
    found["members_queries"] = len(asked)
    of_members = _prepared(clerk, today, subject="MEMBER")
    found["members_open"] = seconds(lambda: rounds.open_(by=clerk, row=of_members, on=today))
    return found


def _results(row: Round, scope: Scope) -> None:
    """As the page of results reads them."""
    last = round_before(row)
    whole(row, last, scope)
    by_committee(row, last, scope)
    by_category(row, last, scope)
    wanted(row, scope)


def _members(row: Round, today: date) -> None:
    """The points of every member, criterion by criterion."""
    rubric = Rubric.objects.in_force(row.last_day).get(category=Category.MEMBER)
    members = Member.objects.on_the_roll()
    for item in items_of(rubric):
        if source := item.criterion.source:
            for fact in source.facts(members, row.span, today).values():
                item.worked_out(fact)


def _prepared(clerk: User, today: date, **more: Any) -> Round:
    """Of the last half of a year that is over."""
    first, last = half_before(today)
    if not Rubric.objects.exists():
        rubrics.set_up(by=clerk, on=last)
    days = {name: today + timedelta(days=10 * place) for place, name in enumerate(rounds.DEADLINES, 1)}
    values = {"name": "评定", "first_day": first, "last_day": last} | days | more
    root = PartyOrganization.objects.get(parent=None)
    return rounds.prepare(by=clerk, node=root, values=values, on=today)


def _confirm(clerk: User, keys: list[int], today: date) -> None:
    for first in range(0, len(keys), AT_ONCE):
        stages.confirm_many(by=clerk, evaluations=keys[first : first + AT_ONCE], on=today)
