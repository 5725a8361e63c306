"""Lists reach what the importer manages (rules §10): what is merely covered, or given from above, comes back unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.importing import decisions, services
from core.models import AuditEntry, ImportBatch
from orgs.facts import refresh
from orgs.models import Organization, PartyOrganization, Zone
from orgs.services import bulk
from tests.lists import Road, counts, credit_code, firm
from tests.people import TODAY, City
from tests.tables import CASES, TABLES
from tests.workbooks import COVERAGES, NODES, Workbook, codes
from tests.world import BETWEEN, add_between, build_world

COVERED = ("统一社会信用代码", "党组织编码", "形式", "起始日期")
ROSTER = ("姓名", "公民身份号码", "所在党组织编码", "工作单位统一社会信用代码")
UNIT = "邻区纺织厂"


@pytest.fixture
def unit(city: City) -> Organization:
    """A firm of the other district that a branch here covers."""
    made = city.organization(UNIT, managed_by="CZ121", credit_code=credit_code(1), staff=128)
    city.cover(made, "CZ1111")
    refresh(None, on=TODAY)
    return made


def send(city: City, folder: Path, rows: list[Mapping[str, str]], source: str, columns: tuple[str, ...]) -> ImportBatch:
    return Road(folder, city.user("district"), TODAY).send(rows, source, columns=columns)


def test_no_list_of_the_district_reaches_a_firm_that_it_merely_covers(
    city: City, tmp_path: Path, unit: Organization
) -> None:
    """The registrar's list, the coverages, and a roster that names it as an employer."""
    market = Road(tmp_path, city.user("district"), TODAY).send([firm(1, 企业名称="改名")])
    row = {"统一社会信用代码": credit_code(1), "党组织编码": "CZ1112", "形式": "挂靠", "起始日期": "2026-01-01"}
    covered = send(city, tmp_path, [row], "coverage", COVERED)
    person = dict(zip(ROSTER, ("林若水", "11010519491231002X", "CZ1111", credit_code(1)), strict=True))
    roster = send(city, tmp_path, [person], "members", ROSTER)
    assert [batch.counts for batch in (market, covered, roster)] == [counts(rows=1, errors=1)] * 3
    assert [codes(batch) for batch in (market, covered, roster)] == [
        {"outside_scope"}, {"unknown_unit"}, {"member_employer_unknown"},
    ]  # fmt: skip
    assert Organization.objects.get().name == UNIT


def test_a_coverage_of_a_firm_managed_elsewhere_is_told_and_not_changed(
    city: City, tmp_path: Path, unit: Organization
) -> None:
    book = Workbook.of(city, tmp_path, COVERAGES, "district")
    assert book.back("coverage_list").counts == counts(rows=1, unchanged=1)
    book.edit(UNIT, 形式="区域覆盖")
    batch = book.back("coverage_list")
    assert (codes(batch), batch.counts) == ({"outside_scope"}, counts(rows=1, errors=1))


@pytest.mark.parametrize(("word", "changed"), [("CZ11", 0), ("CZ111", 1)])
def test_a_district_describes_what_stands_below_it_and_not_itself(
    city: City, tmp_path: Path, word: str, changed: int
) -> None:
    book = Workbook.of(city, tmp_path, NODES, "district")
    book.edit(word, 书记="钱进")
    batch = book.back("party_list")
    assert (batch.counts["changed"], batch.counts["errors"]) == (changed, 1 - changed)
    columns = ("党组织编码", "党组织名称", "类型", "上级党组织编码")
    row = dict(zip(columns, (word, "改名后的工委", "工作委员会", city[word].parent.code), strict=True))
    assert send(city, tmp_path, [row], "party_tree", columns).counts["changed"] == changed
    assert PartyOrganization.objects.filter(name="改名后的工委").count() == changed


def test_what_was_handed_over_is_not_taken_over_from_a_list_of_before(city: City, tmp_path: Path) -> None:
    unit = city.organization("澄州明川电子有限公司", credit_code=credit_code(1), staff=128)
    city.cover(unit, "CZ1111")
    coming = {"统一社会信用代码": credit_code(1), "党组织编码": "CZ1112", "形式": "联合组建", "起始日期": "2020-01-01"}
    batch = send(city, tmp_path, [coming], "coverage", COVERED)
    assert batch.counts["conflicts"] == 1
    to = bulk.to_committee(city["CZ121"], since=TODAY)
    bulk.apply(by=None, change=to, organization_ids=[unit.pk], on=TODAY)
    row = batch.rows.get()
    for take in (True, False):
        with pytest.raises(decisions.NotTaken, match="不归您的党组织管理"):
            decisions.settle(
                batch=batch,
                picked=[(row.pk, column) for column in row.conflicts],
                take=take,
                by=city.user("district"),
                scope=city.scope("district"),
                on=TODAY,
            )
    assert unit.coverages.get().party_organization == city["CZ1111"]


def test_an_undo_leaves_what_was_handed_over_since(city: City, tmp_path: Path) -> None:
    kept, gone = (city.organization(f"第{n}厂", credit_code=credit_code(n), legal_representative="旧") for n in (1, 2))
    road = Road(tmp_path, city.user("district"), TODAY)
    batch = road.send([firm(1, 法定代表人="新"), firm(2, 法定代表人="新"), firm(3), firm(4)])
    added = Organization.objects.get(credit_code=credit_code(4))
    Organization.objects.filter(pk__in=[gone.pk, added.pk]).update(managed_by=city["CZ121"])
    undone = services.undo(batch, by=city.user("district"))
    assert {one.id for one in undone.left} == {gone.pk, added.pk}
    assert (undone.restored, undone.deleted) == (1, 1)
    told = Organization.objects.order_by("credit_code").values_list("pk", "legal_representative")
    assert dict(told) == {kept.pk: "旧", gone.pk: "新", added.pk: ""}


# no unit lies between the places for them: they hang on a Party organization, or come with their instructor
OF_ELSEWHERE = (
    "orgs.venue", "members.post", "members.partygroup", "members.term", "instructors.instructor", "instructors.assignment"
)  # fmt: skip


@pytest.mark.parametrize("label", sorted(TABLES))
def test_no_small_table_brings_in_what_is_not_the_district_s(city: City, tmp_path: Path, label: str) -> None:
    world = build_world(city)
    add_between(world)
    case, model = CASES[label], TABLES[label].model
    word = "临江园区" if model is Zone else case.word.replace("本区", BETWEEN.mark)
    if label in OF_ELSEWHERE or label.startswith(("activities.", "evaluations.")):
        word = case.word.replace("本区", "外区密")
    book = Workbook.of(city, tmp_path, f"/admin/{label.replace('.', '/')}/", "city")
    book.edit(word, **{case.header: case.edits[0]})
    before, written = list(model._default_manager.order_by("pk").values()), AuditEntry.objects.count()
    lines = book.carried_in("district")
    assert any(line.problems for line in lines)
    assert list(model._default_manager.order_by("pk").values()) == before
    assert AuditEntry.objects.count() == written
