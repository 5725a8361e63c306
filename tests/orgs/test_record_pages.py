"""The record pages tell the whole story, to whoever may read it, in a constant number of queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import ImportBatch
from orgs.facts import refresh
from orgs.models import Coverage, Organization, PartyOrganization
from orgs.services import bulk, duplicates, people
from tests.people import LONG_AGO, City

NOW = timezone.localdate


def text(client: Client, unit: Organization) -> str:
    response = client.get(f"/organizations/{unit.pk}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_headline_says_what_is_missing_since_when_and_why(city: City, client_of) -> None:
    day = NOW() - timedelta(days=214)
    unit = city.organization(staff=128, staff_on=day, category="E4")
    unit.headcounts.create(kind="staff", number=128, counted_on=day, source="survey")
    refresh([unit.pk], on=NOW())
    page = text(client_of("street"), unit)
    assert "应建未建</b> 已 214 天" in page
    assert "职工 128 人，达到 100 名标准" in page


def test_the_page_names_the_next_step_and_where_it_starts(city: City, client_of) -> None:
    unit = city.organization(staff=128, category="E4", zone=None)
    for _ in range(3):
        city.member(of="CZ1111", at=unit, formal_on=LONG_AGO)
    refresh([unit.pk], on=NOW())
    page = text(client_of("street"), unit)
    assert "正式党员 3 名，单独组建党支部" in page
    assert f"/worklists/party-organization/start/?unit={unit.pk}" in page
    assert "/start/?unit=" not in text(client_of("leader"), unit)


def test_the_headline_says_who_covers(city: City, client_of) -> None:
    unit = city.organization(staff=128)
    city.cover(unit, "CZ1111")
    refresh([unit.pk], on=NOW())
    page = text(client_of("street"), unit)
    assert "已建</b>" in page
    assert f"由{city['CZ1111']}覆盖" in page


@pytest.mark.parametrize(
    ("username", "status"),
    [("city", 200), ("district", 200), ("street", 200), ("leader", 200), ("stranger", 404), ("auditor", 403)],
)
def test_the_page_is_there_for_those_in_whose_scope_it_is(city: City, client_of, username: str, status: int) -> None:
    unit = city.organization()
    assert client_of(username).get(f"/organizations/{unit.pk}/").status_code == status


def test_a_secretary_reads_what_the_branch_covers_and_changes_nothing(city: City, client_of) -> None:
    unit = city.organization()
    client = client_of("secretary")
    assert client.get(f"/organizations/{unit.pk}/").status_code == 404
    city.cover(unit, "CZ1111")
    page = text(client, unit)
    assert "编辑</a>" not in page
    assert "登记覆盖" not in page


def test_members_are_counted_for_those_responsible_only(city: City, client_of) -> None:
    unit = city.organization()
    city.member(of="CZ1111", at=unit)
    refresh([unit.pk], on=NOW())
    assert "党员 = 正式 + 预备" in text(client_of("street"), unit)
    assert "党员 = 正式 + 预备" not in text(client_of("leader"), unit)


def test_every_field_names_the_list_it_came_from_and_a_hand_that_came_later(city: City, client_of) -> None:
    batch = ImportBatch.objects.create(
        source="market", file_name="市场主体.xlsx", sha256="", as_of=date(2026, 10, 1), created_by=city.user("city"),
        node_id=city["CZ"].pk, path=city["CZ"].path, applied_at=timezone.now(),
    )  # fmt: skip
    unit = city.organization(
        address="云台路 1 号", sources={str(batch.pk): ["address", "status"]}, other_columns={"备注": "临街"}
    )
    change = bulk.to_status("SUSPENDED", status_on=NOW())
    bulk.apply(by=city.user("street"), change=change, organization_ids=[unit.pk], on=NOW())
    page = text(client_of("street"), unit)
    assert "2026-10-01" in page
    assert "孙街 调整状态" in page
    assert "临街" in page


def test_a_personal_value_is_masked(city: City, client_of) -> None:
    unit = city.organization(contact_phone="13800001234")
    assert "13800001234" not in text(client_of("city"), unit)


def test_a_likely_duplicate_is_named_compared_merged_and_taken_apart(city: City, client_of) -> None:
    keep, drop = city.organization("澄州明川电子(集团)"), city.organization("澄州明川电子（集团）")
    client = client_of("street")
    assert "可能重复登记" in text(client, keep)
    url = f"/organizations/{keep.pk}/merge/{drop.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"keep": keep.pk, "reason": "同一单位"}).status_code == 302
    drop.refresh_from_db()
    assert drop.merged_into == keep
    assert "撤销合并" in text(client, drop)
    client.post(f"/organizations/{drop.pk}/unmerge/", {"reason": "弄错了"})
    drop.refresh_from_db()
    assert drop.merged_into is None


def test_duplicates_elsewhere_are_neither_named_nor_merged(city: City, client_of) -> None:
    here, there = city.organization("澄州明川电子"), city.organization("澄州明川电子", managed_by="CZ12")
    client = client_of("street")
    assert "可能重复登记" not in text(client, here)
    assert (
        client.post(f"/organizations/{here.pk}/merge/{there.pk}/", {"keep": here.pk, "reason": "x"}).status_code == 404
    )


def fill(city: City, unit: Organization, times: int) -> None:
    by = city.user("street")
    for number in range(times):
        day = LONG_AGO + timedelta(days=number)
        Coverage.objects.create(
            organization=unit, party_organization=city["CZ1112"], form="JOINT", since=day, until=day + timedelta(days=1)
        )
        unit.headcounts.create(kind="staff", number=10, counted_on=day, source="market")
        people.owners.add(by=by, organization=unit, name=f"何{number}", recorded_on=day, on=NOW())
        people.democracy.add(by=by, organization=unit, kind="TALK", held_on=day, on=NOW())
        city.member(of="CZ1111", at=unit)


def test_a_record_page_takes_a_constant_number_of_queries(city: City, client_of, django_assert_num_queries) -> None:
    client, unit = client_of("street"), city.organization()
    city.cover(unit, "CZ1111")
    fill(city, unit, 2)
    refresh([unit.pk], on=NOW())
    client.get(f"/organizations/{unit.pk}/")  # the first page of a session writes it
    with CaptureQueriesContext(connection) as few:
        client.get(f"/organizations/{unit.pk}/")
    fill(city, unit, 8)
    with django_assert_num_queries(len(few)):
        client.get(f"/organizations/{unit.pk}/")
    assert len(few) <= 26


def test_the_record_of_a_list_takes_eighteen_queries_at_most(city: City, client_of) -> None:
    client, unit = client_of("city"), city.organization()
    city.cover(unit, "CZ1111")
    unit.headcounts.create(kind="staff", number=10, counted_on=LONG_AGO, source="market")
    city.member(of="CZ1111", at=unit)
    refresh([unit.pk], on=NOW())
    client.get(f"/organizations/{unit.pk}/")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/organizations/{unit.pk}/")
    assert len(asked) <= 18


def test_a_party_page_shows_its_place_and_what_it_covers(city: City, client_of) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1111")
    page = client_of("street").get(f"/party/{city['CZ1111'].pk}/").content.decode()
    assert unit.name in page
    assert city["CZ11"].name in page
    assert f'href="/party/{city["CZ111"].pk}/"' in page
    assert f'href="/party/{city["CZ11"].pk}/"' not in page, "outside the scope there is nothing to open"


def test_the_tree_is_changed_from_the_page(city: City, client_of) -> None:
    client, node = client_of("city"), city["CZ111"]
    assert "现有：下级党组织 2 个，" in client.get(f"/party/{node.pk}/move/").content.decode()
    moved = client.post(
        f"/party/{node.pk}/move/", {"target": city["CZ12"].pk, "on": "2026-11-01", "reason": "区划调整"}
    )
    assert moved.status_code == 302
    assert PartyOrganization.objects.get(pk=node.pk).parent == city["CZ12"]
    refused = client.post(f"/party/{node.pk}/dissolve/", {"on": "2026-11-01", "reason": "撤并"})
    assert "还有下级党组织" in refused.content.decode()
    assert client_of("street").get(f"/party/{node.pk}/move/").status_code == 403
    assert client_of("stranger").get(f"/party/{city['CZ11'].pk}/move/").status_code == 404


def test_a_merged_record_says_where_it_went(city: City, client_of) -> None:
    keep, drop = city.organization("保留的"), city.organization("并入的")
    duplicates.merge(by=None, keep=keep, drop=drop, on=NOW(), reason="")
    assert "这条登记已并入" in text(client_of("street"), drop)


def test_only_who_may_register_members_is_told_how(city: City, client_of) -> None:
    unit = city.organization("明川电子")
    city.cover(unit, "CZ1111")
    told = {name: text(client_of(name), unit) for name in ("street", "secretary")}
    assert all("还没有登记党员。" in page for page in told.values())
    assert {name: "导入党员名册" in page for name, page in told.items()} == {"street": True, "secretary": False}
