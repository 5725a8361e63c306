"""The Party tree: set up, changed, moved, merged, dissolved, with paths and dates right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.models import AuditEntry, ImportBatch
from core.refusals import Refusal
from orgs.models import (
    Appointment,
    Coverage,
    FormerManagement,
    FormerParent,
    Liaison,
    Organization,
    PartyOrganization,
    Venue,
)
from orgs.models.party import step_of
from orgs.services import coverage, endings, party, people, venues
from tests.people import LONG_AGO, TODAY, City


def paths_are_made_of_ids() -> bool:
    nodes = {node.pk: node for node in PartyOrganization.objects.all()}
    return all(
        node.path == (nodes[node.parent_id].path if node.parent_id else "") + step_of(node.pk)
        for node in nodes.values()
    )


def test_a_move_takes_the_whole_subtree_along_and_keeps_the_former_place(city: City) -> None:
    node = party.move(
        by=city.user("city"), party_organization=city["CZ111"], to=city["CZ12"], on=TODAY, reason="区划调整"
    )
    assert node.path.startswith(city["CZ12"].path)
    assert paths_are_made_of_ids()
    former = FormerParent.objects.get(party_organization=node)
    assert (former.parent, former.since, former.until) == (city["CZ11"], LONG_AGO, TODAY)
    assert city.scope("stranger").holds_path(PartyOrganization.objects.get(code="CZ1111").path)
    entry = AuditEntry.objects.get(action="party.move")
    assert entry.changes["parent_id"] == [city["CZ11"].pk, city["CZ12"].pk]
    assert entry.reason == "区划调整"


def test_a_move_takes_along_what_remembers_its_path(city: City) -> None:
    batch = ImportBatch.objects.create(
        source="market", file_name="a.csv", sha256="", as_of=TODAY, created_by=city.user("street"),
        node_id=city["CZ111"].pk, path=city["CZ111"].path,
    )  # fmt: skip
    node = party.move(by=None, party_organization=city["CZ111"], to=city["CZ12"], on=TODAY)
    batch.refresh_from_db()
    assert batch.path == node.path


def test_a_move_to_where_it_is_changes_nothing(city: City) -> None:
    party.move(by=None, party_organization=city["CZ111"], to=city["CZ11"], on=TODAY)
    assert not FormerParent.objects.exists()
    assert not AuditEntry.objects.filter(action="party.move").exists()


@pytest.mark.parametrize(
    ("what", "to", "on", "refusal"),
    [
        pytest.param("CZ11", "CZ111", TODAY, "不能作它的上级", id="below itself"),
        pytest.param("CZ11", "CZ11", TODAY, "不能作它的上级", id="under itself"),
        pytest.param("CZ112", "CZ1111", TODAY, "下面不能再设党组织", id="under a branch"),
        pytest.param("CZ111", "CZ12", LONG_AGO - timedelta(days=1), "才隶属现在的上级", id="before its present place"),
    ],
)
def test_a_move_that_cannot_be_is_refused(city: City, what: str, to: str, on: object, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        party.move(by=None, party_organization=city[what], to=city[to], on=on)  # type: ignore[arg-type]
    assert paths_are_made_of_ids()


def test_a_tree_deeper_than_paths_hold_is_refused(city: City) -> None:
    node = city["CZ112"]
    for level in range(20 - len(node.path) // 6):
        node = party.establish(by=None, name=f"第{level}级", kind="committee", parent=node, code=f"D{level}", on=TODAY)
    with pytest.raises(Refusal, match="党组织层级太多"):
        party.move(by=None, party_organization=city["CZ111"], to=PartyOrganization.objects.get(code="D14"), on=TODAY)
    assert paths_are_made_of_ids()


def test_a_move_rewrites_all_paths_in_a_constant_number_of_queries(city: City, django_assert_max_num_queries) -> None:
    for number in range(30):
        party.establish(by=None, name=f"支部{number}", kind="branch", parent=city["CZ111"], code=f"B{number}", on=TODAY)
    with django_assert_max_num_queries(19):
        party.move(by=None, party_organization=city["CZ111"], to=city["CZ12"], on=TODAY)


def test_a_committee_that_manages_organizations_does_not_become_a_branch(city: City) -> None:
    with pytest.raises(Refusal, match="请先移交管理关系"):
        party.change(by=None, party_organization=city["CZ112"], values={"kind": "branch"}, on=TODAY)


def test_a_change_is_written_with_its_entry(city: City) -> None:
    party.change(by=city.user("city"), party_organization=city["CZ1111"], values={"secretary_name": "钱书记"}, on=TODAY)
    assert PartyOrganization.objects.get(code="CZ1111").secretary_name == "钱书记"
    entry = AuditEntry.objects.get(action="party.change")
    assert (entry.user, entry.changes) == (city.user("city"), {"secretary_name": ["", "钱书记"]})


def test_a_merge_hands_everything_over(city: City) -> None:
    organization = city.organization(managed_by="CZ112")
    covered = city.organization()
    city.cover(covered, "CZ1111")
    member = city.member(of="CZ1111", at=covered)
    endings.merge(by=None, party_organization=city["CZ1111"], into=city["CZ1112"], on=TODAY, reason="调整")
    endings.merge(by=None, party_organization=city["CZ112"], into=city["CZ111"], on=TODAY, reason="调整")
    member.refresh_from_db()
    organization.refresh_from_db()
    assert member.party_organization == city["CZ1112"]
    assert member.former_memberships.get().until == TODAY
    assert (organization.managed_by, organization.managed_since) == (city["CZ111"], TODAY)
    assert FormerManagement.objects.get().committee == city["CZ112"]
    assert list(Coverage.objects.order_by("since").values_list("party_organization__code", "since", "until")) == [
        ("CZ1111", LONG_AGO, TODAY),
        ("CZ1112", TODAY, None),
    ]
    gone = PartyOrganization.objects.get(code="CZ1111")
    assert (gone.dissolved_on, gone.merged_into) == (TODAY, city["CZ1112"])
    assert city["CZ111"].jurisdictions.count() == 2


def test_a_merge_ends_the_appointments_instead_of_giving_rights_elsewhere(city: City) -> None:
    endings.merge(by=None, party_organization=city["CZ1111"], into=city["CZ1112"], on=TODAY, reason="调整")
    assert Appointment.objects.get(user=city.user("secretary")).until == TODAY
    assert not city.scope("secretary").grants
    assert AuditEntry.objects.filter(action="appointments.end").count() == 2, "secretary and treasurer"


def test_a_merge_takes_the_children_along(city: City) -> None:
    endings.merge(by=None, party_organization=city["CZ11"], into=city["CZ12"], on=TODAY, reason="调整")
    assert PartyOrganization.objects.get(code="CZ1112").path.startswith(city["CZ12"].path)
    assert paths_are_made_of_ids()


@pytest.mark.parametrize(
    ("what", "into", "refusal"),
    [
        pytest.param("CZ1111", "CZ1111", "不能并入自己或自己的下级", id="itself"),
        pytest.param("CZ11", "CZ111", "不能并入自己或自己的下级", id="one below it"),
        pytest.param("CZ112", "CZ1112", "不能接管", id="a branch cannot take over a jurisdiction"),
    ],
)
def test_a_merge_that_cannot_be_is_refused(city: City, what: str, into: str, refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        endings.merge(by=None, party_organization=city[what], into=city[into], on=TODAY, reason="")


def test_only_an_empty_party_organization_is_dissolved(city: City) -> None:
    covered = city.organization()
    city.cover(covered, "CZ1111")
    member = city.member(of="CZ1111")

    def dissolve(code: str, **more: bool) -> None:
        endings.dissolve(by=None, party_organization=city[code], on=TODAY, reason="单位注销", **more)

    with pytest.raises(Refusal, match="下级党组织 2 个"):
        dissolve("CZ111")
    with pytest.raises(Refusal, match="党员 1 名，请先转走"):
        dissolve("CZ1111")
    member.status = "TRANSFERRED"
    member.save()
    with pytest.raises(Refusal, match="覆盖关系 1 条，请先终止或移交"):
        dissolve("CZ1111")
    dissolve("CZ1111", end_coverages=True)
    ended = Coverage.objects.get()
    assert (ended.until, ended.end_reason) == (TODAY, "单位注销")
    assert PartyOrganization.objects.get(code="CZ1111").dissolved_on == TODAY
    with pytest.raises(Refusal, match=r"已于 .* 撤销"):
        dissolve("CZ1111")


def test_the_one_above_takes_over_venues_and_liaisons_of_what_is_dissolved(city: City) -> None:
    node = city["CZ1111"]
    venue = Venue.objects.create(name="红色驿站", kind="SHARED", managed_by=node)
    liaison = Liaison.objects.create(organization=city.organization(), name="小王", appointed_by=node, since=LONG_AGO)
    assert endings.hanging_on(node, on=TODAY) == ["管理的场所 1 处", "联络员 1 名", "用户授权 2 项"]
    endings.dissolve(by=None, party_organization=node, on=TODAY, reason="撤并")
    venue.refresh_from_db()
    liaison.refresh_from_db()
    assert (venue.managed_by, liaison.appointed_by) == (city["CZ111"], city["CZ111"])
    assert endings.hanging_on(node, on=TODAY) == []


def test_nothing_new_hangs_on_what_has_ended(city: City) -> None:
    ended, told = city["CZ1112"], {"by": None, "on": TODAY}
    venue = venues.venues.add(managed_by=city["CZ111"], name="驿站", kind="SHARED", **told)
    new: dict[str, Any] = {"organization": city.organization(), "name": "小王", "since": TODAY}
    liaison = people.liaisons.add(appointed_by=city["CZ111"], **new, **told)
    endings.dissolve(party_organization=ended, reason="撤并", **told)
    for act in (
        lambda: venues.venues.add(managed_by=ended, name="中心", kind="SHARED", **told),
        lambda: venues.venues.change(row=venue, managed_by=ended, **told),
        lambda: venues.uses.add(venue=venue, party_organization=ended, since=TODAY, **told),
        lambda: people.liaisons.add(appointed_by=ended, **new, **told),
        lambda: people.liaisons.change(row=liaison, appointed_by=ended, **told),
    ):
        with pytest.raises(Refusal, match="已撤销"):
            act()
    Liaison.objects.update(appointed_by=ended)  # as the version before could leave it
    liaison.refresh_from_db()
    people.liaisons.change(row=liaison, appointed_by=ended, name="小张", **told)


def test_a_committee_with_a_jurisdiction_is_not_dissolved(city: City) -> None:
    with pytest.raises(Refusal, match="管理权限 1 项"):
        endings.dissolve(by=None, party_organization=city["CZ112"], on=TODAY, reason="")


def test_two_that_each_stand_for_one_unit_become_a_joint_one_first(city: City) -> None:
    """单独组建 means one unit of one's own; whoever covers the same unit twice has still one."""
    firms = [city.organization(), city.organization()]
    one, _ = (city.cover(firm, code, "SINGLE") for firm, code in zip(firms, ("CZ1111", "CZ1112"), strict=True))
    merger: Any = {"by": None, "party_organization": city["CZ1111"], "into": city["CZ1112"], "on": TODAY, "reason": ""}
    with pytest.raises(Refusal, match="合并后是联合组建"):
        endings.merge(**merger)
    coverage.change_form(by=None, coverage=one, form="JOINT", on=TODAY)
    endings.merge(**merger)
    assert Coverage.objects.filter(party_organization=city["CZ1112"], until=None, form="SINGLE").count() == 1


def test_a_committee_that_manages_organizations_is_not_dissolved(city: City) -> None:
    city.organization(managed_by="CZ112")
    with pytest.raises(Refusal, match="管理的两新组织 1 家"):
        endings.dissolve(by=None, party_organization=city["CZ112"], on=TODAY, reason="")
    assert Organization.objects.get().managed_by == city["CZ112"]
