"""The list of organizations goes out as a workbook and comes back edited (DESIGN §6)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from core.importing import services
from core.models import AuditEntry, ImportBatch
from core.sources import sources
from orgs.facts import refresh
from orgs.models import Headcount, Organization
from orgs.services.organizations import change
from tests.people import PASSWORD, TODAY, City


@pytest.fixture
def unit(city: City) -> Organization:
    """A firm of the street."""
    made = city.organization(
        "澄州明川电子有限公司", credit_code="91990102MA00000017", staff=80, company_type="1130", control="3",
        category="E4", industry="3982", legal_representative="王明", capital="100.5", currency="人民币",
    )  # fmt: skip
    city.organization("临江食品厂", managed_by="CZ121")
    refresh(None, on=TODAY)
    return made


def exported(city: City, folder: Path, username: str = "street") -> Path:
    """The workbook that somebody gets from the list."""
    client = Client()
    client.post("/login/", {"username": username, "password": PASSWORD})
    answer = client.post("/admin/orgs/organization/", {"do": "export"})
    path = folder / "list.xlsx"
    path.write_bytes(b"".join(answer) if answer.streaming else answer.content)
    return path


def edit(path: Path, **cells: Any) -> None:
    """Type into the first row, by header."""
    book = openpyxl.load_workbook(BytesIO(path.read_bytes()))
    sheet = book.active
    headers = [cell.value for cell in sheet[1]]
    for header, value in cells.items():
        sheet.cell(2, headers.index(header) + 1).value = value
    book.save(path)


def brought_back(city: City, path: Path, username: str = "street") -> dict[str, int]:
    """Import it as it is; the counts."""
    batch = services.receive(path, name=path.name, source=sources["registry"], by=city.user(username), as_of=TODAY)
    services.stage(batch)
    services.compare(batch)
    return services.apply(batch)


def test_a_workbook_that_nobody_edited_changes_nothing(city: City, unit: Organization, tmp_path: Path) -> None:
    counts = brought_back(city, exported(city, tmp_path))
    assert (counts["rows"], counts["unchanged"], counts["warnings"]) == (1, 1, 0)
    assert not AuditEntry.objects.filter(action="import.change").exists()


def test_only_edited_cells_count(city: City, unit: Organization, tmp_path: Path) -> None:
    path = exported(city, tmp_path)
    change(by=None, organization=unit, values={"address": "人民路 1 号"}, version=unit.version, on=TODAY)
    edit(path, **{"职工(从业人员)数": 128, "法定代表人": "清空", "控股情况": ""})
    counts = brought_back(city, path)
    unit.refresh_from_db()
    assert counts["changed"] == 1
    assert (unit.staff, unit.legal_representative, unit.control, unit.address) == (128, "", "3", "人民路 1 号")
    assert Headcount.objects.filter(organization=unit, number=128, source="registry").exists()
    assert unit.facts.should


def test_a_cell_that_changed_meanwhile_is_a_conflict(city: City, unit: Organization, tmp_path: Path) -> None:
    path = exported(city, tmp_path)
    change(by=None, organization=unit, values={"legal_representative": "李强"}, version=unit.version, on=TODAY)
    edit(path, 法定代表人="赵敏")
    counts = brought_back(city, path)
    unit.refresh_from_db()
    assert (counts["conflicts"], counts["changed"], unit.legal_representative) == (1, 0, "李强")


def test_the_same_workbook_again_changes_nothing(city: City, unit: Organization, tmp_path: Path) -> None:
    path = exported(city, tmp_path)
    edit(path, 经营状态="停业")
    assert brought_back(city, path)["changed"] == 1
    assert brought_back(city, path)["changed"] == 0


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"统一社会信用代码": "91990102MA00000025"}, "code_edited"),
        ({"系统标记(请勿改动)": "1:abc"}, "mark_missing"),
        ({"名称": "清空"}, "name_missing"),
        ({"职工(从业人员)数": -3}, "headcount_negative"),
    ],
)
def test_what_cannot_be_edited_so_is_an_error(
    city: City, unit: Organization, tmp_path: Path, cells: dict[str, Any], code: str
) -> None:
    path = exported(city, tmp_path)
    edit(path, **cells)
    counts = brought_back(city, path)
    batch = ImportBatch.objects.order_by("-pk")[0]
    assert counts["errors"] == 1
    assert code in {problem[1] for row in batch.rows.all() for problem in row.problems}


def test_a_row_of_another_district_stays_out(city: City, unit: Organization, tmp_path: Path) -> None:
    path = exported(city, tmp_path, "city")
    book = openpyxl.load_workbook(path)
    assert book.active.max_row == 3
    counts = brought_back(city, path, "street")
    assert (counts["errors"], counts["unchanged"]) == (1, 1)


def test_an_undo_takes_the_edits_back(city: City, unit: Organization, tmp_path: Path) -> None:
    path = exported(city, tmp_path)
    edit(path, **{"职工(从业人员)数": 128, "经营状态": "停业"})
    brought_back(city, path)
    services.undo(ImportBatch.objects.order_by("-pk")[0], by=city.user("street"))
    unit.refresh_from_db()
    assert (unit.staff, unit.status, unit.staff_source) == (80, "NORMAL", "market")
