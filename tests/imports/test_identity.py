"""A row that an old number alone leads to another company is held back until the clerk says that both are one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.importing import identity, services
from core.importing.reports import problem_list
from core.importing.undo import Undone
from core.models import AuditEntry, ImportBatch
from orgs.facts import differences
from orgs.models import Organization
from tests.lists import counts, credit_code, firm
from tests.people import TODAY, City
from tests.wizard import checked, said, work

OLD = {"统一社会信用代码": "", "注册号": "4201001", "登记机关": "澄州市市场监督管理局"}
FIRST = firm(1, **OLD, 企业名称="澄州明川电子有限公司", 法定代表人="甲某", 住所="云台路 1 号")
OTHER: dict[str, Any] = FIRST | {"企业名称": "澄州禾岸食品有限公司", "法定代表人": "乙某", "住所": "望江路 9 号"}


@pytest.fixture
def other(road) -> ImportBatch:
    """A list in which the old number stands at another company."""
    road.send([FIRST])
    return road.send([OTHER, firm(2)])


def test_such_a_row_is_an_error_at_its_number_and_turns_no_company_into_another(other):
    assert other.counts == counts(rows=2, new=1, errors=1)
    (problem,) = problem_list(other)
    assert (problem["code"], problem["column"], problem["value"]) == ("identity_doubtful", "注册号", "4201001")
    assert set(Organization.objects.values_list("name", flat=True)) == {"澄州明川电子有限公司", "澄州第2有限公司"}


@pytest.mark.parametrize(
    "cells",
    [
        {"企业名称": FIRST["企业名称"]},
        {"法定代表人": "甲某"},
        {"住所": "云台路 １ 号"},
        {"法定代表人": "", "住所": ""},
        {"统一社会信用代码": credit_code(1), "法定代表人": "甲某"},
    ],
    ids=["the same name", "the same head", "the same address", "nothing to compare by", "a code arrives"],
)
def test_one_thing_in_common_or_nothing_to_compare_by_is_no_doubt(road, cells):
    road.send([FIRST])
    assert road.send([OTHER | cells]).counts["errors"] == 0


def test_a_code_alone_makes_no_other_company_of_it(road):
    """The number is the only bridge, whether the row brings a code of its own or none."""
    road.send([FIRST])
    assert road.send([OTHER | {"统一社会信用代码": credit_code(1)}]).counts == counts(rows=1, errors=1)


@pytest.mark.parametrize("silent", ["row", "record"])
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (OTHER, counts(rows=1, errors=1)),
        (OTHER | {"法定代表人": "", "住所": ""}, counts(rows=1, errors=1)),
        (FIRST | {"法定代表人": "丙某"}, counts(rows=1, changed=1)),
    ],
    ids=["all differs", "nothing but the name to compare by", "the same name"],
)
def test_a_number_without_its_registrar_is_asked_about(road, cells, expected, silent):
    """A number is given by a registrar: where only one side names it, it may be another's."""
    unsaid = {"登记机关": ""}
    road.send([FIRST | (unsaid if silent == "record" else {})])
    batch = road.send([cells | (unsaid if silent == "row" else {})])
    assert batch.counts == expected
    assert [p["code"] for p in problem_list(batch)] == ["identity_doubtful"] * expected["errors"]


def test_a_number_that_two_registrars_gave_is_nobody_s_without_one(road):
    for registrar in ("云溪区市场监督管理局", "临江区市场监督管理局"):
        road.send([FIRST | {"登记机关": registrar, "企业名称": registrar}])
    assert road.send([OTHER | {"登记机关": ""}]).counts == counts(rows=1, new=1, missing=2)


def test_a_known_code_is_the_company_whatever_else_differs(road):
    road.send([FIRST | {"统一社会信用代码": credit_code(1)}])
    assert road.send([OTHER | {"统一社会信用代码": credit_code(1)}]).counts == counts(rows=1, changed=1)


def test_a_row_in_doubt_does_not_keep_out_the_row_that_means_the_record(road):
    road.send([FIRST | {"统一社会信用代码": credit_code(1)}])
    batch = road.send([OTHER, FIRST | {"统一社会信用代码": credit_code(1), "法定代表人": "丙某"}])
    assert batch.counts == counts(rows=2, changed=1, errors=1)
    assert Organization.objects.get().legal_representative == "丙某"


def test_what_the_clerk_says_before_writing_is_compared_and_written_with_the_rest(road, city: City):
    road.send([FIRST])
    batch = road.stage([OTHER, firm(2)])
    services.compare(batch)
    (row,) = identity.held_back(batch)
    found = identity.accept(batch=batch, picked=[row.pk], by=city.user("city"))
    assert found == counts(rows=2, new=1, changed=1)
    assert services.apply(batch) == found
    assert Organization.objects.filter(name="澄州禾岸食品有限公司", old_number="4201001").exists()
    entry = AuditEntry.objects.get(action="import.same")
    assert "确认为同一单位" in entry.reason


def test_what_the_clerk_says_afterwards_is_written_and_undone_with_the_batch(road, city: City, other):
    assert identity.accept(batch=other, picked=None, by=city.user("city")) == counts(rows=2, new=1, changed=1)
    assert Organization.objects.filter(name="澄州禾岸食品有限公司").exists()
    assert not differences(on=TODAY)
    assert not identity.held_back(other).exists()
    undone = services.undo(other, by=city.user("city"))
    assert isinstance(undone, Undone)
    assert Organization.objects.get().name == "澄州明川电子有限公司"


def test_the_same_list_does_not_ask_again(road, city: City, other):
    identity.accept(batch=other, picked=None, by=city.user("city"))
    assert road.send([OTHER, firm(2)]).counts == counts(rows=2, unchanged=2)
    again = OTHER | {"企业名称": "澄州第三家有限公司", "法定代表人": "丁某", "住所": "北塔路 3 号"}
    assert road.send([again]).counts["errors"] == 1


def test_a_row_that_means_another_unit_stays_out_and_neither_it_nor_a_later_list_asks_again(road, city: City, other):
    (row,) = identity.held_back(other)
    found = identity.deny(batch=other, picked=[row.pk], by=city.user("city"))
    assert found == counts(rows=2, new=1, errors=1)
    assert not identity.held_back(other).exists()
    assert "确认不是同一单位" in AuditEntry.objects.get(action="import.same").reason
    later = road.send([OTHER])
    assert later.counts["errors"] == 1
    assert not identity.held_back(later).exists()
    again = road.send([OTHER | {"企业名称": "澄州第三家有限公司"}])
    assert identity.held_back(again).count() == 1, "something else is said"


def test_the_wizard_shows_both_and_takes_one_or_all(client: Client, city: City, road, tmp_path: Path, settings):
    settings.DATA_DIR = tmp_path / "data"
    client.force_login(city.user("city"))
    second = {"注册号": "4201002", "企业名称": "澄州星湖机械有限公司"}
    road.send([FIRST, FIRST | second])
    batch = checked(client, [OTHER, OTHER | {"注册号": "4201002"}], tmp_path / "c.csv")
    page = client.get(reverse("import", args=[batch.pk])).content.decode()
    where = reverse("import-identity", args=[batch.pk])
    assert "疑似不是同一单位的 2 行" in page
    assert where in page
    page = client.get(where).content.decode()
    assert '<span class="quiet">澄州明川电子有限公司</span> → <b>澄州禾岸食品有限公司</b>' in page
    assert "|4201" not in page
    assert "请先勾选" in said(client.post(where, {"do": "picked"}, follow=True))
    client.post(where, {"do": "picked", "picked": identity.held_back(batch).first().pk})
    work()
    assert identity.held_back(batch).count() == 1
    client.post(where, {"do": "other", "picked": identity.held_back(batch).first().pk})
    work()
    batch.refresh_from_db()
    assert batch.counts["errors"] == 1
    assert "没有待确认的行" in client.get(where).content.decode()


def test_many_answers_are_taken_in_parts(road, city: City, monkeypatch: pytest.MonkeyPatch):
    """So that memory does not grow with the list."""
    monkeypatch.setattr("core.importing.identity.CHUNK", 2)
    say, lengths = identity._say, []
    monkeypatch.setattr(
        identity, "_say", lambda batch, rows, *told: (lengths.append(len(rows)), say(batch, rows, *told))
    )
    road.send([FIRST | {"注册号": str(n)} for n in range(5)])
    batch = road.send([OTHER | {"注册号": str(n)} for n in range(5)])
    assert identity.accept(batch=batch, picked=None, by=city.user("city")) == counts(rows=5, changed=5)
    assert lengths == [2, 2, 1]
