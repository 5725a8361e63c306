"""Twice at once, from two accounts: each act is done once, no place is given twice, no code answers twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.refusals import Refusal
from evaluations.models import AwardObjection, Honour, Objection, Proposal, Quota, SurveySum
from evaluations.services import answers, applications, award_objections, awards, objections, rounds, stages, surveys
from tests.activities.test_twice_at_once import at_once
from tests.awards import AFTER, agreed, good_branch, held, propose
from tests.people import LONG_AGO, TODAY, City, account, build_city
from tests.rounds import of, opened, prepared, reviewed, take
from tests.surveys import GOOD, again, begun, codes

pytestmark = pytest.mark.django_db(transaction=True)
REVIEWED, OVER = date(2026, 12, 1), date(2026, 12, 20)
WORDS = {"text": "不实", "raised_by": "王职工", "raised_unit": ""}
MORE = (
    ("city2", "何市", "DEPARTMENT", "CZ"), ("city3", "吕市", "DEPARTMENT", "CZ"), ("street2", "蒋街", "STREET", "CZ111"),
    ("district2", "沈区", "DEPARTMENT", "CZ11"),
)  # fmt: skip


@pytest.fixture
def city(transactional_db: None) -> City:
    """With a second person for each duty."""
    found = build_city()
    for username, name, role, code in MORE:
        found.people[username] = account(username, None, name=name, must_change_password=False)
        found.people[username].appointments.create(role=role, node=found[code], since=LONG_AGO)
    return found


def done(found: list[Any]) -> int:
    return sum(not isinstance(one, Refusal) for one in found)


def once(act: Callable[[str], Any], *whose: str) -> None:
    found = at_once(*[lambda who=who: act(who) for who in whose])
    assert done(found) == 1, found


def test_one_code_answers_once_of_ten_times(city: City) -> None:
    [code] = codes(city, begun(city), 1)
    once(lambda _: answers.answer(code=code, grades=GOOD, on=TODAY), *"0123456789")
    assert {*SurveySum.objects.filter(grade="GOOD").values_list("number", flat=True)} == {1}


def test_who_answers_while_it_is_closed_counts_or_is_told(city: City) -> None:
    survey = begun(city)
    acts = [lambda code=code: answers.answer(code=code, grades=GOOD, on=TODAY) for code in codes(city, survey, 12)]
    found = at_once(*acts, lambda: surveys.close(by=city.user("street"), survey=survey, on=TODAY))
    assert again(survey).online == done(found) - 1


def test_the_last_place_is_given_once(city: City) -> None:
    row = held(city, PARTY=1)
    told: dict[str, Any] = {"branch": city["CZ1111"], "commendation": row, "award": "PARTY", "why": "攻关", "on": TODAY}
    mine = applications.apply(by=city.user("secretary"), **told)
    found = at_once(
        lambda: applications.forward(by=city.user("street"), row=mine, on=TODAY),
        lambda: propose(city, row, by="street2", party_organization=city["CZ1112"]),
    )
    assert done(found) == 1 == Proposal.objects.filter(state="PROPOSED").count()


def test_no_place_is_taken_away_while_it_is_filled(city: City) -> None:
    quota = Quota.objects.get(commendation=held(city, PARTY=1))
    at_once(
        lambda: propose(city, quota.commendation),
        lambda: awards.quotas.change(by=city.user("city"), row=quota, number=0, on=TODAY),
    )
    quota.refresh_from_db()
    assert Proposal.objects.count() == quota.number


def test_each_act_on_a_list_of_awards_is_done_once(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=1)
    mine = agreed(city, propose(city, row))
    once(lambda who: awards.publish(by=city.user(who), row=row, on=TODAY), "city", "city2")
    told: dict[str, Any] = {"received_on": TODAY, "on": TODAY, **WORDS}
    once(lambda who: award_objections.enter(by=city.user(who), proposal=mine, **told), "secretary", "street")
    answer: dict[str, Any] = {
        "objection": AwardObjection.objects.get(),
        "accepted": False,
        "text": "不属实",
        "on": TODAY,
    }
    once(lambda who: award_objections.answer(by=city.user(who), **answer), "city2", "city3")
    once(lambda who: awards.honour(by=city.user(who), row=row, document="1 号", on=AFTER), "city", "city2")
    assert Honour.objects.count() == 1


def test_each_step_of_a_round_is_taken_once(city: City) -> None:
    row = opened(city)
    one = of(row, city["CZ1111"])
    take(city, one, "SELF")
    once(lambda who: take(city, one, "STREET", who), "street", "street2")
    confirmed = at_once(*[
        lambda who=who: stages.confirm_many(by=city.user(who), evaluations=[one.pk], on=TODAY)[0]
        for who in ("district", "district2")
    ])  # fmt: skip
    assert sorted(map(len, confirmed)) == [0, 1]


def test_each_act_on_a_round_is_done_once(city: City) -> None:
    row = prepared(city)
    once(lambda who: rounds.open_(by=city.user(who), row=row, on=TODAY), "city", "city2")
    reviewed(city, row)
    once(lambda who: rounds.publish(by=city.user(who), row=row, on=REVIEWED), "city", "city2")
    told: dict[str, Any] = {
        "evaluation": of(row, city["CZ1111"]),
        "score": None,
        "received_on": REVIEWED,
        "on": REVIEWED,
    }
    once(lambda who: objections.enter(by=city.user(who), **told, **WORDS), "street2", "secretary")
    answer: dict[str, Any] = {"objection": Objection.objects.get(), "accepted": True, "text": "查实", "on": REVIEWED}
    once(lambda who: objections.answer(by=city.user(who), **answer), "city", "city2")
    once(lambda who: rounds.finalise(by=city.user(who), row=row, on=OVER), "city", "city2")
