"""Figures of five goods agree with the paper round, tell of the newest result that holds alone, and are kept when a round becomes
final."""

from __future__ import annotations

from datetime import date

import pytest

from core.indicators import indicators
from evaluations.models import Evaluation, Round
from orgs.facts import differences, refresh
from orgs.figures import Narrow, live
from orgs.indicators import GOODS
from tests.evaluations.test_round_on_paper import PAPER, result
from tests.people import City

pytestmark = pytest.mark.django_db
FINAL = date(2026, 12, 9)


def told(city: City, who: str = "city") -> dict[str, tuple[object, object]]:
    ours = [one for one in indicators if one.group == GOODS]
    sums = live(city.scope(who)).whole(Narrow(), [m.code for one in ours for m in (one.numerator, one.denominator)])
    return {one.code: (sums[one.numerator.code], sums[one.denominator.code]) for one in ours}


def test_figures_tell_of_the_newest_final_result(city: City) -> None:
    first = result(city)
    assert differences(on=FINAL) == [], "the service kept them"
    good = sum(row.five for row in PAPER.values())
    found = told(city)
    assert found["FIVE_BRANCHES"] == (good, 20)
    assert found["FIVE_EVALUATED"][0] == 20
    assert found["FIVE_VETOED"] == (2, 20)
    work = sum(float(row.work) >= 14 for row in PAPER.values())
    assert found["FIVE_IN_WORK"] == (work, 20)
    assert found["FIVE_IN_MASSES"] == (15, 20)  # below 14: 总分够维度不够, and the four of the lowest lines
    assert found["FIVE_MEMBERS"] == (0, 0)
    assert told(city, "stranger")["FIVE_BRANCHES"] == (0, 0)
    _only_the_newest_counts(city, first)


def _only_the_newest_counts(city: City, first: Round) -> None:
    """A later round counts once it is final, of the branches that are in it."""
    later = Round.objects.create(
        name="下半年", node=first.node, first_day=date(2026, 7, 1), last_day=date(2026, 12, 31), state="NOTICE",
        self_until=date(2027, 1, 10), street_until=date(2027, 1, 20), department_until=date(2027, 1, 30),
        opened_on=date(2027, 1, 1), notice_on=date(2027, 2, 1), notice_until=date(2027, 2, 8),
    )  # fmt: skip
    good = first.evaluations.filter(five_good=True).select_related("party_organization").first()
    assert good
    Evaluation.objects.create(
        round=later, party_organization=good.party_organization, rubric=good.rubric, name=good.name, stage="REVIEWED",
        total=0, by_dimension=dict.fromkeys(good.by_dimension, "0.00"), lifts=[],
    )  # fmt: skip
    day = date(2027, 2, 9)
    refresh(None, on=day)
    assert told(city)["FIVE_BRANCHES"][0] == sum(row.five for row in PAPER.values())
    later.state, later.final_on, later.final_by = "FINAL", day, city.user("city")
    later.save()
    refresh(None, on=day)
    assert told(city)["FIVE_BRANCHES"] == (sum(row.five for row in PAPER.values()) - 1, 20)
    refresh(None, on=date(2029, 1, 1))  # too old by then
    assert told(city)["FIVE_BRANCHES"] == (0, 0)
