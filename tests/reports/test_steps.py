"""The button of a next step starts it, with the unit filled in, and leads back to the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from instructors.models import Assignment
from instructors.services import instructors
from members.models import Member
from orgs.facts import refresh
from orgs.models import Organization, OrganizationFacts
from orgs.rules.setup import NextStep
from reports.models import GapAnswer
from reports.steps import LABELS, button_of
from reports.worklists import worklists
from tests.people import LONG_AGO, TODAY, City

AHEAD = str(timezone.localdate() + timedelta(days=35))

PARTY, MEMBER = "/worklists/party-organization/", "/worklists/member/"


def button(browser: Client, list_url: str, unit: Organization) -> tuple[str, dict[str, list[str]]]:
    """Address and query of the unit's button."""
    page = browser.get(list_url)
    (row,) = [row for row, _ in page.context["rows"] if row.pk == unit.pk]
    address = urlsplit(row.button.url)
    return address.path, parse_qs(address.query)


@pytest.mark.parametrize("code", LABELS)
def test_every_step_has_a_button_for_whoever_may_do_it_and_none_for_a_leader(city: City, code: str) -> None:
    step, unit = NextStep(code, ""), OrganizationFacts(organization_id=7, managed_by=city["CZ111"])
    for worklist in worklists:
        made = button_of(worklist, step, unit, scope=city.scope("street"), back=MEMBER)
        assert made is not None
        assert "next=%2Fworklists%2Fmember%2F" in made.url
        assert button_of(worklist, step, unit, scope=city.scope("leader"), back=MEMBER) is None
        elsewhere = OrganizationFacts(organization_id=7, managed_by=city["CZ121"])
        assert button_of(worklist, step, elsewhere, scope=city.scope("street"), back=MEMBER) is None


def test_an_instructor_is_sent_from_the_list_and_the_step_is_another_one_then(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    alone = city.organization("澄州溪口纺织厂", managed_by="CZ112", staff=150)
    refresh([alone.pk], on=TODAY)
    instructor = instructors.add(
        by=None, sent_by=city["CZ11"], since=LONG_AGO, on=TODAY, name="吴指导", source="OFFICE"
    )
    browser = opened("district")
    path, query = button(browser, f"{PARTY}?q=溪口", alone)
    assert (path, query["organization"]) == ("/admin/instructors/assignment/add/", [str(alone.pk)])
    form = browser.get(path, query)
    assert "澄州溪口纺织厂" in form.content.decode()
    sent = {"instructor": instructor.pk, "organization": alone.pk, "since": "2026-11-20", "tasks": ""}
    answer = browser.post(f"{path}?next={query['next'][0]}", sent)
    assert (answer.status_code, answer["Location"]) == (302, query["next"][0])
    assert query["next"][0].startswith(PARTY)
    assert Assignment.objects.get().organization == alone
    (row,) = [row for row, _ in browser.get(f"{PARTY}?q=溪口").context["rows"]]
    assert row.line.step.code == "recommend_member"


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"])
def test_nobody_is_sent_on_to_another_system(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], away: str
) -> None:
    answer = opened("street").post(
        f"{MEMBER}start/?unit={gaps['fifty'].pk}&next={away}", {"do": "answer", "reason": "业主暂不理解"}
    )
    assert answer["Location"] == MEMBER


def test_a_member_who_works_there_now_takes_the_unit_off_the_list(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    unit, member = gaps["fifty"], city.member("林若水", of="CZ1111", at=gaps["large"])
    start, browser = f"{MEMBER}start/?unit={unit.pk}", opened("street")
    sent = {"do": "employ", "member": member.pk, "since": "2026-11-20", "party_organization": city["CZ1112"].pk}
    assert browser.post(start, sent).status_code == 302
    member.refresh_from_db()
    assert (member.organization, member.organization_since) == (unit, date(2026, 11, 20))
    assert (member.party_organization, member.former_memberships.count()) == (city["CZ1112"], 1)
    assert OrganizationFacts.objects.get(pk=unit.pk).formal == 1
    assert browser.get(start).status_code == 404, "it is no longer on the list"


def test_a_member_registered_with_the_employer_filled_in_takes_the_unit_off_the_list(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    unit, browser = gaps["fifty"], opened("street")
    ways = dict(browser.get(f"{MEMBER}start/?unit={unit.pk}&next={MEMBER}").context["elsewhere"])
    form = browser.get(ways["登记党员"])
    assert unit.name in form.content.decode()
    sent = {
        "name": "林若水", "id_number": "", "id_note": "档案待查", "status": "FORMAL", "sex": "0", "since": "2026-11-20",
        "party_organization": city["CZ1112"].pk, "organization": unit.pk, "organization_since": "2026-11-20",
    }  # fmt: skip
    answer = browser.post(ways["登记党员"], sent)
    assert (answer.status_code, answer["Location"]) == (302, MEMBER)
    assert Member.objects.get(name="林若水").organization == unit
    assert OrganizationFacts.objects.get(pk=unit.pk).formal == 1


def test_somebody_elses_member_cannot_be_taken(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    stranger = city.member("江远", of="CZ121")
    sent = {"do": "employ", "member": stranger.pk, "since": "2026-11-20"}
    assert opened("street").post(f"{MEMBER}start/?unit={gaps['fifty'].pk}", sent).status_code == 422
    stranger.refresh_from_db()
    assert stranger.organization is None


def test_a_plan_says_how_who_and_until_when_and_stands_in_the_list_and_among_what_is_due(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    unit, browser = gaps["fifty"], opened("street")
    start = f"{MEMBER}start/?unit={unit.pk}"
    forms = {name: form for name, form, *_ in browser.get(start).context["forms"]}
    assert forms["answer"].initial["planned_form"] == "推荐党员就业"
    assert [field.label for field in forms["answer"]] == ["空白原因", "拟采取措施", "完成时限", "责任人"]
    sent = {"do": "answer", "planned_form": "发展党员", "planned_by": AHEAD, "responsible": "孙立群"}
    assert browser.post(start, sent).status_code == 302
    assert GapAnswer.objects.get(organization=unit).responsible == "孙立群"
    page = browser.get(MEMBER).content.decode()
    assert f"发展党员，{AHEAD} 前" in page
    assert "责任人 孙立群" in page
    due = browser.get("/due/").content.decode()
    assert "责任人 孙立群" in due
    assert "发展党员" in due


def test_a_plan_made_on_the_other_list_can_stay(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    unit, browser = gaps["lonely"], opened("street")
    sent = {"do": "answer", "planned_form": "单独组建", "planned_by": AHEAD}
    assert browser.post(f"{PARTY}start/?unit={unit.pk}", sent).status_code == 302
    forms = {name: form for name, form, *_ in browser.get(f"{MEMBER}start/?unit={unit.pk}").context["forms"]}
    assert ("单独组建", "单独组建") in forms["answer"].fields["planned_form"].choices


def test_the_partners_and_the_covering_node_of_the_next_step_are_filled_in(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    forms = {
        name: form
        for name, form, *_ in opened("street").get(f"{PARTY}start/?unit={gaps['lonely'].pk}").context["forms"]
    }
    assert forms["found"].fields["partners"].initial == [str(gaps["near"].pk), str(gaps["far"].pk)]
    assert forms["found"].initial["name"] == "中共澄州禾岸食品厂等单位联合支部"
    forms = {
        name: form for name, form, *_ in opened("city").get(f"{PARTY}start/?unit={gaps['social'].pk}").context["forms"]
    }
    assert (forms["cover"].initial["node"], forms["cover"].initial["form"]) == (city["CZ13"].pk, "ATTACHED")
