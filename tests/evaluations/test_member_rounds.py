"""Members in a round: the branch scores, its meeting chooses, those above review; who sees them, what an objection changes, and the
goals that stand beside."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from activities.models import Training
from core.due import due_kinds
from core.refusals import Refusal
from core.scope import Grant, Scope
from evaluations.models import Evaluation, Goal, Meeting, Objection, Round, Score
from evaluations.queries.goals import goals_of, reached
from evaluations.queries.results import differences
from evaluations.services import meetings, objections, rounds, stages
from evaluations.services.goals import goals
from tests.people import TODAY, City
from tests.rounds import given, opened

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)
NAMES = ("甲", "乙", "丙")


def of_members(city: City) -> dict[str, Evaluation]:
    """Three members of the branch with their hours, in a round that is open."""
    for name in NAMES:
        Training.objects.create(member=city.member(name), course="党校", held_on=date(2026, 6, 15), hours=16)
    row = opened(city, subject="MEMBER")
    return {one.name: one for one in row.evaluations.select_related("round", "party_organization", "member")}


def scored(city: City, found: dict[str, Evaluation]) -> None:
    for one in found.values():
        stages.keep(by=city.user("secretary"), evaluation=one, given=given(one), on=TODAY)


def decide(city: City, found: dict[str, Evaluation], *chosen: str, who: str = "secretary", **more: Any) -> Meeting:
    votes = {"held_on": TODAY, "expected": 3, "present": 3, "agreed": 3, "excess_reason": ""}
    reasons = more.pop("reasons", dict.fromkeys(NAMES, "名额所限"))
    row = next(iter(found.values())).round
    return meetings.decide(
        by=city.user(who), row=row, party_organization=city["CZ1111"], values=votes | more, on=TODAY,
        chosen={found[name].pk for name in chosen}, reasons={found[name].pk: why for name, why in reasons.items()},
    )  # fmt: skip


def public(city: City, found: dict[str, Evaluation]) -> Round:
    """Reviewed by the street and the district as the branch had it, and put up."""
    keys = [one.pk for one in found.values()]
    for who, stage in (("street", "STREET"), ("district", "DEPARTMENT")):
        done, stay = stages.confirm_many(by=city.user(who), evaluations=keys, stage=stage, on=TODAY)
        assert (len(done), stay) == (len(keys), [])
    rounds.publish(by=city.user("city"), row=next(iter(found.values())).round, on=DECEMBER)
    return Round.objects.get()


def test_the_meeting_chooses_and_all_go_on_together(city: City) -> None:
    found = of_members(city)
    with pytest.raises(Refusal, match="还有 3 名党员没有评完分"):
        decide(city, found, "甲")
    scored(city, found)
    with pytest.raises(Refusal, match="支部党员大会评定后一并提交"):
        stages.take(by=city.user("secretary"), evaluation=found["甲"], stage="SELF", given=given(found["甲"]), on=TODAY)
    cases: tuple[tuple[dict[str, Any], tuple[str, ...], str], ...] = (
        ({}, ("甲", "乙"), "一般不超过 1 名"),
        ({"reasons": {"乙": "名额所限"}}, ("甲",), "丙达到“五个好”分数线"),
        ({"agreed": 1}, ("甲",), "没有通过"),
        ({"held_on": date(2026, 11, 23)}, ("甲",), "不早于评定开始"),
        ({"who": "street"}, ("甲",), "为本支部自评"),
        ({"who": "stranger"}, ("甲",), "权限"),
    )
    for more, chosen, sentence in cases:
        with pytest.raises(Refusal, match=sentence):
            decide(city, found, *chosen, **more)
    assert decide(city, found, "甲", "乙", excess_reason="两人均受市级表彰").entered_by == city.user("secretary")
    told = Evaluation.objects.order_by("pk").values_list("name", "stage", "chosen", "chosen_reason")
    assert list(told) == [("甲", "STREET", True, ""), ("乙", "STREET", True, ""), ("丙", "STREET", False, "名额所限")]
    with pytest.raises(Refusal, match="没有等待"):
        decide(city, found, "甲")
    row = public(city, found)
    assert [one.name for one in row.evaluations.filter(five_good=True)] == ["甲", "乙"]
    assert row.evaluations.get(name="丙").short_of == ["支部党员大会没有评定：名额所限"]
    assert [*differences(row.evaluations.all())] == []


def test_the_street_does_not_take_many_branches_unseen(city: City) -> None:
    row = opened(city)
    keys = list(row.evaluations.values_list("pk", flat=True))
    Evaluation.objects.update(stage="STREET")
    done, stay = stages.confirm_many(by=city.user("street"), evaluations=keys, stage="STREET", on=TODAY)
    assert (done, len(stay)) == ([], len(keys))


def test_who_is_ill_for_long_keeps_no_score(city: City) -> None:
    found = of_members(city)
    told: dict[str, Any] = {"by": city.user("secretary"), "evaluation": found["丙"], "on": TODAY}
    meetings.exempt(**told)
    with pytest.raises(Refusal, match="请重新打开"):
        meetings.exempt(**told)
    meetings.exempt(**told, back=True)
    assert Evaluation.objects.get(name="丙").stage == "SELF"
    meetings.exempt(**told)
    with pytest.raises(Refusal, match="权限"):
        meetings.exempt(**told | {"by": city.user("street")})
    rest = {name: found[name] for name in ("甲", "乙")}
    scored(city, rest)
    decide(city, rest, reasons=dict.fromkeys(rest, "名额所限"))
    with pytest.raises(Refusal, match="请重新打开"):
        meetings.exempt(**told, back=True)
    row = public(city, rest)
    assert row.evaluations.get(name="丙").total is None


def test_an_objection_of_a_member_is_answered_by_somebody_else(city: City) -> None:
    found = of_members(city)
    scored(city, found)
    decide(city, found, "甲")
    row = public(city, found)
    one = row.evaluations.get(name="乙")
    told: dict[str, Any] = {"raised_by": "乙", "raised_unit": "", "text": "本人受市级表彰", "received_on": DECEMBER}
    made = objections.enter(by=city.user("secretary"), evaluation=one, score=None, **told, on=DECEMBER)
    answer: dict[str, Any] = {"objection": made, "accepted": True, "text": "属实", "on": date(2026, 12, 2)}
    for who, sentence in (("secretary", "权限"), ("district", "审定的是您本人"), ("street", "权限")):
        with pytest.raises(Refusal, match=sentence):
            objections.answer(by=city.user(who), **answer, chosen=True)
    with pytest.raises(Refusal, match="原来就没有评定"):
        objections.answer(by=city.user("city"), **answer, chosen=False)
    objections.answer(by=city.user("city"), **answer, chosen=True)
    one.refresh_from_db()
    assert (one.five_good, one.chosen, Objection.objects.get().outcome) == (True, True, "ACCEPTED")
    assert [*differences(row.evaluations.all())] == []


def test_members_are_seen_by_their_branch_and_those_above_who_may_see_members(city: City) -> None:
    found = of_members(city)
    seen = {name: Evaluation.objects.within(city.scope(name)).count() for name in city.people}
    assert {name for name, number in seen.items() if number} == {"city", "district", "street", "secretary"}
    own = city.scope("secretary").grants[0]
    narrow = Grant(own.role, frozenset({"evaluations.view"}), own.node_id, own.path, own.unit_managers)
    assert not Evaluation.objects.within(Scope(1, (narrow,))).exists(), "evaluations of branches, not of members"
    assert not Score.objects.within(Scope(1, (narrow,))).exists()
    assert Score.objects.within(city.scope("secretary")).exists()
    assert found


def test_what_waits_is_told_once_a_branch(city: City) -> None:
    of_members(city)
    kind = due_kinds["evaluations.self"]
    [item] = kind.items(kind.rows(city.scope("secretary"), TODAY), city.scope("secretary"), TODAY)
    assert item.who == city["CZ1111"].name
    assert "/members/" in item.url


def test_goals_stand_beside_the_result(city: City) -> None:
    found = of_members(city)
    told: dict[str, Any] = {
        "by": city.user("secretary"),
        "on": TODAY,
        "party_organization": city["CZ1111"],
        "year": 2026,
    }
    of_member = goals.add(**told, member=found["甲"].member, wanted="FIVE", what="带头攻关")
    goals.add(**told, wanted="FOUR_STARS", what="提高出勤")
    with pytest.raises(Refusal, match="不在"):
        goals.add(**told, member=city.member(of="CZ1112"), wanted="FIVE", what="带头攻关")
    assert goals_of(list(found.values()), city.scope("street")) == {found["甲"].pk: of_member}
    assert reached(of_member, found["甲"]) is None
    row = Evaluation(stage="REVIEWED", five_good=False, grade="四星", rubric=found["甲"].rubric)
    assert reached(of_member, row) is False
    stars = ("未定级", "一星", "二星", "三星", "四星", "五星")
    four = Goal.objects.get(member=None)
    assert [four.reached(grade=one, five_good=False, grades=stars) for one in stars[3:]] == [False, True, True]
