"""What a clerk takes over from any list is written by hand: with its reason, true facts, and within the scope."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.importing import decisions
from core.models import AuditEntry, ImportBatch
from members.models import FormerMembership, Member
from members.services.members import change, move_to, register, set_employer, set_status
from orgs.facts import refresh
from orgs.models import Coverage, Organization, PartyOrganization
from orgs.services import coverage, party
from reports.models import GapAnswer
from tests.lists import Road, credit_code
from tests.members.test_services import FEMALE, checked
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import COVERAGES, MEMBERS, NODES, Workbook, codes

UNIT = "澄州明川电子有限公司"
TREE = ("党组织编码", "党组织名称", "类型", "上级党组织编码")
COVERED = ("统一社会信用代码", "党组织编码", "形式", "起始日期")
BRANCH = "中共澄州明川电子有限公司支部委员会"
LATER = date(2026, 11, 2)


@pytest.fixture
def unit(city: City) -> Organization:
    """A firm of the street."""
    made = city.organization(UNIT, credit_code=credit_code(1), staff=128)
    refresh(None, on=TODAY)
    return made


@pytest.fixture
def member(city: City, unit: Organization) -> Member:
    """A formal member of the street's branch who works at the firm."""
    return register(
        by=None, party_organization=city["CZ1111"], status="FORMAL", since=LONG_AGO, on=TODAY, organization=unit,
        values={"name": "林若水", "id_number": FEMALE, "joined_on": date(2010, 7, 1), "formal_on": date(2011, 7, 1)},
    )  # fmt: skip


def settle(
    city: City, batch: ImportBatch, columns: Collection[str] = (), *, by: str = "city", take: bool = True
) -> int:
    """Settle these columns of the only row in which something differs, all of them when none is named; the history says
    where the values came from. Returns how many were settled."""
    row = batch.rows.exclude(conflicts={}).get()
    picked = [(row.pk, column) for column in columns or row.conflicts]
    before = AuditEntry.objects.count()
    done = decisions.settle(
        batch=batch, picked=picked, take=take, by=city.user(by), scope=city.scope(by), on=TODAY
    ).done
    told = list(AuditEntry.objects.order_by("pk").values_list("reason", flat=True))[before:]
    assert told
    assert not take or all(f"批次 {batch.pk}" in reason for reason in told)
    return done


def true_facts() -> None:
    """A recount finds nothing."""
    call_command("recount", check=True)


# --- members ---
def edited_meanwhile(city: City, folder: Path, meanwhile: Callable[[], Any], **cells: Any) -> ImportBatch:
    """The roster comes back with edits of cells that changed meanwhile."""
    book = Workbook.of(city, folder, MEMBERS, "city")
    meanwhile()
    book.edit("林若水", **cells)
    return book.back("member_list")


def test_what_describes_a_member_is_taken_over(city: City, member: Member, tmp_path: Path) -> None:
    def meanwhile() -> None:
        values = {"phone": "13800001234", "education": "20", "job": "OWNER", "external_id": "A1", "ethnicity": "01"}
        change(by=None, member=member, values=values, version=member.version, on=TODAY)

    cells = {"联系电话": "13900005678", "学历": "硕士研究生", "岗位": "一线", "外部系统编号": "A2", "民族": "回族"}
    batch = edited_meanwhile(city, tmp_path, meanwhile, **cells)
    assert settle(city, batch) == 5
    member.refresh_from_db()
    assert (member.phone, member.job, member.external_id) == ("13900005678", "FRONT_LINE", "A2")
    assert "13900005678" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_a_move_an_employer_and_a_status_are_taken_over_as_steps_with_their_days(
    city: City, unit: Organization, member: Member, tmp_path: Path
) -> None:
    elsewhere = city.organization("澄州禾岸食品厂", credit_code=credit_code(7))
    refresh(None, on=TODAY)

    def meanwhile() -> None:
        move_to(by=None, member=member, party_organization=city["CZ112"], since=date(2026, 10, 1), on=TODAY)
        gone = set_employer(by=None, member=member, organization=None, since=None, on=TODAY)
        set_status(by=None, member=gone, status="SUSPENDED", status_on=date(2026, 10, 1), on=TODAY)

    cells = {"党组织编码": "CZ1112", "转入日期": LATER, "工作单位统一社会信用代码": credit_code(7), "到岗日期": LATER,
             "状态": "已转出", "状态日期": LATER}  # fmt: skip
    batch = edited_meanwhile(city, tmp_path, meanwhile, **cells)
    assert settle(city, batch) == 6
    member.refresh_from_db()
    assert (member.party_organization, member.since) == (city["CZ1112"], LATER)
    assert (member.organization, member.organization_since) == (elsewhere, LATER)
    assert (member.status, member.status_on) == ("TRANSFERRED", LATER)
    assert FormerMembership.objects.filter(party_organization=city["CZ112"], until=LATER).exists()
    true_facts()


def test_a_number_and_the_day_of_a_move_alone_are_refused_with_what_to_do(
    city: City, member: Member, tmp_path: Path
) -> None:
    def meanwhile() -> None:
        number = {"id_number": checked("99010219860315003")}
        change(by=None, member=member, values=number, version=member.version, on=TODAY)
        move_to(by=None, member=member, party_organization=city["CZ112"], since=date(2026, 10, 1), on=TODAY)

    cells = {"公民身份号码": checked("99010219850304001"), "党组织编码": "CZ1112", "转入日期": LATER}
    batch = edited_meanwhile(city, tmp_path, meanwhile, **cells)
    with pytest.raises(decisions.NotTaken, match=r"第 .*行“林若水”.*对照档案在党员页面修改"):
        settle(city, batch, ["id_number"])
    with pytest.raises(decisions.NotTaken, match="请同时选择转入的党组织"):
        settle(city, batch, ["since"])
    assert settle(city, batch, ["party_organization_id"]) == 1
    assert Member.objects.get().since == TODAY


def test_nothing_is_taken_out_of_the_clerks_scope(city: City, member: Member, tmp_path: Path) -> None:
    batch = edited_meanwhile(
        city,
        tmp_path,
        lambda: move_to(by=None, member=member, party_organization=city["CZ1112"], since=LATER, on=TODAY),
        党组织编码="CZ121",
    )
    ImportBatch.objects.update(path=city["CZ111"].path)
    with pytest.raises(decisions.NotTaken, match="不再属于您的管辖范围"):
        settle(city, batch, by="district")
    member.refresh_from_db()
    assert member.party_organization == city["CZ1112"]


def test_a_database_rule_is_told_as_a_sentence(city: City, member: Member, tmp_path: Path) -> None:
    def meanwhile() -> None:
        values = {"joined_on": date(2015, 7, 1), "formal_on": date(2016, 7, 1)}
        change(by=None, member=member, values=values, version=member.version, on=TODAY)

    batch = edited_meanwhile(city, tmp_path, meanwhile, 入党日期="2009-07-01", 转正日期="2010-07-01")
    with pytest.raises(decisions.NotTaken, match="转正日期不能早于入党日期"):
        settle(city, batch, ["formal_on"])
    assert settle(city, batch) == 2
    assert Member.objects.get().formal_on == date(2010, 7, 1)


# --- coverages ---
def listed(road: Road, city: City, party_code: str, form: str, since: str) -> ImportBatch:
    row = {"统一社会信用代码": credit_code(1), "党组织编码": party_code, "形式": form, "起始日期": since}
    return road.send([row], "coverage", columns=COVERED)


def periods() -> list[tuple[str, str, str, str]]:
    rows = Coverage.objects.order_by("since", "pk").select_related("party_organization")
    return [(row.party_organization.code, row.form, str(row.since), str(row.until)) for row in rows]


@pytest.mark.parametrize(
    ("party_code", "form", "since", "after"),
    [
        ("CZ1112", "联合组建", "2024-05-01",
         [("CZ1111", "SINGLE", "2020-01-01", "2024-05-01"), ("CZ1112", "JOINT", "2024-05-01", "None")]),
        ("CZ1112", "联合组建", "2020-01-01", [("CZ1112", "JOINT", "2020-01-01", "None")]),
        ("CZ1112", "联合组建", "2019-05-01", [("CZ1112", "JOINT", "2019-05-01", "None")]),
        ("CZ1111", "挂靠", "2020-01-01", [("CZ1111", "ATTACHED", "2020-01-01", "None")]),
        ("CZ1111", "单独组建", "2024-05-01", [("CZ1111", "SINGLE", "2024-05-01", "None")]),
        ("CZ1112", "单独组建", "2020-01-01", [("CZ1112", "SINGLE", "2020-01-01", "None")]),
    ],
)  # fmt: skip
def test_a_coverage_of_a_list_is_taken_over_from_the_day_that_it_gives(
    road: Road, city: City, unit: Organization, party_code: str, form: str, since: str, after: list
) -> None:
    city.cover(unit, "CZ1111")
    refresh(None, on=TODAY)
    batch = listed(road, city, party_code, form, since)
    settle(city, batch)
    assert periods() == after
    assert listed(road, city, party_code, form, since).counts["conflicts"] == 0
    true_facts()


@pytest.mark.parametrize("first", ["take", "keep"])
def test_what_else_is_decided_of_a_row_follows_the_coverage_that_goes_on(
    road: Road, city: City, unit: Organization, first: str
) -> None:
    city.cover(unit, "CZ1111")
    refresh(None, on=TODAY)
    batch = listed(road, city, "CZ1112", "联合组建", "2024-05-01")
    steps = [(["party_organization_id", "since"], True), (["form"], False)]
    for columns, take in steps if first == "take" else reversed(steps):
        settle(city, batch, columns, take=take)
    assert periods()[-1] == ("CZ1112", "SINGLE", "2024-05-01", "None")
    assert listed(road, city, "CZ1112", "联合组建", "2024-05-01").counts["conflicts"] == 0, "the answer is remembered"


def test_a_branch_that_covers_another_by_itself_is_not_taken(road: Road, city: City, unit: Organization) -> None:
    city.cover(unit, "CZ1112")
    city.cover(city.organization("澄州禾岸食品厂"), "CZ1111")
    batch = listed(road, city, "CZ1111", "单独组建", "2020-01-01")
    with pytest.raises(decisions.NotTaken, match="单独组建；覆盖多家单位请选择"):
        settle(city, batch)


def test_a_party_organization_outside_the_clerks_scope_is_not_taken(road: Road, city: City, unit: Organization) -> None:
    city.cover(unit, "CZ1111")
    batch = listed(road, city, "CZ121", "区域覆盖", "2020-01-01")
    ImportBatch.objects.update(path=city["CZ111"].path)
    with pytest.raises(decisions.NotTaken, match="不在您的管辖范围内"):
        settle(city, batch, by="street")


def test_a_coverage_does_not_reach_back_into_the_one_before(road: Road, city: City, unit: Organization) -> None:
    city.cover(unit, "CZ1112", "JOINT", since=date(2018, 1, 1), until=LONG_AGO)
    city.cover(unit, "CZ1111")
    batch = listed(road, city, "CZ1111", "单独组建", "2019-01-01")
    with pytest.raises(decisions.NotTaken, match="2020-01-01 才终止"):
        settle(city, batch)


def test_our_own_list_of_coverages_goes_over_today_or_ends_with_its_reason(
    city: City, unit: Organization, tmp_path: Path
) -> None:
    row = city.cover(unit, "CZ1111")
    refresh(None, on=TODAY)
    book = Workbook.of(city, tmp_path, COVERAGES, "city")
    Coverage.objects.filter(pk=row.pk).update(form="ATTACHED")
    book.edit(UNIT, 形式="区域覆盖")
    settle(city, book.back("coverage_list"))
    assert periods() == [("CZ1111", "ATTACHED", "2020-01-01", str(TODAY)), ("CZ1111", "AREA", str(TODAY), "None")]
    true_facts()


def test_an_end_that_was_entered_meanwhile_stays(city: City, unit: Organization, tmp_path: Path) -> None:
    row = city.cover(unit, "CZ1111")
    refresh(None, on=TODAY)
    book = Workbook.of(city, tmp_path, COVERAGES, "city")
    coverage.end(by=None, coverage=row, on=TODAY, until=LATER, reason="单位注销")
    book.edit(UNIT, 终止="2026-11-20", 终止原因="单位迁出")
    batch = book.back("coverage_list")
    assert (batch.counts["conflicts"], codes(batch)) == (1, set())
    with pytest.raises(decisions.NotTaken, match="不能再修改；需要时请重新登记"):
        settle(city, batch)
    true_facts()


# --- the Party tree ---
def tree(road: Road, city: City, code: str, kind: str, parent: str, *more: dict[str, str]) -> ImportBatch:
    row = {"党组织编码": code, "党组织名称": city[code].name, "类型": kind, "上级党组织编码": parent}
    return road.send([row, *more], "party_tree", columns=TREE)


def test_another_parent_is_a_move_of_today_and_another_kind_a_change(road: Road, city: City) -> None:
    batch = tree(road, city, "CZ1111", "联合党支部", "CZ112")
    assert settle(city, batch) == 2
    node = PartyOrganization.objects.get(code="CZ1111")
    assert (node.parent, node.parent_since, node.kind) == (city["CZ112"], TODAY, "joint_branch")
    assert node.path.startswith(city["CZ112"].path)
    assert tree(road, city, "CZ1111", "联合党支部", "CZ112").counts["conflicts"] == 0
    true_facts()


def test_a_parent_that_came_with_the_same_list_is_found_by_its_code(road: Road, city: City) -> None:
    fresh = {"党组织编码": "N1", "党组织名称": "中共楼宇总支部", "类型": "党总支", "上级党组织编码": "CZ111"}
    batch = tree(road, city, "CZ1111", "党支部", "N1", fresh)
    settle(city, batch)
    assert PartyOrganization.objects.get(code="CZ1111").parent.code == "N1"


@pytest.mark.parametrize(
    ("code", "kind", "parent", "sentence"),
    [
        ("CZ1111", "党支部", "NOWHERE", "没有编码为“NOWHERE”的党组织"),
        ("CZ1111", "党支部", "CZ1112", "下面不能再设党组织"),
        ("CZ111", "党支部", "CZ11", "请先移交管理关系"),
        ("CZ11", "工委", "CZ111", "就在“中共云溪区委两新工委”之下"),
    ],
)
def test_what_the_tree_does_not_allow_is_said(
    road: Road, city: City, code: str, kind: str, parent: str, sentence: str
) -> None:
    with pytest.raises(decisions.NotTaken, match=sentence):
        settle(city, tree(road, city, code, kind, parent))


def test_a_node_does_not_move_out_of_the_clerks_scope(road: Road, city: City) -> None:
    batch = tree(road, city, "CZ1111", "党支部", "CZ121")
    ImportBatch.objects.update(path=city["CZ11"].path)
    with pytest.raises(decisions.NotTaken, match="不再属于您的管辖范围"):
        settle(city, batch, by="district")
    assert PartyOrganization.objects.get(code="CZ1111").parent == city["CZ111"]


def test_cells_of_our_own_tree_are_taken_over(city: City, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, NODES, "city")
    values = {"secretary_name": "李强", "region": city["CZ111"].region, "term_ends_on": date(2027, 1, 1)}
    party.change(by=None, party_organization=city["CZ1111"], values=values, on=TODAY)
    book.edit(BRANCH, 书记="赵敏", 所在区划="云溪区溪口街道", 届满日期="2028-01-01")
    batch = book.back("party_list")
    assert settle(city, batch) == 3
    node = PartyOrganization.objects.get(code="CZ1111")
    assert (node.secretary_name, node.region_id, str(node.term_ends_on)) == ("赵敏", "990102002000", "2028-01-01")


# --- worklists ---
def test_an_answer_of_a_workbook_is_taken_over(city: City, unit: Organization, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, "/worklists/party-organization/", "street")
    GapAnswer.objects.create(
        organization=unit, reason="党员不足", responsible="王明", answered_by=city.user("street"),
        answered_at="2026-01-01T00:00Z",
    )  # fmt: skip
    book.edit(UNIT, 未建原因="出资人正在考虑")
    batch = book.back("gap_answers")
    assert settle(city, batch) == 1
    answer = GapAnswer.objects.get()
    assert (answer.reason, answer.responsible, answer.answered_by) == ("出资人正在考虑", "王明", city.user("city"))
    assert AuditEntry.objects.get(action="gaps.answer").object_id == str(unit.pk)
