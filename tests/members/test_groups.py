"""Groups of a branch: who belongs to one belongs to its branch, until either ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crypto import blind_index
from core.importing import services
from core.refusals import Refusal
from members.bulk_actions import GROUP, GroupForm
from members.models import Member, PartyGroup
from members.services.groups import groups, join
from members.services.members import move_to, revise
from orgs.services import endings
from tests.lists import Road
from tests.members.test_services import checked
from tests.people import LONG_AGO, TODAY, City

TOMORROW = TODAY + timedelta(days=1)


def found(city: City, name: str = "第一党小组", *, of: str = "CZ1111", **values: Any) -> PartyGroup:
    return groups.add(by=None, party_organization=city[of], name=name, since=LONG_AGO, on=TODAY, **values)


def group_of(member: Member) -> PartyGroup | None:
    member.refresh_from_db()
    return member.party_group


def test_members_join_a_group_of_their_own_branch(city: City) -> None:
    group, member, other = found(city), city.member("钱进"), city.member("赵敏", of="CZ1112")
    join(by=city.user("street"), members=[member], group=group, on=TODAY)
    assert group_of(member) == group
    with pytest.raises(Refusal, match="党小组“第一党小组”不属于赵敏所在的"):
        join(by=None, members=[member, other], group=group, on=TODAY)


def test_a_branch_has_one_group_of_a_name(city: City) -> None:
    found(city)
    with pytest.raises(ValidationError, match="已有同名的党小组"):
        found(city)


def test_a_head_is_on_the_roll_of_the_branch(city: City) -> None:
    with pytest.raises(Refusal, match="不能任组长"):
        found(city, head=city.member("赵敏", of="CZ1112"))
    group = found(city, head=city.member("钱进"))
    with pytest.raises(Refusal, match="不能任组长"):
        groups.change(by=None, row=group, head=city.member("孙勤", of="CZ1112"), on=TODAY)


def test_who_moves_leaves_group_and_head(city: City) -> None:
    member = city.member("钱进")
    group = found(city, head=member)
    join(by=None, members=[member], group=group, on=TODAY)
    move_to(by=None, member=member, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    group.refresh_from_db()
    assert (group_of(member), group.head) == (None, None)


def test_who_moves_by_a_list_leaves_group_and_head_and_is_back_when_it_is_undone(city: City, tmp_path: Path) -> None:
    number = checked("99010219851224001")
    member = city.member("钱进", id_number=number, id_digest=blind_index(number), id_note="")
    group = found(city, head=member)
    join(by=None, members=[member], group=group, on=TODAY)
    rows = [{"姓名": "钱进", "身份证号": number, "党组织编码": "CZ1112", "转入日期": "2026-11-01"}]
    batch = Road(tmp_path, city.user("city"), TODAY, TODAY).send(rows, "members", columns=tuple(rows[0]))
    group.refresh_from_db()
    assert (batch.counts["changed"], group_of(member), group.head) == (1, None, None)
    services.undo(batch, by=city.user("city"), on=TODAY)
    assert group_of(member) == group


def test_one_form_moves_and_groups(city: City) -> None:
    member, group = city.member("钱进"), found(city, of="CZ1112")
    values = {"party_organization": city["CZ1112"], "since": TODAY, "party_group": group}
    revise(by=None, member=member, values=values, version=member.version, on=TODAY)
    assert group_of(member) == group


def test_nobody_belongs_to_a_group_that_ended(city: City) -> None:
    group, member = found(city), city.member("钱进")
    join(by=None, members=[member], group=group, on=TODAY)
    groups.end(by=None, row=group, day=TOMORROW, on=TODAY)
    assert group_of(member) == group
    groups.end(by=None, row=group, day=TODAY, on=TODAY)
    assert group_of(member) is None
    with pytest.raises(Refusal, match="已于 2026-11-24 撤销"):
        join(by=None, members=[member], group=group, on=TODAY)


@pytest.mark.parametrize("there", [False, True])
def test_groups_go_along_with_their_branch(city: City, there: bool) -> None:
    group, member = found(city, of="CZ1112"), city.member("钱进", of="CZ1112")
    join(by=None, members=[member], group=group, on=TODAY)
    if there:
        found(city)
    endings.merge(by=None, party_organization=city["CZ1112"], into=city["CZ1111"], on=TODAY, reason="合并")
    group.refresh_from_db()
    name = "第一党小组（原中共云台街道楼宇联合支部委员会）" if there else "第一党小组"
    assert (group.party_organization, group.name, group_of(member)) == (city["CZ1111"], name, group)


def test_groups_end_with_a_branch_that_is_dissolved(city: City) -> None:
    group = found(city, of="CZ1112")
    endings.dissolve(by=None, party_organization=city["CZ1112"], on=TODAY, reason="撤销")
    group.refresh_from_db()
    assert group.until == TODAY


def test_many_join_the_group_of_a_name_each_in_the_own_branch(city: City) -> None:
    here, there = found(city), found(city, of="CZ1112")
    members = [city.member("钱进"), city.member("赵敏", of="CZ1112"), city.member("孙勤", of="CZ111")]
    form = GroupForm({"group": "第一党小组", "reason": "编组"}, scope=city.scope("street"))
    assert form.is_valid()
    ids = [member.pk for member in members]
    plan = GROUP.plan(form, Member.objects.filter(pk__in=ids), TODAY)
    assert (len(plan.changing), plan.left) == (2, {"所在党组织没有党小组“第一党小组”": [members[2].pk]})
    GROUP.apply(form, ids, city.user("street"), TODAY)
    assert [group_of(member) for member in members] == [here, there, None]
    assert GROUP.plan(form, Member.objects.filter(pk__in=ids), TODAY).changing == []
