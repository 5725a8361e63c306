"""A department's Party tree and its coverages come in on the same road."""

from __future__ import annotations

from core.importing import services
from core.importing.reports import problem_list
from orgs.models import Coverage, OrganizationFacts, PartyOrganization
from orgs.models.party import step_of
from tests.lists import counts, credit_code

TREE = ("党组织编码", "党组织名称", "类型", "上级党组织编码", "成立日期")
COVERAGE = ("统一社会信用代码", "单位名称", "党组织编码", "形式", "起始日期")


def node(code, parent, kind="党支部", **cells):
    return {"党组织编码": code, "党组织名称": f"中共{code}党组织", "类型": kind, "上级党组织编码": parent} | cells


def codes_of(batch):
    return [problem["code"] for problem in problem_list(batch)]


def test_nodes_find_their_place_in_whatever_order_they_stand(road, city):
    rows = [node("N2", "N1"), node("N1", "CZ111", "党总支", 成立日期="2021-07-01")]
    assert road.send(rows, "party_tree", columns=TREE).counts == counts(rows=2, new=2)
    first, second = PartyOrganization.objects.get(code="N1"), PartyOrganization.objects.get(code="N2")
    assert (first.parent, second.parent) == (city["CZ111"], first)
    assert first.path == city["CZ111"].path + step_of(first.pk)
    assert second.path == first.path + step_of(second.pk)


def test_the_same_tree_again_changes_nothing_and_a_new_name_is_written(road):
    road.send([node("N1", "CZ111")], "party_tree", columns=TREE)
    assert road.send([node("N1", "CZ111")], "party_tree", columns=TREE).counts == counts(rows=1, unchanged=1)
    renamed = node("N1", "CZ111", 党组织名称="中共新名党支部")
    assert road.send([renamed], "party_tree", columns=TREE).counts == counts(rows=1, changed=1)
    assert PartyOrganization.objects.get(code="N1").name == "中共新名党支部"


def test_another_parent_is_a_conflict_and_no_move(road, city):
    road.send([node("N1", "CZ111")], "party_tree", columns=TREE)
    batch = road.send([node("N1", "CZ112")], "party_tree", columns=TREE)
    assert batch.counts == counts(rows=1, unchanged=1, conflicts=1)
    assert PartyOrganization.objects.get(code="N1").parent == city["CZ111"]


def test_a_node_without_a_place_stays_out_with_the_reason(road):
    rows = [
        node("N1", "NOWHERE"),
        node("N2", "CZ1111"),
        node("N3", "N4"),
        node("N4", "N3"),
        node("N5", "CZ111", "小组"),
    ]
    batch = road.send(rows, "party_tree", columns=TREE)
    assert batch.counts == counts(rows=5, errors=5)
    assert codes_of(batch) == [
        "unknown_parent",
        "parent_is_branch",
        "parent_is_branch",
        "parent_is_branch",
        "unknown_kind",
    ]


def test_a_tree_is_taken_back_whole(road):
    before = PartyOrganization.objects.count()
    batch = road.send([node("N2", "N1"), node("N1", "CZ111", "党总支")], "party_tree", columns=TREE)
    undone = services.undo(batch, by=road.user)
    assert (undone.deleted, undone.left) == (2, [])
    assert PartyOrganization.objects.count() == before


def test_a_coverage_begins_and_the_facts_know_it(road, city):
    unit = city.organization(credit_code=credit_code(1))
    row = {"统一社会信用代码": credit_code(1), "党组织编码": "CZ1111", "形式": "单独组建", "起始日期": "2024-01-01"}
    batch = road.send([row], "coverage", columns=COVERAGE)
    assert batch.counts == counts(rows=1, new=1)
    assert Coverage.objects.get().organization == unit
    assert OrganizationFacts.objects.get(organization=unit).has_org
    assert road.send([row], "coverage", columns=COVERAGE).counts == counts(rows=1, unchanged=1)
    services.undo(batch, by=road.user)
    assert not Coverage.objects.exists()
    assert not OrganizationFacts.objects.get(organization=unit).has_org


def test_another_party_organization_is_a_conflict(road, city):
    city.cover(city.organization(credit_code=credit_code(1)), "CZ1111")
    row = {"统一社会信用代码": credit_code(1), "党组织编码": "CZ1112", "形式": "联合组建", "起始日期": "2020-01-01"}
    assert road.send([row], "coverage", columns=COVERAGE).counts == counts(rows=1, unchanged=1, conflicts=1)


def test_a_coverage_that_cannot_be_stays_out_with_the_reason(road, city):
    for number in (1, 2):
        city.organization(credit_code=credit_code(number))
    good = {"党组织编码": "CZ1111", "形式": "单独组建", "起始日期": "2024-01-01"}
    rows = [
        good | {"统一社会信用代码": credit_code(1)},
        good | {"统一社会信用代码": credit_code(2)},
        good | {"统一社会信用代码": credit_code(3)},
        good | {"统一社会信用代码": credit_code(4), "形式": "不明"},
        good | {"统一社会信用代码": credit_code(5), "起始日期": ""},
    ]
    batch = road.send(rows, "coverage", columns=COVERAGE)
    assert batch.counts == counts(rows=5, new=1, errors=4)
    assert codes_of(batch) == ["single_covers_one", "unknown_unit", "unknown_form", "coverage_since_missing"]
