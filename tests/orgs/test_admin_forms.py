"""Forms of the back office write through services; what a service refuses stands in the form."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.models import AuditEntry
from orgs.models import Coverage, Organization, PartyOrganization, Venue
from tests.people import LONG_AGO, City

GOOD_CODE = "91350100M000100Y43"


def typed(client: Client, url: str) -> dict[str, Any]:
    """What the browser would send back from an untouched form."""
    form = client.get(url).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in values.items() if value not in (None, False, "")} | {"opened": form.opened}


def errors_of(response: Any) -> str:
    assert response.status_code == 200, "the form went through"
    return str(response.context["errors"])


def test_a_firm_is_registered_through_the_form(city: City, client_of) -> None:
    data = {
        "name": "澄州明川电子有限公司", "credit_code": GOOD_CODE, "company_type": "1130", "control": "3",
        "industry": "制造业", "region": "990102001001", "staff": "128",
    }  # fmt: skip
    response = client_of("street").post("/admin/orgs/organization/add/", data)
    unit = Organization.objects.get()
    assert response["Location"] == f"/organizations/{unit.pk}/"
    assert (unit.category, unit.industry, unit.staff, unit.managed_by) == ("E4", "C", 128, city["CZ111"])


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("credit_code", "91350100M000100Y44", "校验位"),
        ("industry", "不存在的行业", "没有这个行业"),
        ("name", "", "请填写"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(city: City, client_of, field: str, value: str, word: str) -> None:
    data = {"name": "澄州明川电子有限公司", "credit_code": GOOD_CODE, field: value}
    response = client_of("street").post("/admin/orgs/organization/add/", data)
    assert field in response.context["adminform"].form.errors
    assert word in errors_of(response)
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("91350100M000100Y43", "代码校验通过：企业（市场监管）"),
        ("９１350100 M000100Y43", "代码校验通过"),
        ("91350100M000100Y44", "校验位不符"),
        ("91350100", "18 位"),
        ("", ""),
    ],
)
def test_a_credit_code_is_checked_while_it_is_typed(city: City, client_of, code: str, word: str) -> None:
    page = client_of("street").get("/organizations/check-credit-code/", {"credit_code": code})
    assert word in page.content.decode()


@pytest.mark.parametrize(("username", "word"), [("street", "这个代码已登记"), ("stranger", "这个代码已被使用")])
def test_a_taken_code_is_named_only_within_the_scope(city: City, client_of, username: str, word: str) -> None:
    unit = city.organization("澄州明川电子", credit_code=GOOD_CODE)
    page = client_of(username).get("/organizations/check-credit-code/", {"credit_code": GOOD_CODE}).content.decode()
    assert word in page
    assert (unit.name in page) == (username == "street")


def test_a_taken_credit_code_is_refused_in_neutral_words_and_the_attempt_is_noted(city: City, client_of) -> None:
    unit = city.organization("澄州明川电子", managed_by="CZ121", credit_code=GOOD_CODE)
    data = {"name": "另一家", "credit_code": f" {GOOD_CODE.lower()} "}
    said = errors_of(client_of("street").post("/admin/orgs/organization/add/", data))
    assert "该统一社会信用代码已登记，请与上级组织部门核对" in said
    assert unit.name not in said
    entry = AuditEntry.objects.get(action="organizations.taken")
    assert (entry.object_id, entry.user) == (str(unit.pk), city.user("street"))


def test_an_organization_keeps_its_own_code(city: City, client_of) -> None:
    unit = city.organization("旧名", credit_code=GOOD_CODE)
    client, url = client_of("street"), f"/admin/orgs/organization/{unit.pk}/change/"
    assert client.post(url, {**typed(client, url), "name": "新名", "reason": "更名"}).status_code == 302
    assert not AuditEntry.objects.filter(action="organizations.taken").exists()


def test_an_organization_without_any_number_needs_a_reason(city: City, client_of) -> None:
    data = {"name": "新办单位"}
    assert "无代码原因" in errors_of(client_of("street").post("/admin/orgs/organization/add/", data))


def test_a_change_goes_through_the_service_and_a_stale_form_asks(city: City, client_of) -> None:
    unit = city.organization("旧名")
    client, url = client_of("street"), f"/admin/orgs/organization/{unit.pk}/change/"
    data = typed(client, url)
    assert client.post(url, {**data, "name": "新名", "reason": "更名"}).status_code == 302
    entry = AuditEntry.objects.get(action="organizations.change")
    assert (entry.changes, entry.reason) == ({"name": ["旧名", "新名"]}, "更名")
    assert "改为“新名”，请选择用哪一个" in errors_of(client.post(url, {**data, "name": "别名"}))


def test_a_phone_is_masked_and_left_alone_unless_typed(city: City, client_of) -> None:
    unit = city.organization(contact_phone="13800001234")
    client, url = client_of("street"), f"/admin/orgs/organization/{unit.pk}/change/"
    assert "13800001234" not in client.get(url).content.decode()
    data = typed(client, url)
    client.post(url, {**data, "address": "云台路"})
    unit.refresh_from_db()
    assert (unit.contact_phone, unit.address) == ("13800001234", "云台路")
    client.post(url, {**typed(client, url), "contact_phone": "清空"})
    unit.refresh_from_db()
    assert unit.contact_phone == ""


def test_a_headcount_that_is_most_likely_a_slip_is_questioned(city: City, client_of) -> None:
    unit = city.organization(staff=128)
    client, url = client_of("street"), f"/admin/orgs/organization/{unit.pk}/change/"
    data = {**typed(client, url), "staff": "1280000"}
    response = client.post(url, data)
    assert "1,280,000 人明显偏多" in errors_of(response)
    assert '<input type="checkbox" name="count_confirmed"' in response.content.decode()
    refused = errors_of(client.post(url, {**data, "staff": "99999999", "count_confirmed": "on"}))
    assert "99,999,999" not in refused
    assert "人数超过 9,999,999，请核对" in refused
    unit.refresh_from_db()
    assert unit.staff == 128
    assert client.post(url, {**data, "count_confirmed": "on"}).status_code == 302
    unit.refresh_from_db()
    assert unit.staff == 1_280_000


def test_clearing_a_headcount_says_what_it_does_and_does_it(city: City, client_of) -> None:
    unit = city.organization(staff=128)
    client, url = client_of("street"), f"/admin/orgs/organization/{unit.pk}/change/"
    assert "清空表示人数不明" in client.get(url).content.decode()
    data = {name: value for name, value in typed(client, url).items() if name != "staff"}
    assert "请写明原因" in errors_of(client.post(url, data))
    assert client.post(url, {**data, "reason": "上次摸底记错了单位"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.staff, unit.staff_on, unit.facts.band, unit.facts.should) == (None, None, "U", False)
    entry = AuditEntry.objects.get(action="organizations.headcount")
    assert (entry.changes["staff"], entry.reason) == ([128, None], "上次摸底记错了单位")


def test_a_row_that_would_leave_the_scope_is_refused(city: City, client_of) -> None:
    venue = Venue.objects.create(name="服务中心", kind="SHARED", managed_by=city["CZ111"])
    client, url = client_of("street"), f"/admin/orgs/venue/{venue.pk}/change/"
    response = client.post(url, {**typed(client, url), "managed_by": city["CZ12"].pk})
    assert response.status_code == 200
    venue.refresh_from_db()
    assert venue.managed_by == city["CZ111"]


def test_a_coverage_begins_is_handed_over_and_ends(city: City, client_of) -> None:
    unit, client = city.organization(), client_of("street")
    data = {"organization": unit.pk, "party_organization": city["CZ1111"].pk, "form": "SINGLE", "primary": "on"}
    response = client.post("/admin/orgs/coverage/add/", {**data, "since": LONG_AGO})
    assert response["Location"] == f"/organizations/{unit.pk}/"
    again = client.post("/admin/orgs/coverage/add/", {**data, "since": LONG_AGO})
    assert "已由" in errors_of(again) or "已有主要覆盖" in errors_of(again)
    url = f"/admin/orgs/coverage/{Coverage.objects.get().pk}/change/"
    assert (
        client.post(url, {**typed(client, url), "party_organization": city["CZ1112"].pk, "form": "JOINT"}).status_code
        == 302
    )
    row = Coverage.objects.get(until=None)
    assert (row.party_organization, row.form) == (city["CZ1112"], "JOINT")
    url = f"/admin/orgs/coverage/{row.pk}/change/"
    assert "须写明原因" in errors_of(client.post(url, {**typed(client, url), "end": "on"}))
    assert client.post(url, {**typed(client, url), "end": "on", "reason": "单位注销"}).status_code == 302
    assert not Coverage.objects.filter(until=None).exists()


def test_a_party_organization_is_set_up_under_its_parent(city: City, client_of) -> None:
    data = {"parent": city["CZ111"].pk, "name": "新支部", "kind": "branch", "code": "CZ1119"}
    assert client_of("city").post("/admin/orgs/partyorganization/add/", data).status_code == 302
    node = PartyOrganization.objects.get(code="CZ1119")
    assert node.path.startswith(city["CZ111"].path)
    assert client_of("street").get("/admin/orgs/partyorganization/add/").status_code == 403


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("massorganization", {"kind": "UNION", "head": "何某"}),
        ("liaison", {"name": "何某", "since": "2026-01-01", "phone": "13800001234"}),
        ("ownerrecord", {"name": "何某", "attitude": "SUPPORTS", "recorded_on": "2026-01-01"}),
        ("democracy", {"kind": "TALK", "held_on": "2026-01-01"}),
    ],
)
def test_what_belongs_to_an_organization_is_entered_and_changed(
    city: City, client_of, model: str, values: dict[str, str]
) -> None:
    unit, client = city.organization(), client_of("street")
    data = {"organization": unit.pk, "appointed_by": city["CZ111"].pk, **values}
    assert client.get(f"/admin/orgs/{model}/add/?organization={unit.pk}").status_code == 200
    response = client.post(f"/admin/orgs/{model}/add/", data)
    assert response.status_code == 302, errors_of(response)
    assert response["Location"] == f"/organizations/{unit.pk}/"
    page = client.get(f"/admin/orgs/{model}/")
    assert unit.name in page.content.decode()
