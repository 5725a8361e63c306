"""群团、联络员、出资人、民主管理: the lists come back edited, and new lines are entered; what belongs to these tables alone (tests/core/test_tables_*.py have the rest)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.admin.table_rows import RowReport
from core.models import AuditEntry
from orgs.models import Democracy, Liaison, MassOrganization, Organization, OrganizationFacts, OwnerRecord
from orgs.services import people
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import Workbook, carried_in

CODE = "91350100M000100Y43"
LISTS = ("massorganization", "liaison", "ownerrecord", "democracy")


@pytest.fixture
def unit(city: City) -> Organization:
    """An organization of the street with a row in each list."""
    unit = city.organization("澄州明川电子", credit_code=CODE)
    told: dict[str, Any] = {"by": city.user("street"), "organization": unit, "on": TODAY}
    people.mass_organizations.add(**told, kind="UNION", founded_on=LONG_AGO, head="何思鹏")
    people.liaisons.add(**told, name="黄学宁", appointed_by=city["CZ111"], since=LONG_AGO)
    people.owners.add(**told, name="蔡远", recorded_on=LONG_AGO, attitude="SUPPORTS")
    people.democracy.add(**told, kind="CONGRESS", held_on=LONG_AGO, note="换届")
    return unit


def sent(client: Client, model: str, table: str, *, write: bool = False) -> list[RowReport]:
    """The lines of the preview; with `write` they are confirmed."""
    return carried_in(client, f"/admin/orgs/{model}/", table.encode(), write=write)


def test_only_what_was_edited_is_written(city: City, unit: Organization, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, "/admin/orgs/massorganization/", "street")
    book.edit("何思鹏", 最近开展党的工作=TODAY.isoformat(), 开展的工作="慰问困难职工")
    (line,) = book.carried_in(write=True)
    assert [name for name, *_ in line.changes] == ["最近开展党的工作", "开展的工作"]
    assert MassOrganization.objects.get().party_work_on == TODAY
    assert OrganizationFacts.objects.get(pk=unit.pk).evidence_on == TODAY
    entry = AuditEntry.objects.get(action="mass_organizations.change")
    assert set(entry.changes) == {"party_work_on", "party_work"}


@pytest.mark.parametrize(
    ("model", "table", "told"),
    [
        ("massorganization", "类型,成立日期\n{code},妇联,2025-03-08", {"kind": "WOMEN"}),
        ("liaison", "联络员,确定的党组织,起始\n{code},郑新,CZ111,2026-01-05", {"name": "郑新"}),
        ("ownerrecord", "姓名,态度,登记日期\n{code},郑新,一般,2026-01-05", {"name": "郑新"}),
        ("democracy", "形式,日期\n{code},厂务公开,2026-01-05", {"held_on": date(2026, 1, 5)}),
    ],
    ids=LISTS,
)
def test_a_line_without_a_mark_is_new(
    city: City, unit: Organization, model: str, table: str, told: dict[str, Any]
) -> None:
    (line,) = sent(city.client(), model, f"统一社会信用代码,{table.format(code=CODE)}\n", write=True)
    assert line.outcome == "新增"
    models = {"massorganization": MassOrganization, "liaison": Liaison, "ownerrecord": OwnerRecord}
    assert models.get(model, Democracy).objects.filter(organization=unit, **told).exists()


def test_a_day_in_the_last_column_ends_the_row(city: City, unit: Organization, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, "/admin/orgs/liaison/", "street")
    book.edit("黄学宁", 终止=TODAY.isoformat())
    book.carried_in(write=True)
    assert Liaison.objects.get().until == TODAY
    assert AuditEntry.objects.filter(action="liaisons.end").exists()
    book.edit("黄学宁", 联络员="改名")
    (line,) = book.carried_in()
    assert "不能再修改" in line.problems[0]


def test_organizations_of_others_are_refused(city: City, unit: Organization) -> None:
    other = city.organization(managed_by="CZ121", credit_code="91350211M000100Y46")
    (line,) = sent(city.client(), "democracy", f"统一社会信用代码,形式,日期\n{other.credit_code},厂务公开,2026-01-05\n")
    assert "不在您的管辖范围" in line.problems[0]
    assert Democracy.objects.count() == 1
