"""异议 against a public list of awards: taken down by whoever takes part, answered by somebody else, and no honour before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.due import due_kinds
from core.refusals import Refusal
from evaluations.models import AwardObjection, Honour, Proposal
from evaluations.services import award_objections, awards
from tests.awards import AFTER, DAY, agreed, good_branch, held, propose
from tests.people import LONG_AGO, TODAY, City, account

pytestmark = pytest.mark.django_db
NOTICE_ENDS = date(2026, 12, 1)


@pytest.fixture
def listed(city: City) -> Proposal:
    """A branch that is public: the street proposed, the city decided; another clerk of the city is at hand."""
    second = city.people["second"] = account("second", None, name="何市", must_change_password=False)
    second.appointments.create(role="DEPARTMENT", node=city["CZ"], since=LONG_AGO)
    good_branch(city)
    row = held(city, PARTY=2)
    found = agreed(city, propose(city, row))
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    return found


def enter(city: City, row: Proposal, who: str = "secretary", **more: Any) -> AwardObjection:
    told: dict[str, Any] = {
        "text": "拖欠工资",
        "received_on": TODAY,
        "on": TODAY,
        "raised_by": "王职工",
        "raised_unit": "明川电子",
    }
    return award_objections.enter(by=city.user(who), proposal=row, **told | more)


def answer(city: City, row: AwardObjection, who: str = "second", **more: Any) -> AwardObjection:
    told: dict[str, Any] = {"accepted": True, "text": "查实拖欠", "on": TODAY} | more
    return award_objections.answer(by=city.user(who), objection=row, **told)


def honour(city: City, row: Proposal) -> int:
    return awards.honour(by=city.user("city"), row=row.commendation, document="市委 1 号", on=AFTER)


@pytest.mark.parametrize(("accepted", "state", "given"), [(True, "REFUSED", 0), (False, "NAMED", 1)])
def test_no_honour_before_each_is_answered(
    city: City, listed: Proposal, accepted: bool, state: str, given: int
) -> None:
    made = enter(city, listed)
    with pytest.raises(Refusal, match="还有 1 件异议没有答复"):
        honour(city, listed)
    with pytest.raises(Refusal, match="有异议没有答复"):  # nor is it gone round by refusing it at once
        awards.decide(by=city.user("city"), row=listed, agreed=False, text="不表彰", on=TODAY)
    answer(city, made, accepted=accepted)
    assert honour(city, listed) == given == Honour.objects.count()
    listed.refresh_from_db()
    assert (listed.state, listed.decided_by) == (state, city.user("city")), "who agreed stays to be read"
    assert listed.answer == ("异议成立：查实拖欠" if accepted else "")


def test_somebody_else_answers(city: City, listed: Proposal) -> None:
    mine, raised = enter(city, listed, "second"), enter(city, listed, text="弄虚作假", raised_by="何 市")
    cases = (
        (mine, "second", "登记异议的是您本人"), (mine, "city", "审定的是您本人"), (raised, "second", "提出异议的是您本人"),
        (mine, "district", "权限"), (mine, "street", "权限"), (mine, "secretary", "权限"), (mine, "stranger", "权限"),
        (mine, "leader", "权限"),
    )  # fmt: skip
    for row, who, sentence in cases:
        with pytest.raises(Refusal, match=sentence):
            answer(city, row, who)
    Proposal.objects.filter(pk=listed.pk).update(proposed_by=city.user("second"))
    with pytest.raises(Refusal, match="推荐的是您本人"):
        answer(city, enter(city, listed, text="未办社保"))


def test_two_against_one_are_answered_by_the_same(city: City, listed: Proposal) -> None:
    first, second = enter(city, listed), enter(city, listed, "street", text="未办社保")
    answer(city, first)
    assert answer(city, second, accepted=False).outcome == "REJECTED"
    with pytest.raises(Refusal, match="已于 2026-11-24 答复"):
        answer(city, second)
    listed.refresh_from_db()
    assert listed.state == "REFUSED", "what was right once stays so"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"received_on": TODAY - DAY}, "收到日期须在公示期间"),
        ({"received_on": NOTICE_ENDS + DAY, "on": AFTER}, "收到日期须在公示期间"),
        ({"received_on": NOTICE_ENDS, "on": AFTER}, ""),
        ({}, "已登记，等待答复"),
        ({"who": "city"}, "已登记，等待答复"),
        ({"raised_by": "李职工"}, ""),
        ({"who": "leader", "raised_by": "李职工"}, "参加这次评选"),
        ({"who": "treasurer", "raised_by": "李职工"}, "参加这次评选"),
    ],
)
def test_it_is_taken_down_in_time_and_once(city: City, listed: Proposal, more: dict[str, Any], sentence: str) -> None:
    enter(city, listed)
    if not sentence:
        assert enter(city, listed, **more).pk
        return
    with pytest.raises(Refusal, match=sentence):
        enter(city, listed, **more)


def test_who_takes_part_may_have_it_taken_down_and_nobody_else(city: City, listed: Proposal) -> None:
    assert enter(city, listed, "stranger").pk, "the list of the city is public in every district"
    listed.commendation.node = city["CZ11"]
    listed.commendation.save()
    with pytest.raises(Refusal, match="参加这次评选"):
        enter(city, listed, "stranger", text="另一件")


def test_who_turned_to_them_is_told_where_it_is_answered(city: City, listed: Proposal) -> None:
    made, url = enter(city, listed, "stranger"), f"/awards/{listed.commendation_id}/"
    for who, told in (("city", True), ("second", True), ("stranger", True), ("street", False), ("secretary", False)):
        assert ("王职工" in city.client(who).get(url).content.decode()) == told, who
    waits = {
        who: due_kinds["awards.objections"].of(city.scope(who), TODAY).count() for who in ("city", "second", "street")
    }
    assert waits == {"city": 1, "second": 1, "street": 0}
    answer(city, made, "second")
    assert due_kinds["awards.objections"].of(city.scope("city"), TODAY).count() == 0


def test_it_is_taken_down_and_answered_on_the_page(
    city: City, listed: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluations.views.awards.timezone.localdate", lambda: TODAY)
    url = f"/awards/{listed.commendation_id}/"
    typed = {"do": "object", "proposal": listed.pk, "text": "拖欠工资", "raised_by": "王职工", "received_on": TODAY}
    secretary = city.client("secretary")
    assert "请填写" in secretary.post(url, typed | {"text": ""}).content.decode()
    assert "异议已登记" in secretary.post(url, typed, follow=True).content.decode()
    made = AwardObjection.objects.get()
    reply = {"do": "answer", "objection": made.pk, "accepted": "yes", "answer": "查实拖欠"}
    assert "权限" in secretary.post(url, reply).content.decode(), "whoever entered it may read it"
    assert city.client("street").post(url, reply).status_code == 404
    again = city.client("second").post(url, reply | {"answer": ""}).content.decode()
    assert '<details class="screen-only" open>' in again
    assert "已答复" in city.client("second").post(url, reply, follow=True).content.decode()
    page = city.client("city").get(url).content.decode()
    assert "异议成立：查实拖欠" in page
