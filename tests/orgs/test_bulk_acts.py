"""Bulk changes: every name with old → new, doubts said, nothing chosen beforehand, taken back whole, a few in memory."""

from __future__ import annotations

import tracemalloc

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.admin import bulk as pages
from core.models import AuditEntry, Job
from orgs.bulk_actions import ORGANIZATION_ACTIONS
from orgs.facts import differences, refresh
from orgs.jobs import undo_many
from orgs.models import BulkAct, Coverage, FormerManagement, Organization, Zone
from orgs.services import bulk, endings
from tests.dump import rows_of_everything
from tests.people import LONG_AGO, TODAY, City

LIST = "/admin/orgs/organization/bulk/"


def sent(client: Client, code: str, units: list[Organization], stage: str = "preview", **data: object):
    """One of the pages about these units."""
    ids = ",".join(str(unit.pk) for unit in units)
    return client.post(f"{LIST}{code}/", {"ids": ids, "stage": stage, "reason": "核查", **data})


@pytest.mark.parametrize("action", ORGANIZATION_ACTIONS, ids=lambda action: action.code)
def test_nothing_is_chosen_beforehand(city: City, client_of, action) -> None:
    form = action.form(None, scope=city.scope("city"))
    for name, field in form.fields.items():
        if hasattr(field, "choices"):
            assert next(iter(field.choices))[0] == "", name
            assert field.required, name
    data = {"reason": "核查"}
    assert not action.form(data, scope=city.scope("city")).is_valid()


def test_every_name_stands_in_its_group_with_old_and_new(city: City, client_of, monkeypatch) -> None:
    monkeypatch.setattr(pages, "NAMES", 3)
    units = [city.organization(f"第{index}厂", status="SUSPENDED" if index % 2 else "NORMAL") for index in range(7)]
    same = city.organization("早已空壳厂", status="SHELL")
    client, seen = client_of("city"), ""
    for page in range(3):
        seen += sent(client, "status", [*units, same], status="SHELL", page=page).content.decode()
    assert "正常 → 空壳" in seen
    assert "停业 → 空壳" in seen
    assert "不改：已经是“空壳”" in seen
    assert all(f"<li>{unit.name}</li>" in seen for unit in [*units, same])
    assert "名单第 3 / 3 页" in seen


def test_a_choice_that_does_not_fit_is_said(city: City, client_of) -> None:
    park = Zone.objects.create(code="Z9", kind="park", name="临江产业园", region_id="990103001000")
    here = city.organization("云台厂", region_id="990102001000")
    there = city.organization("望江厂", region_id="990103001000")
    client = client_of("city")
    page = sent(client, "zone", [here, there], zone=park.pk).content.decode()
    assert page.count("请核对：单位在“云溪区”，所选的在“临江区”") == 2, "in the table and above its name"
    assert "请核对：单位在“临江区”" not in page
    page = sent(client, "committee", [here], committee=city["CZ121"].pk).content.decode()
    assert "请核对：按属地或行业应由“中共云台街道工作委员会”管理" in page
    page = sent(client, "cover", [here, there], party_organization=city["CZ112"].pk, form="AREA").content.decode()
    assert "请核对：不在“溪口街道”所在的区县" in page
    assert "工作委员会”是党委（工委），是否应由它下面的区域、联合党组织覆盖" in page
    assert page.count("望江厂") > page.count("云台厂") > 0, "in the table and under the warning"
    city.member(at=here)
    refresh(None, on=TODAY)
    page = sent(client, "status", [here], status="STRUCK_OFF").content.decode()
    assert "请核对：还有党员，请先转接组织关系" in page


def test_the_page_of_an_act_names_everybody_with_old_and_new(city: City, client_of) -> None:
    units = [city.organization(f"第{index}厂") for index in range(60)]
    client = client_of("city")
    sent(client, "status", units, "apply", status="SHELL")
    first, last = (client.get(f"/organizations/acts/{BulkAct.objects.get().pk}/", {"page": page}) for page in (1, 2))
    seen = first.content.decode() + last.content.decode()
    assert all(seen.count(f'class="name">{unit.name}</th>') == 1 for unit in units)
    assert seen.count("正常 → 空壳") >= 60
    assert "共 60 项" in seen
    assert client_of("leader").get(f"/organizations/acts/{BulkAct.objects.get().pk}/").status_code == 403


def test_an_act_is_taken_back_but_for_what_was_edited_since(city: City, client_of) -> None:
    units = [city.organization(f"第{index}厂") for index in range(3)]
    for unit in units:
        city.cover(unit, "CZ111", "AREA")
    refresh(None, on=TODAY)
    client = client_of("city")
    response = sent(client, "status", units, "apply", status="STRUCK_OFF", end_coverages="on")
    act = BulkAct.objects.get()
    assert response["Location"].startswith(f"/organizations/acts/{act.pk}/")
    assert act.changed == 3
    assert Coverage.objects.filter(until=None).count() == 0
    Organization.objects.filter(pk=units[0].pk).update(status="MOVED_OUT")
    assert "撤销这次修改" in client.get(f"/organizations/acts/{act.pk}/").content.decode()
    page = client.post(f"/organizations/acts/{act.pk}/", follow=True).content.decode()
    assert "<li>第0厂</li>" in page
    assert [Organization.objects.get(pk=unit.pk).status for unit in units] == ["MOVED_OUT", "NORMAL", "NORMAL"]
    assert Organization.objects.get(pk=units[1].pk).status_on is None
    assert Coverage.objects.filter(until=None, organization__in=units[1:]).count() == 2
    assert AuditEntry.objects.filter(action="organizations.undo", changes__has_key="status").count() == 2
    refresh([units[0].pk], on=TODAY)  # for the edit past the services
    assert not differences(on=TODAY)
    assert "已于" in client.post(f"/organizations/acts/{act.pk}/", follow=True).content.decode()


@pytest.mark.parametrize("action", ORGANIZATION_ACTIONS, ids=lambda action: action.code)
def test_every_action_leaves_nothing_when_it_is_taken_back(city: City, client_of, action) -> None:
    park = Zone.objects.create(code="Z9", kind="park", name="科创园", region_id="990102001000")
    units = [city.organization(f"第{index}厂", region_id="990102001000", staff=120) for index in range(2)]
    refresh(None, on=TODAY)
    chosen = {
        "status": {"status": "SHELL"},
        "category": {"category": "E5"},
        "committee": {"committee": city["CZ112"].pk},
        "zone": {"zone": park.pk},
        "region": {"region": "990102002000"},
        "cover": {"party_organization": city["CZ1112"].pk, "form": "AREA"},
    }[action.code]
    columns = [field.attname for field in Organization._meta.concrete_fields if field.attname != "version"]
    before = list(Organization.objects.order_by("pk").values_list(*columns))
    client = client_of("city")
    sent(client, action.code, units, "apply", **chosen)
    assert BulkAct.objects.get().changed == 2
    assert list(Organization.objects.order_by("pk").values_list(*columns)) != before or Coverage.objects.exists()
    client.post(f"/organizations/acts/{BulkAct.objects.get().pk}/")
    assert list(Organization.objects.order_by("pk").values_list(*columns)) == before
    assert not FormerManagement.objects.exists()
    assert not Coverage.objects.exists()
    assert BulkAct.objects.get().restored == 2
    assert not differences(on=TODAY)


def test_taking_back_asks_as_often_for_many_as_for_one(city: City, client_of) -> None:
    client, asked = client_of("city"), []
    for count in (1, 20):
        units = [city.organization(f"{count}之{index}厂") for index in range(count)]
        for unit in units:
            city.cover(unit, "CZ111", "AREA")
        refresh(None, on=TODAY)
        sent(client, "status", units, "apply", status="STRUCK_OFF", end_coverages="on")
        with CaptureQueriesContext(connection) as queries:
            client.post(f"/organizations/acts/{BulkAct.objects.latest('pk').pk}/")
        asked.append(len(queries))
        assert Coverage.objects.filter(until=None, organization__in=units).count() == count
    assert asked[1] <= asked[0]


def test_what_has_left_the_reach_is_not_taken_back(city: City, client_of) -> None:
    unit = city.organization("第1厂")
    refresh(None, on=TODAY)
    sent(client_of("district"), "committee", [unit], "apply", committee=city["CZ121"].pk)
    act = BulkAct.objects.get()
    page = client_of("district").post(f"/organizations/acts/{act.pk}/", follow=True).content.decode()
    assert "<li>第1厂</li>" in page
    assert Organization.objects.get().managed_by == city["CZ121"]


@pytest.mark.parametrize("code", ["committee", "status"])
def test_nothing_comes_back_to_a_party_organization_that_has_ended(city: City, client_of, code: str) -> None:
    unit = city.organization("第1厂", managed_by="CZ112")
    covered = city.cover(unit, "CZ1111", "AREA")
    refresh(None, on=TODAY)
    client, given = (
        client_of("city"),
        {"committee": {"committee": city["CZ111"].pk}, "status": {"status": "STRUCK_OFF"}},
    )
    sent(client, code, [unit], "apply", end_coverages="on", **given[code])
    ended, into = (city["CZ112"], city["CZ111"]) if code == "committee" else (city["CZ1111"], city["CZ1112"])
    today = timezone.localdate()
    endings.merge(by=None, party_organization=ended, into=into, on=today, reason="合并")
    page = client.post(f"/organizations/acts/{BulkAct.objects.get().pk}/", follow=True).content.decode()
    assert "原党组织已撤销" in page
    assert "<li>第1厂</li>" in page
    assert not Organization.objects.filter(managed_by__dissolved_on__isnull=False).exists()
    assert not Coverage.objects.filter(until=None, party_organization__dissolved_on__isnull=False).exists()
    assert FormerManagement.objects.exists() == (code == "committee"), "where it was stays known"
    covered.refresh_from_db()
    assert (covered.until is None) == (code == "committee")
    assert not differences(on=today)


def test_a_long_undo_runs_in_the_background(city: City, client_of, monkeypatch) -> None:
    monkeypatch.setattr("orgs.views.acts.AT_ONCE", 0)
    unit = city.organization("第1厂")
    client = client_of("city")
    sent(client, "status", [unit], "apply", status="SHELL")
    response = client.post(f"/organizations/acts/{BulkAct.objects.get().pk}/")
    job = Job.objects.get(kind="organizations.undo_bulk")
    assert response["Location"] == f"/jobs/{job.pk}/"

    class Quiet:
        def step(self, done: int, total: int, note: str = "") -> None:
            assert done <= total

    assert undo_many(job, Quiet())["changed"] == 1  # type: ignore[arg-type]
    assert Organization.objects.get().status == "NORMAL"


def test_a_large_act_holds_a_few_organizations_in_memory(city: City, monkeypatch) -> None:
    Organization.objects.bulk_create(
        Organization(
            pk=100_000 + index, name=f"第{index}厂", old_number=str(index), registrar="局", managed_by=city["CZ111"], managed_since=LONG_AGO,
            other_columns={"备注": "字" * 200},
        )
        for index in range(4_000)
    )  # fmt: skip
    ids = list(Organization.objects.values_list("pk", flat=True))
    monkeypatch.setattr(bulk, "BATCH", 200)
    monkeypatch.setattr("core.writing.CHUNK", 200)
    change = bulk.to_status("SUSPENDED", status_on=TODAY)
    tracemalloc.start()
    bulk.plan(change, Organization.objects.all())
    planned = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    done = bulk.apply(by=city.user("city"), change=change, organization_ids=ids, on=TODAY, reason="核查")
    applied = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(done.changing) == 4_000
    assert planned < 6_000_000, planned
    assert applied < 12_000_000, applied


def test_the_list_of_acts_is_found_from_the_units_and_shows_the_newest_first(city: City, client_of) -> None:
    unit, client = city.organization("明川电子"), client_of("city")
    sent(client, "status", [unit], "apply", status="SHELL")
    assert "/organizations/acts/" in client.get("/admin/orgs/organization/").content.decode()
    assert "/organizations/acts/" not in client_of("leader").get("/admin/orgs/organization/").content.decode()
    newest, oldest = (client.get(f"/organizations/acts/{query}").content.decode() for query in ("", "?sort=-newest"))
    assert ("↓" in newest, "↑" in newest) == (True, False)
    assert ("↓" in oldest, "↑" in oldest) == (False, True)


@pytest.mark.parametrize(("role", "node"), [("LEADER", "CZ12"), ("LEADER", "CZ"), ("INSTRUCTOR", "CZ12")])
def test_an_act_belongs_where_the_duty_to_change_is_held(city: City, client_of, role: str, node: str) -> None:
    """Another duty, elsewhere or higher, neither takes it from the one who acted nor tells it to others."""
    city.user("street").appointments.create(role=role, node=city[node], since=LONG_AGO)
    sent(client_of("street"), "status", [city.organization()], "apply", status="SHELL")
    act = BulkAct.objects.get()
    assert act.path == city["CZ111"].path
    answers = {
        name: client_of(name).get(f"/organizations/acts/{act.pk}/").status_code for name in ("street", "stranger")
    }
    assert answers == {"street": 200, "stranger": 404}


def test_a_number_typed_as_a_reason_is_kept_nowhere(city: City, client_of, monkeypatch) -> None:
    number, telephone = "11010519491231002X", "13911112222"
    units, client = [city.organization() for _ in range(2)], client_of("city")
    why = {"reason": f"经办人 {number}，电话 {telephone}"}
    sent(client, "category", units, "apply", category="E5", **why)
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    sent(client, "status", units, "apply", status="SHELL", **why)
    assert Job.objects.count() == 1
    kept = str([rows_of_everything(), BulkAct.objects.get().reason, units[0].category_note])
    assert "经办人" in kept
    assert number not in kept
    assert telephone not in kept
