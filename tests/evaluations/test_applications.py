"""申报: a branch applies for an award, the committee above it goes on within its quota or gives it back, each another person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.due import due_kinds
from core.refusals import Refusal
from evaluations.models import Commendation, Proposal
from evaluations.services import applications, awards
from instructors.models import Assignment, Instructor
from tests.awards import UNTIL, agreed, deputy, good_branch, held, propose
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db
LATER = date(2026, 12, 21)


def apply(city: City, row: Commendation, award: str = "PARTY", by: str = "secretary", **values: Any) -> Proposal:
    told: dict[str, Any] = {"branch": city["CZ1111"], "why": "带领党员攻关", "on": TODAY} | values
    return applications.apply(by=city.user(by), commendation=row, award=award, **told)


def step(name: str, city: City, by: str, row: Proposal, **more: Any) -> Any:
    return getattr(applications, name)(by=city.user(by), row=row, **{"on": TODAY} | more)


def test_a_branch_applies_the_street_goes_on_and_the_city_decides(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=1)
    mine = apply(city, row)
    assert (mine.state, mine.name, mine.proposed_by) == ("APPLIED", city["CZ1111"].name, None)
    with pytest.raises(Refusal, match="现在是“待推荐”"):
        agreed(city, mine)
    mine = step("forward", city, "street", mine)
    assert (mine.state, mine.proposed_by, mine.applied_by) == ("PROPOSED", city.user("street"), city.user("secretary"))
    assert agreed(city, mine).state == "AGREED"


def test_it_takes_a_place_once_it_is_proposed(city: City) -> None:
    row = held(city, PARTY=1)
    mine = apply(city, row)
    other = propose(city, row, party_organization=city["CZ1112"])
    with pytest.raises(Refusal, match="名额是 1 个，已推荐 1 个"):
        step("forward", city, "street", mine)
    awards.withdraw(by=city.user("street"), row=other, reason="另行推荐", on=TODAY)
    assert step("forward", city, "street", mine).state == "PROPOSED"


def test_it_comes_back_with_a_reason_and_is_handed_in_again(city: City) -> None:
    row = held(city, PARTY=1)
    mine = apply(city, row)
    with pytest.raises(Refusal, match="退回请写明原因"):
        step("give_back", city, "street", mine, reason=" ")
    mine = step("give_back", city, "street", mine, reason="事迹没有数字")
    assert (mine.state, mine.returned_why) == ("RETURNED", "事迹没有数字")
    mine = step("amend", city, "secretary", mine, why="攻关 3 项")
    assert (mine.state, mine.why) == ("APPLIED", "攻关 3 项")
    mine = step("forward", city, "street", mine)
    assert mine.returned_why == ""
    for name, who in (("amend", "secretary"), ("give_back", "street"), ("forward", "street")):
        with pytest.raises(Refusal, match="现在是“待审定”"):
            step(name, city, who, mine, **{"amend": {"why": "另写"}, "give_back": {"reason": "退"}}.get(name, {}))


def test_the_branch_takes_it_back_and_the_street_may_propose_itself(city: City) -> None:
    row = held(city, PARTY=1)
    mine = apply(city, row)
    with pytest.raises(Exception, match="已申报或推荐同一个对象"):
        propose(city, row)
    with pytest.raises(Refusal, match="权限"):
        awards.withdraw(by=city.user("street"), row=mine, reason="不报", on=TODAY)
    awards.withdraw(by=city.user("secretary"), row=mine, reason="不报", on=TODAY)
    assert propose(city, row).pk


def test_who_may(city: City) -> None:
    row = held(city, PARTY=2)
    for who in ("street", "treasurer", "leader", "stranger", "city"):
        with pytest.raises(Refusal, match="权限"):
            apply(city, row, by=who)
    with pytest.raises(Refusal, match="权限"):
        apply(city, row, branch=city["CZ1112"])
    mine = apply(city, row)
    for who in ("secretary", "treasurer", "leader", "stranger"):
        for name, more in (("forward", {}), ("give_back", {"reason": "退"})):
            with pytest.raises(Refusal, match="权限"):
                step(name, city, who, mine, **more)
    Proposal.objects.filter(pk=mine.pk).update(applied_by=city.user("street"))
    with pytest.raises(Refusal, match="申报的是您本人"):
        step("forward", city, "street", mine)
    forwarded = step("forward", city, "district", mine)
    Proposal.objects.filter(pk=mine.pk).update(applied_by=city.user("city"))
    with pytest.raises(Refusal, match="申报的是您本人"):
        agreed(city, forwarded)


def test_in_time_and_where_there_is_a_quota(city: City) -> None:
    row = held(city, PARTY=1)
    with pytest.raises(Refusal, match="没有“五个好党员”的名额"):
        apply(city, row, "MEMBER", member=city.member("周党员"))
    with pytest.raises(Refusal, match="推荐已于 2026-12-20 截止"):
        apply(city, row, on=LATER)
    mine = apply(city, row, on=UNTIL)
    for name, who, more in (("forward", "street", {}), ("amend", "secretary", {"why": "另写"})):
        with pytest.raises(Refusal, match="推荐已于 2026-12-20 截止"):
            step(name, city, who, mine, on=LATER, **more)


def test_for_whoever_belongs_to_the_branch(city: City) -> None:
    row = held(city, MEMBER=3, OWNER=3, INSTRUCTOR=3, WORKER=3)
    unit, other = city.organization("澄州明川电子有限公司"), city.organization("别家公司")
    city.cover(unit, "CZ1111")
    sent = [
        Instructor.objects.create(name=name, source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO) for name in "甲乙"
    ]
    Assignment.objects.create(instructor=sent[0], organization=unit, since=LONG_AGO)
    found = [
        apply(city, row, "MEMBER", member=city.member("周党员")),
        apply(city, row, "OWNER", unit=unit, name="王业主"),
        apply(city, row, "INSTRUCTOR", instructor=sent[0]),
        apply(city, row, "WORKER", name="李干事"),
    ]
    assert [one.name for one in found] == ["周党员", "王业主", "甲", "李干事"]
    assert [one.party_organization for one in found] == [city["CZ1111"], city["CZ111"], city["CZ111"], city["CZ1111"]]
    wrong: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("MEMBER", {"member": city.member("外支部", of="CZ1112")}, "名册"), ("OWNER", {"unit": other, "name": "某"}, "不由"),
        ("INSTRUCTOR", {"instructor": sent[1]}, "没有派驻"), ("WORKER", {"name": "钱书记"}, "被推荐的是您本人"),
    )  # fmt: skip
    for award, whom, sentence in wrong:
        with pytest.raises(Refusal, match=sentence):
            apply(city, row, award, **whom)
    for who, number in (("secretary", 4), ("street", 4), ("stranger", 0)):
        assert Proposal.objects.within(city.scope(who)).count() == number, who


def test_what_nobody_went_on_with_comes_back_when_the_list_is_public(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=1, WORKER=1)
    agreed(city, propose(city, row))
    left = apply(city, row, "WORKER", name="李干事")
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    left.refresh_from_db()
    assert (left.state, left.returned_why) == ("RETURNED", "名单公示以前上级没有推荐")


def test_it_waits_for_whoever_is_next(city: City) -> None:
    row = held(city, PARTY=1)
    mine = apply(city, row)

    def waiting(code: str, who: str, on: date = TODAY) -> int:
        return due_kinds[code].of(city.scope(who), on).count()

    assert [waiting("awards.forward", who) for who in ("street", "city", "secretary", "stranger")] == [1, 0, 0, 0]
    assert waiting("awards.forward", "street", LATER) == 0
    step("give_back", city, "street", mine, reason="补写")
    assert [waiting("awards.returned", who) for who in ("street", "secretary")] == [0, 1]
    page = city.client("secretary").get(f"/branch/{city['CZ1111'].pk}/").content.decode()
    assert "申报被退回" in page


def test_it_is_done_on_its_pages(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("applications", "awards"):
        monkeypatch.setattr(f"evaluations.views.{module}.timezone.localdate", lambda: TODAY)
    row = held(city, MEMBER=1)
    member, secretary, street = city.member("周党员"), city.client("secretary"), city.client("street")
    page = secretary.get(f"/awards/{row.pk}/").content.decode()
    assert "申报五个好党员" in page
    assert "推荐五个好党员" not in page
    url = f"/awards/{row.pk}/apply/?award=MEMBER"
    form = secretary.get(url).content.decode()
    assert 'name="member"' in form
    assert 'name="unit"' not in form
    assert secretary.get(url.replace("MEMBER", "NONE")).status_code == 404
    filled = {"branch": city["CZ1111"].pk, "member": member.pk, "why": "攻关"}
    assert "请填写" in secretary.post(url, filled | {"why": ""}).content.decode()
    assert "已申报，等待上级推荐" in secretary.post(url, filled, follow=True).content.decode()
    made = Proposal.objects.get()
    there = f"/awards/proposals/{made.pk}/"
    assert "退回原因" not in secretary.get(there).content.decode()
    assert "退回请写明原因" in street.post(there, {"do": "give_back", "text": ""}).content.decode()
    assert "已退回" in street.post(there, {"do": "give_back", "text": "补写"}, follow=True).content.decode()
    assert street.get(f"{there}amend/").status_code == 403
    assert "退回原因：补写" in secretary.get(f"{there}amend/").content.decode()
    assert "已申报" in secretary.post(f"{there}amend/", {"why": "攻关 3 项"}, follow=True).content.decode()
    assert "已推荐，等待审定" in street.post(there, {"do": "forward"}, follow=True).content.decode()
    assert secretary.post(there, {"do": "withdraw", "text": "不报"}).status_code == 403


def an_instructor(city: City, *units: str) -> Instructor:
    """Sent by the street to a unit of the branch, and to others."""
    made = Instructor.objects.create(name="甲指导", source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO)
    for place, name in enumerate(units):
        unit = city.organization(name)
        if not place:
            city.cover(unit, "CZ1111")
        Assignment.objects.create(instructor=made, organization=unit, since=LONG_AGO)
    return made


def test_nobody_of_the_branch_that_applied_decides_for_whoever_belongs_elsewhere(city: City) -> None:
    """An instructor belongs to the street that sent him; whose application it is counts all the same."""
    row = held(city, INSTRUCTOR=1)
    mine = apply(city, row, "INSTRUCTOR", instructor=an_instructor(city, "明川电子"))
    mine = step("forward", city, "street", mine)
    deputy(city, "陈市")
    for agreed_to in (True, False):
        with pytest.raises(Refusal, match="任职或曾经任职"):
            awards.decide(by=city.user("city"), row=mine, agreed=agreed_to, text="不够", on=TODAY)


def test_the_branch_is_not_told_of_units_of_others(city: City) -> None:
    row = held(city, INSTRUCTOR=1)
    mine = apply(city, row, "INSTRUCTOR", instructor=an_instructor(city, "明川电子", "别家公司"))
    for who, told in (("secretary", False), ("street", True)):
        page = city.client(who).get(f"/awards/proposals/{mine.pk}/").content.decode()
        assert "明川电子" in page
        assert ("别家公司" in page) == told, who
