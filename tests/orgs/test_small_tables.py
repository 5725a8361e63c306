"""Small tables come in as workbooks: previewed, all rows or none, within the scope, through services."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import AuditEntry
from orgs.models import Venue, Zone
from tests.people import City

ZONES = "/admin/orgs/zone/import/"
VENUES = "/admin/orgs/venue/import/"


def preview(client: Client, url: str, text: str, name: str = "表.csv") -> Any:
    return client.post(url, {"file": SimpleUploadedFile(name, text.encode())})


def confirm(client: Client, url: str, response: Any) -> Any:
    return client.post(url, {"table": response.context["table"]})


def outcomes(response: Any) -> list[str]:
    return [line.outcome for line in response.context["lines"]]


def test_a_table_is_previewed_and_written_when_confirmed(city: City, client_of) -> None:
    Zone.objects.create(code="Y1", kind="park", name="高新园", region_id="990102000000")
    Zone.objects.create(code="Y2", kind="park", name="不变园", region_id="990102000000")
    client = client_of("city")
    table = "编号,名称,类型,所在区划\nY1,高新产业园,,\nY2,不变园,园区,云溪区\nL1,云台大厦,楼宇,990102001000\n"
    shown = preview(client, ZONES, table)
    assert outcomes(shown) == ["有变化", "未变", "新增"]
    assert shown.context["lines"][0].changes == [("名称", "高新园", "高新产业园")]
    assert not Zone.objects.filter(code="L1").exists()
    assert confirm(client, ZONES, shown).status_code == 302
    assert Zone.objects.get(code="Y1").name == "高新产业园"
    assert Zone.objects.get(code="Y1").kind == "park", "a blank cell leaves the value alone"
    assert Zone.objects.get(code="L1").region_id == "990102001000"
    assert set(AuditEntry.objects.filter(model="orgs.zone").values_list("action", flat=True)) == {
        "zones.add", "zones.change",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("L1,大厦,摩天楼,云溪区", "不在可选范围"),
        ("L1,大厦,楼宇,无名区", "没有“无名区”这个行政区划"),
        ("L1,,楼宇,云溪区", "不能为空"),
    ],
)
def test_one_wrong_row_keeps_all_out_and_says_where(city: City, client_of, row: str, word: str) -> None:
    shown = preview(client_of("city"), ZONES, f"编号,名称,类型,所在区划\nL0,好楼,楼宇,云溪区\n{row}\n")
    assert "table" not in shown.context
    wrong = shown.context["lines"][1]
    assert (wrong.number, wrong.outcome) == ("3", "错误")
    assert word in " ".join(wrong.problems)
    assert not Zone.objects.exists()


def test_a_party_organization_outside_the_scope_cannot_be_named(city: City, client_of) -> None:
    client = client_of("street")
    head = "名称,类型,管理党组织,面积(平方米)\n"
    shown = preview(client, VENUES, f"{head}临江服务中心,党群服务中心(共享),CZ12,80\n")
    assert "不在您的管辖范围" in shown.context["lines"][0].problems[0]
    shown = preview(client, VENUES, f"{head}云台服务中心,党群服务中心(共享),CZ111,80\n")
    confirm(client, VENUES, shown)
    venue = Venue.objects.get()
    assert (venue.managed_by, venue.area) == (city["CZ111"], 80)


def test_the_confirmed_table_cannot_be_forged(city: City, client_of) -> None:
    client = client_of("city")
    assert client.post(ZONES, {"table": "W1sieCJdXQ:abc"}).status_code == 302
    assert not Zone.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("表.csv", "甲,乙\n1,2\n", "没有找到表头"),
        ("表.pdf", "%PDF-1.4", "不是 Excel 工作簿"),
        ("表.csv", "编号,名称\n" + "a,b\n" * 2_001, "超过 2,000 行"),
    ],
)
def test_a_file_that_is_no_table_gets_a_sentence(city: City, client_of, name: str, content: str, word: str) -> None:
    shown = preview(client_of("city"), ZONES, content, name)
    assert word in str(shown.context["form"].errors)


@pytest.mark.parametrize(("username", "status"), [("leader", 403), ("street", 403), ("city", 200)])
def test_only_who_may_change_the_table_may_import_it(city: City, client_of, username: str, status: int) -> None:
    assert client_of(username).get(ZONES).status_code == status


def test_the_history_of_a_row_tells_who_changed_what_and_why(city: City, client_of) -> None:
    client = client_of("city")
    zone = Zone.objects.create(code="Y1", kind="park", name="高新园", region_id="990102000000")
    said = {"code": "Y1", "kind": "park", "name": "高新产业园", "region": "990102000000", "reason": "更名通知"}
    assert client.post(f"/admin/orgs/zone/{zone.pk}/change/", said).status_code == 302
    page = client.get(f"/admin/orgs/zone/{zone.pk}/history/").content.decode()
    assert all(word in page for word in ("修改园区、楼宇等", "高新产业园", "更名通知", "陈市"))
    assert f"/admin/orgs/zone/{zone.pk}/history/" in client.get(f"/admin/orgs/zone/{zone.pk}/change/").content.decode()
