"""The registry's lists in the back office: scoped, searched, filtered, changed in bulk after a preview."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry, Job
from orgs.bulk_actions import ORGANIZATION_ACTIONS
from orgs.facts import refresh
from orgs.jobs import change_many
from orgs.models import BulkAct, Coverage, Organization
from tests.people import LONG_AGO, TODAY, City

LIST = "/admin/orgs/organization/"
REGISTRY = ("organization", "coverage", "partyorganization", "venue", "zone", "jurisdiction", "region", "liaison")


@pytest.fixture
def units(city: City) -> dict[str, Organization]:
    found = {
        "here": city.organization("澄州明川电子有限公司", staff=128),
        "there": city.organization("澄州禾岸食品厂", managed_by="CZ12"),
        "school": city.organization("澄州明德学校", category="SO4"),
    }
    refresh(None, on=TODAY)
    return found


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("city", {"here", "there", "school"}),
        ("district", {"here", "school"}),
        ("street", {"here", "school"}),
        ("stranger", {"there"}),
        ("leader", {"here", "there", "school"}),
    ],
)
def test_everyone_sees_the_organizations_they_manage(city, units, client_of, username, seen) -> None:
    page = client_of(username).get(LIST).content.decode()
    assert {name for name, unit in units.items() if unit.name in page} == seen


def test_a_branch_sees_the_organizations_it_covers(city: City, units, client_of) -> None:
    city.cover(units["there"], "CZ1111")
    page = client_of("secretary").get(LIST).content.decode()
    assert {name for name, unit in units.items() if f">{unit.name}<" in page} == {"there"}


@pytest.mark.parametrize("username", ["sysadmin", "security", "auditor"])
def test_administrators_do_not_see_the_registry(city: City, client_of, username: str) -> None:
    assert client_of(username).get(LIST).status_code == 403


def test_members_per_organization_are_not_for_leaders(units, client_of) -> None:
    assert '<th scope="col" class="num">党员</th>' in client_of("street").get(LIST).content.decode()
    assert "党员</th>" not in client_of("leader").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=明川", {"here"}),
        ("q=澄州 学校", {"school"}),
        ("category=SO", {"school"}),
        ("category=E4", {"here", "there"}),
        ("region=990102", {"here", "school"}),
        ("region=990103", {"there"}),
        ("band=L", {"here"}),
        ("coverage=none", {"here", "there", "school"}),
        ("coverage=JOINT", set()),
        ("status=STRUCK_OFF", set()),
        ("undecided=on", set()),
    ],
)
def test_filters_find_what_they_say(units, client_of, query: str, found: set[str]) -> None:
    page = client_of("city").get(f"{LIST}?{query}").content.decode()
    assert {name for name, unit in units.items() if unit.name in page} == found


def test_a_committee_filter_takes_in_what_is_below(city: City, units, client_of) -> None:
    page = client_of("city").get(f"{LIST}?committee={city['CZ11'].pk}").content.decode()
    assert units["here"].name in page
    assert units["there"].name not in page


def test_a_list_takes_a_constant_number_of_queries(city: City, client_of, django_assert_max_num_queries) -> None:
    for _ in range(40):
        city.organization()
    refresh(None, on=TODAY)
    client = client_of("city")
    with django_assert_max_num_queries(22):
        client.get(LIST)


@pytest.mark.parametrize("model", REGISTRY)
def test_every_list_and_form_opens(city: City, units, client_of, model: str) -> None:
    city.cover(units["here"], "CZ1111")
    client = client_of("city")
    assert client.get(f"/admin/orgs/{model}/").status_code == 200
    expected = 403 if model == "region" else 200
    assert client.get(f"/admin/orgs/{model}/add/").status_code == expected


def test_a_record_outside_the_scope_is_not_there(units, client_of) -> None:
    assert (
        client_of("street").get(reverse("admin:orgs_organization_change", args=[units["there"].pk])).status_code == 404
    )


def test_nothing_is_deleted(units, client_of) -> None:
    assert client_of("city").post(f"{LIST}{units['here'].pk}/delete/", {"post": "yes"}).status_code == 403
    assert Organization.objects.count() == 3


def test_an_autocomplete_offers_only_what_is_in_scope(units, client_of) -> None:
    query = {"app_label": "orgs", "model_name": "coverage", "field_name": "organization", "term": "澄州"}
    names = {row["text"] for row in client_of("street").get("/admin/autocomplete/", query).json()["results"]}
    assert names == {units["here"].name, units["school"].name}


def bulk(client: Client, code: str, **data: object):
    return client.post(f"{LIST}bulk/{code}/", data)


def test_a_bulk_change_shows_what_it_will_do_and_writes_only_when_confirmed(city: City, units, client_of) -> None:
    client = client_of("city")
    ids = [units["here"].pk, units["there"].pk]
    assert "选中 <b>2</b> 家" in bulk(client, "status", ticked=ids).content.decode()
    data = {"ids": ",".join(map(str, ids)), "status": "SUSPENDED", "reason": "年报公示"}
    Organization.objects.filter(pk=units["there"].pk).update(status="SUSPENDED")
    preview = bulk(client, "status", stage="preview", **data).content.decode()
    assert "将修改 <b>1</b> 家" in preview
    assert "已经是“停业”" in preview
    assert Organization.objects.get(pk=units["here"].pk).status == "NORMAL"
    response = bulk(client, "status", stage="apply", **data)
    assert response.status_code == 302
    assert Organization.objects.get(pk=units["here"].pk).status == "SUSPENDED"
    assert AuditEntry.objects.get(action="organizations.status").reason == "年报公示"


def test_ids_outside_the_scope_are_left_out_of_a_bulk_change(units, client_of) -> None:
    client = client_of("street")
    ids = f"{units['here'].pk},{units['there'].pk}"
    bulk(client, "status", stage="apply", ids=ids, status="SHELL", reason="核查")
    assert set(Organization.objects.filter(status="SHELL")) == {units["here"]}


def test_a_reason_is_asked_for(units, client_of) -> None:
    page = bulk(client_of("city"), "status", stage="apply", ids=str(units["here"].pk), status="SHELL")
    assert page.status_code == 200
    assert not Organization.objects.filter(status="SHELL").exists()


def test_a_leader_changes_nothing(units, client_of) -> None:
    assert bulk(client_of("leader"), "status", ticked=[units["here"].pk]).status_code == 403


def test_all_that_the_filters_find_can_be_changed(units, client_of) -> None:
    page = client_of("city").post(f"{LIST}bulk/zone/?category=SO", {"all": "1"}).content.decode()
    assert "选中 <b>1</b> 家" in page


def test_coverage_is_registered_for_many(city: City, units, client_of) -> None:
    data = {
        "ids": str(units["here"].pk),
        "party_organization": city["CZ1112"].pk,
        "form": "JOINT",
        "reason": "联合组建",
    }
    bulk(client_of("street"), "cover", stage="apply", **data)
    assert Coverage.objects.get().organization == units["here"]


@pytest.mark.parametrize("action", ORGANIZATION_ACTIONS, ids=lambda action: action.code)
def test_every_bulk_action_has_its_form(units, client_of, action) -> None:
    assert bulk(client_of("city"), action.code, ticked=[units["here"].pk]).status_code == 200


def test_a_big_bulk_change_runs_in_the_background_within_the_scope_of_that_day(
    city: City, units, client_of, monkeypatch
) -> None:
    monkeypatch.setattr("core.admin.bulk.AT_ONCE", 0)
    data = {"ids": f"{units['here'].pk},{units['school'].pk}", "status": "SHELL", "reason": "核查"}
    response = bulk(client_of("street"), "status", stage="apply", **data)
    assert not Organization.objects.filter(status="SHELL").exists()
    job = Job.objects.get(kind="organizations.bulk")
    assert response["Location"] == f"/jobs/{job.pk}/"
    assert "等待" in client_of("street").get(f"/jobs/{job.pk}/").content.decode()
    assert client_of("city").get(f"/jobs/{job.pk}/").status_code == 404, "a job is seen by whoever started it"
    Organization.objects.filter(pk=units["school"].pk).update(managed_by=city["CZ12"])

    class Quiet:
        def step(self, done: int, total: int, note: str = "") -> None:
            assert done <= total

    act = BulkAct.objects.values_list("pk", flat=True)
    done = change_many(job, Quiet())
    assert done == {"changed": 1, "left": {"不在管辖范围": 1}, "url": f"/organizations/acts/{act.get()}/"}
    assert set(Organization.objects.filter(status="SHELL")) == {units["here"]}


def test_an_organization_handed_over_on_a_day_keeps_its_former_committee(city: City, units, client_of) -> None:
    data = {"ids": str(units["here"].pk), "committee": city["CZ12"].pk, "reason": "迁址"}
    response = bulk(client_of("street"), "committee", stage="apply", **data)
    assert response.status_code == 302
    former = units["here"].former_managements.get()
    assert (former.committee, former.since) == (city["CZ111"], LONG_AGO)
