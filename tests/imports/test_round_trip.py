"""The list of organizations goes out as a workbook and comes back edited (rules §11)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.importing import services
from core.importing.round_trip import digest
from core.models import AuditEntry, Listed
from core.workbooks.book import Unreadable
from core.workbooks.reading import open_book
from core.workbooks.writing import write_rows
from orgs.facts import refresh
from orgs.models import Headcount, Organization
from orgs.services.organizations import change
from orgs.sources.returned import ORGANIZATIONS as ORGANIZATION_LIST
from tests.people import TODAY, City
from tests.workbooks import ORGANIZATIONS, Workbook, codes

UNIT = "澄州明川电子有限公司"


@pytest.fixture
def unit(city: City) -> Organization:
    """A firm of the street."""
    made = city.organization(
        UNIT, credit_code="91990102MA00000017", staff=80, company_type="1130", control="3",
        category="E4", industry="3982", legal_representative="王明", capital="100.5", currency="人民币",
    )  # fmt: skip
    city.organization("临江食品厂", managed_by="CZ121")
    refresh(None, on=TODAY)
    return made


def exported(city: City, folder: Path, username: str = "street") -> Workbook:
    """The workbook that somebody gets from the list."""
    return Workbook.of(city, folder, ORGANIZATIONS, username)


def test_a_workbook_that_nobody_edited_changes_nothing(city: City, unit: Organization, tmp_path: Path) -> None:
    counts = exported(city, tmp_path).back("registry").counts
    assert (counts["rows"], counts["unchanged"], counts["warnings"]) == (1, 1, 0)
    assert not AuditEntry.objects.filter(action="import.change").exists()
    assert not Listed.objects.filter(source="registry").exists(), "such a list claims nothing"


def test_only_edited_cells_count(city: City, unit: Organization, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    change(by=None, organization=unit, values={"address": "人民路 1 号"}, version=unit.version, on=TODAY)
    book.edit(UNIT, **{"职工（从业人员）数": 128, "法定代表人": "清空", "控股情况": ""})
    counts = book.back("registry").counts
    unit.refresh_from_db()
    assert counts["changed"] == 1
    assert (unit.staff, unit.legal_representative, unit.control, unit.address) == (128, "", "3", "人民路 1 号")
    assert Headcount.objects.filter(organization=unit, number=128, source="registry").exists()
    assert unit.facts.should


def test_a_cell_that_changed_meanwhile_is_a_conflict(city: City, unit: Organization, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    change(by=None, organization=unit, values={"legal_representative": "李强"}, version=unit.version, on=TODAY)
    book.edit(UNIT, 法定代表人="赵敏")
    counts = book.back("registry").counts
    unit.refresh_from_db()
    assert (counts["conflicts"], counts["changed"], unit.legal_representative) == (1, 0, "李强")


def test_the_same_workbook_again_changes_nothing(city: City, unit: Organization, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, 经营状态="停业")
    assert book.back("registry").counts["changed"] == 1
    assert book.back("registry").counts["changed"] == 0


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"统一社会信用代码": "91990102MA00000025"}, "key_edited"),
        ({"系统标记（两新组织，请勿改动）": "1:abc"}, "mark_missing"),
        ({"名称": "清空"}, "name_missing"),
        ({"职工（从业人员）数": -3}, "headcount_negative"),
    ],
)
def test_what_cannot_be_edited_so_is_an_error(
    city: City, unit: Organization, tmp_path: Path, cells: dict[str, Any], code: str
) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, **cells)
    batch = book.back("registry")
    assert (batch.counts["errors"], codes(batch)) == (1, {code})


def test_a_row_of_another_district_stays_out(city: City, unit: Organization, tmp_path: Path) -> None:
    book = exported(city, tmp_path, "city")
    assert len(book.lines()) == 3
    counts = book.back("registry", "street").counts
    assert (counts["errors"], counts["unchanged"]) == (1, 1)


def test_an_undo_takes_the_edits_back(city: City, unit: Organization, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, **{"职工（从业人员）数": 128, "经营状态": "停业"})
    services.undo(book.back("registry"), by=city.user("street"))
    unit.refresh_from_db()
    assert (unit.staff, unit.status, unit.staff_source) == (80, "NORMAL", "market")


@pytest.mark.parametrize(("header", "value"), [("覆盖", "挂靠"), ("管理党组织", "中共望江街道工作委员会")])
def test_an_edit_of_what_has_a_page_of_its_own_is_a_warning(
    city: City, unit: Organization, tmp_path: Path, header: str, value: str
) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, **{header: value, "法定代表人": "赵敏"})
    batch = book.back("registry")
    assert (codes(batch), batch.counts["warnings"], batch.counts["changed"]) == ({"not_editable"}, 1, 1)


@pytest.mark.parametrize("source", ["market", "members", "coverage_list"])
def test_a_list_of_ours_is_not_taken_for_another_one(
    city: City, unit: Organization, tmp_path: Path, source: str
) -> None:
    with pytest.raises(Unreadable, match="本系统导出的单位清单"):
        exported(city, tmp_path).back(source, "city")


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=30))
@settings(max_examples=20)
def test_a_cell_is_the_same_after_its_way_through_a_workbook(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cells.xlsx"
        write_rows(path, sheet="名单", headers=("行", "文字"), rows=list(enumerate(texts)))
        book = open_book(path, name=path.name)
        rows = [cells for _, cells in list(book.rows(book.sheets[0]))[1:]]
    assert [digest(row[1] if len(row) > 1 else None) for row in rows] == [digest(text) for text in texts]


@given(st.text())
def test_whatever_stands_in_the_place_of_a_mark_is_no_more_than_not_ours(text: str) -> None:
    assert ORGANIZATION_LIST.origin({"mark": text}) is None
