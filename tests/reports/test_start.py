"""发起: one step from the worklist to a branch with its coverage, to coverage by another, or to an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from core.history import history_of
from core.models import AuditEntry
from core.refusals import Refusal
from members.models import Member
from orgs.facts import differences
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from reports.models import GapAnswer
from reports.services.gaps import Answer, answer_gaps, next_code
from tests.people import City

START = "/worklists/party-organization/start/"


def founding(city: City, **changed: object) -> dict[str, object]:
    """What the form for a new branch sends."""
    return {
        "do": "found",
        "name": "中共澄州明川电子有限公司支部委员会(新)",
        "kind": "branch",
        "parent": city["CZ111"].pk,
        "since": "2026-11-20",
        "approval_no": "云街工〔2026〕12号",
        "secretary_name": "赵某",
        **changed,
    }


def test_the_form_begins_with_what_the_rules_recommend(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    page = opened("street").get(f"{START}?unit={gaps['large'].pk}").content.decode()
    assert "中共澄州明川电子有限公司支部委员会" in page
    assert "正式党员 4 名，单独组建党支部" in page
    joint = opened("street").get(f"{START}?unit={gaps['lonely'].pk}").content.decode()
    assert "澄州星湖机械有限公司（正式党员 2 名）" in joint


def test_one_step_sets_up_the_branch_and_its_coverage(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    response = opened("street").post(f"{START}?unit={gaps['large'].pk}", founding(city))
    assert response.status_code == 302
    page = opened("street").get("/worklists/party-organization/").content.decode()
    assert "4 名党员组织关系仍在其他党组织" in page, "a branch that nobody belongs to exists on paper alone"
    node = PartyOrganization.objects.get(code="CZ111-1")
    assert (node.parent, node.kind, node.established_on) == (city["CZ111"], "branch", date(2026, 11, 20))
    coverage = Coverage.objects.get(party_organization=node)
    assert (coverage.organization, coverage.form) == (gaps["large"], "SINGLE")
    assert OrganizationFacts.objects.get(pk=gaps["large"].pk).has_org
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"party.establish", "coverage.begin"}


def test_members_of_the_unit_are_moved_to_the_new_branch_from_their_list(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("street")
    browser.post(f"{START}?unit={gaps['large'].pk}", founding(city))
    page = browser.get("/worklists/party-organization/").content.decode()
    ((url, _),) = re.findall(r'<a href="([^"]*)">(接转组织关系)</a>', page)
    listed = browser.get(unescape(url)).content.decode()
    assert "共 4 名" in listed
    node, ids = PartyOrganization.objects.get(code="CZ111-1"), re.findall(r'name="ticked" value="(\d+)"', listed)
    wanted = {"party_organization": node.pk, "since": "2026-11-20", "reason": "新建支部", "ids": ",".join(ids[:3])}
    act = "/admin/members/member/bulk/move/"
    preview = browser.post(act, wanted | {"stage": "preview"}).content.decode()
    assert "将修改 <b>3</b> 名" in preview
    assert "修改后可以撤销" not in preview
    assert browser.post(act, wanted | {"stage": "apply"}).status_code == 302
    assert Member.objects.filter(party_organization=node, organization=gaps["large"]).count() == 3
    assert not differences(on=timezone.localdate())
    party = browser.get(f"/party/{node.pk}/").content.decode()
    assert re.search(r"所覆盖单位的 <a [^>]*>1</a> 名党员组织关系在其他党组织", party)
    early = browser.post(act, wanted | {"stage": "preview", "since": "2019-12-31", "ids": ids[3]}).content.decode()
    assert "转入现党组织的日期晚于所填的转入日期" in early


def test_a_joint_branch_covers_the_unit_and_the_neighbours_that_were_ticked(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    data = founding(city, kind="joint_branch", partners=[gaps["near"].pk, gaps["far"].pk])
    assert opened("street").post(f"{START}?unit={gaps['lonely'].pk}", data).status_code == 302
    covered = Coverage.objects.filter(party_organization__code="CZ111-1")
    assert set(covered.values_list("organization", "form")) == {
        (gaps[name].pk, "JOINT") for name in ("lonely", "near", "far")
    }


def test_too_few_formal_members_are_refused_and_nothing_is_written(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    data = founding(city, kind="joint_branch", partners=[gaps["near"].pk])
    response = opened("street").post(f"{START}?unit={gaps['lonely'].pk}", data)
    assert response.status_code == 422
    assert "共有正式党员 2 名，不足 3 名" in response.content.decode()
    assert not PartyOrganization.objects.filter(code="CZ111-1").exists()


def test_an_existing_party_organization_covers_several_at_once(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    data = {"do": "cover", "node": city["CZ1112"].pk, "form": "AREA", "since": "2026-11-20"}
    address = f"{START}?unit={gaps['large'].pk}&unit={gaps['lonely'].pk}"
    assert opened("street").post(address, data).status_code == 302
    assert Coverage.objects.filter(party_organization=city["CZ1112"], form="AREA").count() == 2


def test_a_unit_that_was_covered_meanwhile_is_no_longer_there(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("street")
    browser.post(f"{START}?unit={gaps['large'].pk}", founding(city))
    assert browser.post(f"{START}?unit={gaps['large'].pk}", founding(city)).status_code == 404
    assert PartyOrganization.objects.filter(code__startswith="CZ111-").count() == 1


@pytest.mark.parametrize(
    ("username", "unit", "status"),
    [
        ("street", "outside", 404),
        ("stranger", "large", 404),
        ("leader", "large", 403),
        ("secretary", "large", 403),
        ("street", "small", 404),
    ],
    ids=["another district's unit", "a stranger", "a leader only reads", "a secretary", "not in the list"],
)
def test_nobody_starts_beyond_their_scope_or_duty(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], username: str, unit: str, status: int
) -> None:
    response = opened(username).post(f"{START}?unit={gaps[unit].pk}", founding(city))
    assert response.status_code == status
    assert not PartyOrganization.objects.filter(code="CZ111-1").exists()


def test_a_partner_outside_the_scope_cannot_be_smuggled_in(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    data = founding(city, kind="joint_branch", partners=[gaps["near"].pk, gaps["far"].pk, gaps["outside"].pk])
    assert opened("street").post(f"{START}?unit={gaps['lonely'].pk}", data).status_code == 422


@pytest.mark.parametrize("query", ["", "?unit=x"])
def test_without_a_unit_there_is_nothing_to_start(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], query: str
) -> None:
    assert opened("street").get(START + query).status_code == 400


def test_an_answer_is_kept_beside_the_unit_and_in_the_trail(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    data = {"do": "answer", "reason": "业主暂不理解", "planned_form": "联合组建", "planned_by": "2026-12-31"}
    address = f"{START}?unit={gaps['large'].pk}&unit={gaps['lonely'].pk}"
    assert opened("street").post(address, data).status_code == 302
    assert GapAnswer.objects.count() == 2
    page = opened("leader").get("/worklists/party-organization/").content.decode()
    assert "业主暂不理解" in page
    assert AuditEntry.objects.filter(action="gaps.answer").count() == 2
    told = history_of(gaps["large"], city.scope("street"))[0]
    assert {change.label for change in told.changes} == {"原因", "方式（措施）", "完成时限", "责任人"}


def test_the_same_answer_again_writes_nothing(city: City, gaps: dict[str, Organization]) -> None:
    answer = Answer("业主暂不理解", "联合组建", date(2026, 12, 31))
    kept = {"by": city.user("street"), "units": [gaps["large"]], "at": timezone.now()}
    assert answer_gaps(answer=answer, **kept) == 1
    assert answer_gaps(answer=answer, **kept) == 0
    assert answer_gaps(answer=Answer("业主暂不理解", "挂靠", None), **kept) == 1
    assert AuditEntry.objects.filter(action="gaps.answer").count() == 2
    with pytest.raises(Refusal, match="至少填写"):
        answer_gaps(answer=Answer("", "", None), **kept)


def test_codes_of_new_branches_count_on(city: City) -> None:
    assert next_code(city["CZ111"]) == "CZ111-1"
    for code in ("CZ111-2", "CZ111-10", "CZ111-x"):
        PartyOrganization.objects.create(name=code, kind="branch", parent=city["CZ111"], code=code, path=code)
    assert next_code(city["CZ111"]) == "CZ111-11"
