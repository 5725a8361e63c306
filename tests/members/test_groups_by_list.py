"""党小组 in the lists of members: it comes in with the roster, goes out with ours, and comes back edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.crypto import blind_index
from core.importing import decisions, services
from core.models import ImportBatch
from members.models import Member, PartyGroup
from members.services.groups import groups, join
from tests.lists import Road
from tests.members.test_groups import found, group_of
from tests.members.test_services import checked
from tests.people import TODAY, City
from tests.workbooks import MEMBERS, Workbook, codes

pytestmark = pytest.mark.django_db
NUMBER = checked("99010219851224001")


@pytest.fixture
def member(city: City) -> Member:
    return city.member("钱进", id_number=NUMBER, id_digest=blind_index(NUMBER), id_note="")


@pytest.fixture
def first(city: City) -> PartyGroup:
    return found(city)


@pytest.fixture
def second(city: City) -> PartyGroup:
    """Of the same branch; one of another branch bears the same name."""
    found(city, "第二党小组", of="CZ1112")
    return found(city, "第二党小组")


def sent(city: City, folder: Path, **cells: str) -> ImportBatch:
    row = {"姓名": "钱进", "身份证号": NUMBER, "党组织编码": "CZ1111"} | cells
    return Road(folder, city.user("city"), TODAY, TODAY).send([row], "members", columns=tuple(row))


def test_a_roster_brings_the_group_of_the_own_branch_and_is_taken_back(
    city: City, member: Member, second: PartyGroup, tmp_path: Path
) -> None:
    batch = sent(city, tmp_path, 党小组="第二党小组")
    assert (batch.counts["changed"], group_of(member)) == (1, second)
    assert sent(city, tmp_path, 党小组="").counts["unchanged"] == 1
    services.undo(batch, by=city.user("city"), on=TODAY)
    assert group_of(member) is None


def test_who_moves_by_a_roster_comes_into_the_group_there(
    city: City, member: Member, first: PartyGroup, second: PartyGroup, tmp_path: Path
) -> None:
    join(by=None, members=[member], group=first, on=TODAY)
    sent(city, tmp_path, 党组织编码="CZ1112", 转入日期="2026-11-01", 党小组="第二党小组")
    assert group_of(member) == PartyGroup.objects.get(party_organization=city["CZ1112"])


def test_a_group_that_is_not_there_or_has_ended_keeps_the_row_out(
    city: City, member: Member, first: PartyGroup, tmp_path: Path
) -> None:
    groups.end(by=None, row=first, day=TODAY, on=TODAY)
    for name in ("第一党小组", "第九党小组"):
        batch = sent(city, tmp_path, 党小组=name)
        assert (codes(batch), group_of(member)) == ({"member_group_unknown"}, None)


@pytest.mark.parametrize(
    ("cells", "code", "where"),
    [
        ({"党小组": "第二党小组"}, "", ("CZ1111", "第二党小组")),
        ({"党小组": "清空"}, "", None),
        ({"党小组": "第九党小组"}, "member_group_unknown", ("CZ1111", "第一党小组")),
        ({"党组织编码": "CZ1112"}, "", None),
        ({"党组织编码": "CZ1112", "党小组": "第二党小组"}, "", ("CZ1112", "第二党小组")),
    ],
    ids=["other group", "none", "no such group", "moved", "moved into a group"],
)
def test_our_own_list_comes_back_with_the_group_edited(
    city: City, member: Member, first: PartyGroup, second: PartyGroup, tmp_path: Path, cells: dict[str, str], code: str,
    where: tuple[str, str] | None,
) -> None:  # fmt: skip
    join(by=None, members=[member], group=first, on=TODAY)
    book = Workbook.of(city, tmp_path, MEMBERS, "city")
    assert book.row("钱进")["党小组"] == "第一党小组"
    book.edit("钱进", **cells)
    assert codes(book.back("member_list")) == ({code} if code else set())
    group = group_of(member)
    assert (group and (group.party_organization.code, group.name)) == where
    assert book.back("member_list").counts["changed"] == 0


def test_a_group_changed_meanwhile_is_a_conflict_and_can_be_taken(
    city: City, member: Member, first: PartyGroup, second: PartyGroup, tmp_path: Path
) -> None:
    book = Workbook.of(city, tmp_path, MEMBERS, "city")
    join(by=None, members=[member], group=first, on=TODAY)
    book.edit("钱进", 党小组="第二党小组")
    batch = book.back("member_list")
    assert (batch.counts["conflicts"], group_of(member)) == (1, first)
    [row] = batch.rows.exclude(conflicts={})
    told = {"by": city.user("city"), "scope": city.scope("city"), "on": TODAY}
    assert decisions.settle(batch=batch, picked=[(row.pk, "party_group_id")], take=True, **told).done == 1
    assert group_of(member) == second
