"""A form that comes back says all that is wrong at once: in a summary that takes the focus, and at each field."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.test import Client

from tests.people import City
from tests.texts import problems_of
from tests.world import build_world

FORMS = {  # address → who, what is posted, the fields that are wrong with what is said
    "/admin/orgs/organization/add/": ("city", {"registered_on": "昨天", "staff": "很多"}, {
        "name": "请填写", "registered_on": "请填写日期", "staff": "请填写整数"}),
    "/admin/orgs/coverage/add/": ("city", {"form": "没有"}, {
        "organization": "请选择", "party_organization": "请选择", "form": "请从列出的选项中选择", "since": "请填写日期"}),
    "/admin/orgs/organization/add/?again": ("city", {
        "name": "某厂", "credit_code": "胡乱", "staff": "-3", "capital": "-7"}, {"capital": "不能小于 0",
        "credit_code": "统一社会信用代码应为 18 位", "staff": "人数不能小于 0"}),
    "/admin/orgs/organization/add/?none": ("city", {"name": "某厂", "restructured_on": "2020-01-01"}, {
        "credit_code": "没有统一社会信用代码的，请填写", "restructured_from": "填写改制日期的，请填写改制前单位"}),
    "/admin/reports/target/add/": ("city", {"year": "2027", "indicator": "T1", "value": "-7"}, {
        "node": "请选择", "value": "目标应在 0 至 100 之间"}),
    "/accounts/new/": ("sysadmin", {"username": "二"}, {"username": "登录名由", "name": "请填写"}),
    "/appointments/new/": ("security", {"reason": "字" * 999}, {"user": "请选择", "role": "请选择", "node": "请选择"}),
    "/visits/{unit}/": ("instructor", {"visited_on": "2999-01-01"}, {"done": "请填写"}),
    "/parameters/org.formal_min_to_found/": ("city", {"value": "三", "note": "会议"}, {"value": "请填写数字"}),
}  # fmt: skip


@pytest.mark.parametrize("address", FORMS)
def test_all_errors_stand_in_the_summary_and_at_their_fields(city: City, client: Client, address: str) -> None:
    username, typed, wrong = FORMS[address]
    world = build_world(city)
    client.force_login(world.city.user(username))
    page = client.post(address.format(**world.here), typed).content.decode()
    summary = re.search(r'<div class="notice due" role="alert" tabindex="-1" autofocus>(.*?)</div>', page, re.S)
    assert summary, "no summary, or it does not take the focus"
    for name, said in wrong.items():
        label = re.search(rf'<label for="id_{name}">([^<]+)', page)
        assert label, name
        words = said if label[1] in said else f"{label[1]}</a>：{said}"  # the field is named once
        assert f'<a href="#id_{name}">{words}' in summary[1], " ".join(summary[1].split())
        assert f'<ul class="errorlist" id="id_{name}_error">' in page, name
        field = re.search(rf'<(?:input|select|textarea)[^>]*id="id_{name}"[^>]*>', page)
        assert field, name
        assert 'aria-invalid="true"' in field[0], name
        assert f"id_{name}_error" in field[0], name
    for value in typed.values():
        assert value in page or address.endswith("coverage/add/"), "what was typed is kept"
    assert [text for text in re.findall(r"：([^<]+)</p>", summary[1]) if list(problems_of(text))] == []


def test_a_form_bears_its_heading_as_its_title(city: City, client: Client) -> None:
    client.force_login(build_world(city).city.user("city"))
    for model, shown in admin.site._registry.items():
        added = client.get(shown.url_of("add"))
        one = model._default_manager.within(city.scope("city")).first() if added.status_code == 200 else None
        pages = [added, client.get(shown.url_of("change", one.pk))] if one else []
        for page in (page.content.decode() for page in pages if page.status_code == 200):
            heading = re.search(r"<h1>([^<]+)</h1>", page)
            assert heading, model
            assert f"<title>{heading[1]} · " in page, model


def test_a_save_says_what_changed_in_the_words_of_the_form_and_leads_on(city: City, client: Client) -> None:
    world = build_world(city)
    client.force_login(world.city.user("city"))
    node = f"/admin/orgs/partyorganization/{city['CZ1112'].pk}/change/"
    form = client.get(node).context["adminform"].form
    held = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    said = client.post(node, held | {"secretary_name": "赵敏", "opened": form.opened}, follow=True).content.decode()
    assert re.search(r'<li class="success">已保存“[^”]+”：书记', said)
    zone = {"code": "Z9", "kind": "park", "name": "云溪园区", "region": "990102001000"}
    said = client.post("/admin/orgs/zone/add/", zone, follow=True).content.decode()
    assert re.search(r'已登记园区、楼宇、商圈[^“]*“云溪园区[^”]*”。 <a href="/admin/orgs/zone/\d+/change/">', said)
    assert '<a href="/admin/orgs/zone/add/">再登记一条</a>' in said
    assert "成功" not in said
