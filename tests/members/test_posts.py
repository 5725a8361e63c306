"""Who runs a branch: posts are taken, passed on and given up; the secretary's name and the account's role follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.models import AuditEntry
from core.refusals import Refusal
from members.models import Post
from members.services import nodes
from members.services.posts import posts
from orgs.access import scope_for
from orgs.facts import differences
from orgs.models import Appointment, PartyOrganization
from orgs.services import endings, party
from orgs.services.appointments import WrongPlace, end_appointment
from tests.people import LONG_AGO, PASSWORD, TODAY, City, account

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


def take(city: City, name: str = "赵敏", post: str = "SECRETARY", *, of: str = "CZ1112", **values: Any) -> Post:
    told = {"by": city.user("street"), "on": TODAY, "since": TODAY, "source": "STAFF", **values}
    return posts.add(party_organization=city[of], name=name, post=post, **told)


def secretary_of(city: City, code: str = "CZ1112") -> str:
    return PartyOrganization.objects.get(code=code).secretary_name


def roles(user: Any) -> list[tuple[str, date, date | None]]:
    return list(user.appointments.order_by("since", "pk").values_list("node__code", "since", "until"))


@pytest.fixture
def phone(city: City) -> Any:
    return account("zhao", PASSWORD, name="赵敏")


# --- the post ---------------------------------------------------------------------------------------------------------
def test_a_member_takes_a_post_under_the_own_name(city: City) -> None:
    member = city.member("赵敏", of="CZ1112")
    post = take(city, "写错的名字", member=member)
    assert (post.name, secretary_of(city)) == ("赵敏", "赵敏")
    said = AuditEntry.objects.get(action="party.keep")
    assert (said.user, said.changes) == (city.user("street"), {"secretary_name": ["", "赵敏"]})
    assert differences(on=TODAY) == []


def test_a_post_has_a_holder(city: City) -> None:
    with pytest.raises(ValidationError, match="请选择党员，或填写姓名"):
        take(city, "")


@pytest.mark.parametrize(("status", "why"), [("PROBATIONARY", "没有被选举权"), ("EXPELLED", "已不在党员名册上")])
def test_who_may_not_be_elected_takes_no_post(city: City, status: str, why: str) -> None:
    member = city.member("钱进", of="CZ1112", status=status)
    with pytest.raises(Refusal, match=why):
        take(city, member=member)


def test_one_sent_from_above_stays_on_the_own_roll(city: City) -> None:
    member = city.member("孙选派", of="CZ1111")
    assert take(city, member=member, source="SENT").party_organization == city["CZ1112"]


def test_a_branch_has_one_secretary_at_a_time(city: City) -> None:
    take(city, since=LONG_AGO)
    with pytest.raises(Refusal, match="的书记 2020-01-01 起是赵敏：请用“接任”"):
        take(city, "钱进")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            party_organization=city["CZ1112"], post="SECRETARY", name="钱进", source="STAFF", since=TODAY
        )
    assert {take(city, "钱进", "DEPUTY").post, take(city, "孙勤", "MEMBER").post} == {"DEPUTY", "MEMBER"}


def test_a_secretary_of_the_past_is_entered_beside_the_one_of_today(city: City) -> None:
    take(city)
    told: dict[str, Any] = {"by": None, "on": TODAY, "row": None}
    values = {"party_organization": city["CZ1112"], "post": "SECRETARY", "name": "钱进", "source": "STAFF"}
    assert posts.write(values=values | {"since": LONG_AGO, "until": YESTERDAY}, **told).until == YESTERDAY
    with pytest.raises(Refusal, match="至 2026-11-23是钱进"):
        posts.write(values=values | {"since": LONG_AGO, "until": date(2021, 1, 1)}, **told)
    assert secretary_of(city) == "赵敏"


def test_a_later_one_begins_by_itself(city: City) -> None:
    take(city, since=TOMORROW)
    assert secretary_of(city) == ""
    assert nodes.restate(None, by=None, on=TOMORROW) == [city["CZ1112"].pk]
    assert secretary_of(city) == "赵敏"
    assert nodes.restate(None, by=None, on=TOMORROW) == []


def test_a_name_that_no_post_ever_said_stays_until_one_does(city: City) -> None:
    party.change(by=None, party_organization=city["CZ1112"], values={"secretary_name": "老书记"}, on=TODAY)
    deputy = take(city, "钱进", "DEPUTY")
    posts.end(by=None, row=deputy, day=TODAY, on=TODAY)
    assert secretary_of(city) == "老书记"
    post = take(city)
    posts.end(by=None, row=post, day=TODAY, on=TODAY)
    assert secretary_of(city) == ""


def test_where_there_are_posts_they_alone_say_who_is_secretary(city: City) -> None:
    take(city)
    node = PartyOrganization.objects.get(code="CZ1112")
    with pytest.raises(Refusal, match="的书记由登记的班子职务得出"):
        party.change(by=None, party_organization=node, values={"secretary_name": "别人"}, on=TODAY)
    party.change(by=None, party_organization=node, values={"secretary_name": "赵敏", "approval_no": "1 号"}, on=TODAY)


# --- passing on -------------------------------------------------------------------------------------------------------
def test_a_post_passes_on_in_one_act(city: City) -> None:
    old = take(city, since=LONG_AGO)
    new = posts.pass_on(
        by=city.user("street"), row=old, name="钱进", source="SENT", since=TODAY, on=TODAY, reason="换届"
    )
    old.refresh_from_db()
    assert (old.until, new.since, new.post, secretary_of(city)) == (TODAY, TODAY, "SECRETARY", "钱进")
    said = (
        AuditEntry.objects.filter(model="members.post", reason="换届").order_by("pk").values_list("action", flat=True)
    )
    assert list(said) == ["posts.end", "posts.take"]


def test_a_post_passes_on_ahead(city: City) -> None:
    old = take(city, since=LONG_AGO)
    posts.pass_on(by=None, row=old, name="钱进", source="SENT", since=TOMORROW, on=TODAY)
    assert secretary_of(city) == "赵敏"
    nodes.restate(None, by=None, on=TOMORROW)
    assert secretary_of(city) == "钱进"


def test_nobody_follows_before_the_other_began(city: City) -> None:
    old = take(city)
    with pytest.raises(Refusal, match="才任书记"):
        posts.pass_on(by=None, row=old, name="钱进", source="SENT", since=TODAY, on=TODAY)


# --- the account ------------------------------------------------------------------------------------------------------
def test_the_account_has_its_role_for_as_long_as_the_post_is_held(city: City, phone: Any) -> None:
    post = take(city, user=phone, since=LONG_AGO)
    [given] = phone.appointments.all()
    assert (given.role, given.since, given.until, given.appointed_by) == ("SECRETARY", TODAY, None, city.user("street"))
    assert scope_for(phone, on=TODAY).may("branch.work")
    said = AuditEntry.objects.get(action="appointments.give")
    assert (said.user, said.reason) == (city.user("street"), "班子职务：书记 赵敏")
    posts.end(by=city.user("street"), row=post, day=TOMORROW, on=TODAY)
    assert roles(phone) == [("CZ1112", TODAY, TOMORROW)]
    posts.end(by=city.user("street"), row=post, day=None, on=TODAY)
    assert roles(phone) == [("CZ1112", TODAY, None)]
    posts.end(by=city.user("street"), row=post, day=YESTERDAY, on=TODAY)
    assert roles(phone) == [("CZ1112", TODAY, TODAY)]
    assert not scope_for(phone, on=TODAY).may("branch.work")


def test_the_role_passes_on_with_the_post(city: City, phone: Any) -> None:
    old, other = take(city, user=phone, since=LONG_AGO), account("qian", PASSWORD, name="钱进")
    posts.pass_on(by=city.user("street"), row=old, name="钱进", source="STAFF", user=other, since=TOMORROW, on=TODAY)
    assert (roles(phone), roles(other)) == ([("CZ1112", TODAY, TOMORROW)], [("CZ1112", TOMORROW, None)])


def test_a_deputy_who_becomes_secretary_keeps_the_role(city: City, phone: Any) -> None:
    deputy = take(city, post="DEPUTY", user=phone, since=LONG_AGO)
    take(city, user=phone)
    posts.end(by=city.user("street"), row=deputy, day=TODAY, on=TODAY)
    assert roles(phone) == [("CZ1112", TODAY, None)]


def test_the_account_of_a_post_changes(city: City, phone: Any) -> None:
    post, other = take(city, user=phone), account("qian", PASSWORD, name="钱进")
    posts.change(by=city.user("street"), row=post, user=other, on=TODAY)
    assert (roles(phone), roles(other)) == ([("CZ1112", TODAY, TODAY)], [("CZ1112", TODAY, None)])


def test_an_end_that_the_security_administrator_gave_stays(city: City, phone: Any) -> None:
    post, later = take(city, user=phone), TODAY + timedelta(days=30)
    [given] = phone.appointments.all()
    end_appointment(by=city.user("security"), appointment=given, until=later, reason="核查", on=TODAY)
    posts.change(by=city.user("street"), row=post, name="赵敏敏", on=TODAY)
    assert roles(phone) == [("CZ1112", TODAY, later)]
    posts.end(by=city.user("street"), row=post, day=TOMORROW, on=TODAY)
    assert roles(phone) == [("CZ1112", TODAY, TOMORROW)]


def test_a_role_that_was_given_before_goes_with_the_post(city: City) -> None:
    user, node = city.user("secretary"), "CZ1111"
    post = take(city, of=node, user=user)
    assert roles(user) == [(node, LONG_AGO, None)]
    posts.end(by=city.user("street"), row=post, day=TODAY, on=TODAY)
    assert roles(user) == [(node, LONG_AGO, TODAY)]


def test_nobody_gives_the_role_to_oneself(city: City) -> None:
    with pytest.raises(Refusal, match="不能给自己授权"):
        take(city, user=city.user("street"))
    assert not Post.objects.exists()


def test_an_administrator_s_account_holds_no_post(city: City) -> None:
    with pytest.raises(Refusal, match="三种管理职责须由不同的人担任"):
        take(city, user=city.user("auditor"))


def test_a_closed_account_holds_no_post(city: City, phone: Any) -> None:
    phone.is_active = False
    phone.save()
    with pytest.raises(Refusal, match="已停用"):
        take(city, user=phone)


def test_the_account_of_a_post_is_that_of_a_branch_s_leader(city: City, phone: Any) -> None:
    with pytest.raises(WrongPlace):
        take(city, of="CZ111", user=phone)
    with pytest.raises(ValidationError, match="只有书记、副书记的职务带有账号"):
        take(city, post="MEMBER", user=phone)


# --- the end of the branch --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["merged", "dissolved"])
def test_posts_end_with_their_branch(city: City, phone: Any, how: str) -> None:
    post = take(city, user=phone, since=LONG_AGO)
    told: dict[str, Any] = {
        "by": city.user("district"),
        "party_organization": city["CZ1112"],
        "on": TODAY,
        "reason": "撤并",
    }
    assert endings.hanging_on(city["CZ1112"], on=TODAY) == ["班子职务 1 项", "用户授权 1 项"]
    if how == "merged":
        take(city, "钱进", of="CZ1111")
        endings.merge(into=city["CZ1111"], **told)
    else:
        endings.dissolve(**told)
    post.refresh_from_db()
    assert (post.until, roles(phone)) == (TODAY, [("CZ1112", TODAY, TODAY)])
    assert Appointment.objects.filter(user=phone).count() == 1
    assert differences(on=TODAY) == []
