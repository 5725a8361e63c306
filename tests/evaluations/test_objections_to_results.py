"""异议: taken down while a result is public, answered by somebody else, and what changes with it; 加减分 and 一票否决."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from core.refusals import Refusal
from evaluations.models import Evaluation, Extra, Objection, Round, Score
from evaluations.queries.results import differences
from evaluations.services import objections, rounds
from orgs.services.appointments import issue_code
from tests.people import TODAY, City, account
from tests.rounds import of, opened, reviewed, scores, take

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)


def public(city: City) -> Evaluation:
    row = opened(city)
    reviewed(city, row)
    rounds.publish(by=city.user("city"), row=row, on=DECEMBER)
    return of(Round.objects.get(), city["CZ1111"])


def enter(city: City, one: Evaluation, score: Score | None = None, who: str = "secretary", **more: Any) -> Objection:
    told: dict[str, Any] = {"received_on": DECEMBER, "on": DECEMBER, "raised_by": "王职工", "raised_unit": "明川电子"}
    return objections.enter(by=city.user(who), evaluation=one, score=score, text="测评没有听到意见", **told | more)


def answer(city: City, objection: Objection, who: str = "city", **more: Any) -> Objection:
    told: dict[str, Any] = {"accepted": True, "text": "经核实", "on": date(2026, 12, 2)}
    return objections.answer(by=city.user(who), objection=objection, **told | more)


def test_an_objection_that_is_right_changes_the_score_and_the_result(city: City) -> None:
    one = public(city)
    found = scores(one)["1.3"]
    made = answer(city, enter(city, one, found), points=D("2.00"))
    assert (made.points_before, made.points) == (4, 2)
    before = one.total
    one.refresh_from_db()
    assert (one.total, scores(one)["1.3"].final) == ((before or 0) - 2, 2)
    assert scores(one)["1.3"].department_points == 4, "what was given stays to be read"
    assert [*differences(one.round.evaluations.all())] == []
    with pytest.raises(Refusal, match="已因异议改过一次"):
        answer(city, enter(city, one, found), points=D(3))
    with pytest.raises(Refusal, match="1 件异议没有答复"):
        rounds.finalise(by=city.user("city"), row=one.round, on=date(2026, 12, 9))


def test_somebody_else_answers(city: City) -> None:
    one = public(city)
    mine = enter(city, one, who="city")
    cases = (
        (mine, "city", "登记异议的是您本人"), (mine, "district", "审定的是您本人"), (mine, "street", "权限"),
        (mine, "secretary", "权限"), (mine, "stranger", "权限"), (mine, "leader", "权限"),
    )  # fmt: skip
    for objection, who, sentence in cases:
        with pytest.raises(Refusal, match=sentence):
            answer(city, objection, who)
    for who in city.people:
        with pytest.raises(Refusal):
            answer(city, mine, who)
    namesake = city.people["namesake"] = account("namesake", None, name="周区", must_change_password=False)
    namesake.appointments.create(role="DEPARTMENT", node=city["CZ"], since=date(2020, 1, 1))
    with pytest.raises(Refusal, match="同名账号"):
        answer(city, mine, "namesake")
    other = city.people["other"] = account("other", None, name="沈副区", must_change_password=False)
    other.appointments.create(role="DEPARTMENT", node=city["CZ"], since=date(2020, 1, 1))
    assert answer(city, mine, "other").answered_by == other


def test_an_objection_comes_while_the_result_is_public(city: City) -> None:
    one = public(city)
    for day, sentence in ((date(2026, 11, 30), "公示期间"), (date(2026, 12, 9), "公示期间")):
        with pytest.raises(Refusal, match=sentence):
            enter(city, one, received_on=day, on=date(2026, 12, 9))
    with pytest.raises(Refusal, match="权限"):
        enter(city, one, who="stranger")
    made = enter(city, one, who="street")
    assert answer(city, made, accepted=False).outcome == "REJECTED"
    with pytest.raises(Refusal, match="已于"):
        answer(city, made)
    with pytest.raises(Refusal, match="异议成立"):
        answer(city, enter(city, one, scores(one)["1.3"]), accepted=False, points=D(1))


def test_bonus_penalty_and_veto_count_in_the_sum(city: City) -> None:
    row = opened(city)
    one = of(row, city["CZ1111"])
    told: dict[str, Any] = {"by": city.user("street"), "evaluation": one, "on": DECEMBER, "text": "市委〔2026〕3 号"}
    objections.add_extra(**told, kind="BONUS", code="CITY")
    objections.add_extra(**told, kind="PENALTY", code="CRITICISED")
    with pytest.raises(Refusal, match="没有这项"):
        objections.add_extra(**told, kind="BONUS", code="OTHER")
    with pytest.raises(Refusal, match="权限"):
        objections.add_extra(**told | {"by": city.user("secretary")}, kind="BONUS", code="CITY")
    Extra.objects.filter(added_by=None).delete()
    reviewed(city, row)
    one.refresh_from_db()
    plain = one.total
    with pytest.raises(Refusal, match="审定"):
        objections.add_extra(**told, kind="BONUS", code="PROVINCE")
    veto = objections.add_extra(**told | {"by": city.user("city")}, kind="VETO", code="FALSE")
    one.refresh_from_db()
    assert (one.total, one.grade, one.five_good) == (plain, "", False)
    assert "弄虚作假" in one.short_of[0]
    with pytest.raises(Refusal, match="审定"):
        objections.remove_extra(by=city.user("street"), extra=veto, reason="查无此事", on=DECEMBER)
    objections.remove_extra(by=city.user("city"), extra=veto, reason="查无此事", on=DECEMBER)
    assert [*differences(row.evaluations.all())] == []


def test_what_the_department_entered_the_street_does_not_take_away_and_nothing_counts_twice(city: City) -> None:
    one = of(opened(city), city["CZ1111"])
    told: dict[str, Any] = {
        "evaluation": one,
        "on": DECEMBER,
        "text": "通报 3 号",
        "kind": "PENALTY",
        "code": "CRITICISED",
    }
    above = objections.add_extra(by=city.user("district"), **told)
    with pytest.raises(Refusal, match="不重复登记"):
        objections.add_extra(by=city.user("district"), **told)
    with pytest.raises(Refusal, match="审定"):
        objections.remove_extra(by=city.user("street"), extra=above, reason="不对", on=DECEMBER)
    own = objections.add_extra(by=city.user("street"), **told | {"text": "通报 4 号"})
    for who, extra in (("street", own), ("city", above)):
        objections.remove_extra(by=city.user(who), extra=extra, reason="登记有误", on=DECEMBER)


def test_neither_whoever_raised_it_nor_whoever_could_sign_in_as_one_of_them_answers(city: City) -> None:
    one, now = public(city), timezone.localdate()
    told: dict[str, Any] = {"on": DECEMBER, "received_on": DECEMBER}
    with pytest.raises(Refusal, match="提出异议的是您本人"):
        answer(city, enter(city, one, raised_by="陈市（组织部）", **told))
    made = enter(city, one, **told)
    with pytest.raises(Refusal, match="已登记，等待答复"):
        enter(city, one, **told)
    issue_code(user=city.user("secretary"), by=city.user("city"), scope=city.scope("city"), reason="遗忘", on=TODAY)
    with pytest.raises(Refusal, match="为钱书记重置口令的是您本人"):
        answer(city, made, on=max(now, DECEMBER))


def test_nobody_reviews_himself(city: City) -> None:
    city.member("孙街")
    [one] = opened(city, subject="MEMBER").evaluations.all()
    with pytest.raises(Refusal, match="被评定的是您本人"):
        take(city, one, "STREET", on=DECEMBER)
    with pytest.raises(Refusal, match="被评定的是您本人"):
        objections.add_extra(
            by=city.user("street"), evaluation=one, kind="BONUS", code="CITY", text="表彰", on=DECEMBER
        )
    take(city, one, "STREET", who="district", on=DECEMBER)


def test_what_the_records_veto_is_taken_away_by_no_one(city: City) -> None:
    row = opened(city)
    silent = Extra.objects.filter(code="SILENT").first()
    assert silent, "nothing was held for six months"
    with pytest.raises(Refusal, match="系统中的记录"):
        objections.remove_extra(by=city.user("street"), extra=silent, reason="不对", on=DECEMBER)
    assert take(city, of(row, city["CZ1111"]), "SELF").stage == "STREET"


def test_an_objection_that_is_right_takes_a_veto_away(city: City) -> None:
    one = public(city)
    silent = one.extras.get(code="SILENT")
    made = enter(city, one)
    with pytest.raises(Refusal, match="异议成立"):
        answer(city, made, accepted=False, without=silent)
    answer(city, made, without=silent)
    one.refresh_from_db()
    assert not one.extras.exists()
    assert one.grade, "it is rated now"
    assert [*differences(one.round.evaluations.all())] == []
