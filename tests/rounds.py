"""Builders of a round: opened at the root of the small Party tree, and taken through its stages by the named people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from evaluations.models import Evaluation, Round, Rubric, Score
from evaluations.queries.results import asked
from evaluations.rules.rounds import Given
from evaluations.services import rounds, rubrics, stages
from tests.people import TODAY, City

HALF = {"first_day": date(2026, 1, 1), "last_day": date(2026, 6, 30)}
UNTIL = {
    "self_until": date(2026, 11, 30), "street_until": date(2026, 12, 7), "department_until": date(2026, 12, 14)
}  # fmt: skip
NOTICE = TODAY  # it is public from then on
WHO = {"SELF": "secretary", "STREET": "street", "DEPARTMENT": "district"}


def prepared(city: City, by: str = "city", node: str = "CZ", **values: Any) -> Round:
    if not Rubric.objects.exists():
        rubrics.set_up(by=city.user("city"), on=TODAY)
    told = {"name": "2026 年上半年“五个好”评定", **HALF, **UNTIL} | values
    return rounds.prepare(by=city.user(by), node=city[node], values=told, on=TODAY)


def opened(city: City, **more: Any) -> Round:
    row = prepared(city, **more)
    rounds.open_(by=city.user("city"), row=row, on=TODAY)
    return Round.objects.get(pk=row.pk)


def of(row: Round, branch: Any) -> Evaluation:
    return Evaluation.objects.select_related("round", "party_organization").get(round=row, party_organization=branch)


def scores(evaluation: Evaluation) -> dict[str, Score]:
    return {one.criterion.code: one for one in evaluation.scores.select_related("criterion")}


def given(evaluation: Evaluation, share: str = "1", text: str = "", **codes: str) -> dict[int, Given]:
    """A share of the points of every score that people give; of those named (`c1_3`) so many points."""
    found = {}
    for code, one in scores(evaluation).items():
        if asked(one):
            points = codes.get(f"c{code.replace('.', '_')}")
            found[one.pk] = Given(Decimal(points) if points else one.criterion.points * Decimal(share), text)
    return found


def take(city: City, evaluation: Evaluation, stage: str, who: str = "", on: date = TODAY, **more: Any) -> Evaluation:
    by = city.user(who or WHO[stage])
    return stages.take(by=by, evaluation=evaluation, stage=stage, given=given(evaluation, **more), on=on)


def reviewed(city: City, row: Round) -> None:
    """Every evaluation taken through all stages as its branch would have it; a joint branch is scored from above alone."""
    for one in row.evaluations.select_related("party_organization"):
        if one.party_organization == city["CZ1111"]:
            take(city, one, "SELF")
        take(city, one, "STREET", on=date(2026, 12, 1))
        take(city, one, "DEPARTMENT", on=date(2026, 12, 1))


__all__ = ["HALF", "NOTICE", "UNTIL", "given", "of", "opened", "prepared", "reviewed", "scores", "take"]
