"""Figures of five goods agree with the paper round, tell of the newest result that holds alone, and are kept when a round becomes
final."""

from __future__ import annotations

import re
from datetime import date

import pytest

from core.indicators import indicators
from evaluations.models import Evaluation, Round
from evaluations.services.goals import goals
from members.models import Member
from orgs.facts import differences, refresh
from orgs.figures import Narrow, live
from orgs.indicators import GOODS
from orgs.services.party import establish
from tests.awards import result as result_of
from tests.evaluations.test_round_on_paper import PAPER, result
from tests.people import LONG_AGO, TODAY, City

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
    assert found["FIVE_EMPTY"] == (good, good), "what may be reached on paper alone is said beside it"
    assert found["FIVE_UNASKED"] == (good, good)
    assert told(city, "stranger")["FIVE_BRANCHES"] == (0, 0)
    page = city.client("leader").get("/dashboard/").content.decode()
    found_there = re.findall(r"“五个好”党支部 <b>([^<]*)</b>（<a [^>]*>(\d+)</a> / <a [^>]*>(\d+)</a>）", page)
    assert found_there == [(f"{good / 20:.1%}", str(good), "20")]
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


def test_a_member_counts_where_he_is_on_the_roll_and_no_more_once_he_left(city: City) -> None:
    stays, goes, expelled = (city.member(name) for name in ("甲", "乙", "丙"))
    for one, node in ((stays, "CZ"), (goes, "CZ1"), (expelled, "CZ11")):
        result_of(city, one, node=node, five_good=one != goes)
    city.member("丁")
    there = establish(by=None, name="望江支部", kind="branch", parent=city["CZ121"], code="CZ1211", on=LONG_AGO)
    Member.objects.filter(pk=goes.pk).update(party_organization=there)
    Member.objects.filter(pk=expelled.pk).update(status="EXPELLED")
    refresh(None, on=FINAL)
    assert told(city)["FIVE_MEMBERS"] == (1, 2)
    assert told(city)["FIVE_MEMBERS_EVALUATED"] == (2, 3)
    assert told(city, "stranger")["FIVE_MEMBERS"] == (0, 1)
    assert differences(on=FINAL) == []


def test_goals_of_the_year_are_counted(city: City) -> None:
    of = {"by": city.user("secretary"), "party_organization": city["CZ1111"], "what": "攻关", "on": TODAY}
    goals.add(**of, year=TODAY.year, wanted="FIVE", member=None)
    goals.add(**of, year=TODAY.year, wanted="EXCELLENT", member=city.member("甲"))
    goals.add(**of, year=TODAY.year - 1, wanted="EXCELLENT", member=city.member("乙"))
    assert told(city)["FIVE_GOALS"][0] == 1
    assert told(city)["FIVE_MEMBER_GOALS"] == (1, 2)
    assert differences(on=TODAY) == [], "the service kept them"
