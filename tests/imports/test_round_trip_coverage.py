"""The coverages go out as a workbook and come back edited: they go over or end on a day, and the past stays (rules §11)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.importing import services
from core.models import AuditEntry
from orgs.facts import refresh
from orgs.models import Coverage
from orgs.services.coverage import change_form
from orgs.services.endings import dissolve
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import COVERAGES, Workbook, codes

UNIT = "澄州明川电子有限公司"


@pytest.fixture
def coverage(city: City) -> Coverage:
    """A firm of the street with a branch of its own, a factory of the next district."""
    covered = city.cover(city.organization(UNIT, staff=80), "CZ1111")
    city.cover(city.organization("临江食品厂", managed_by="CZ121"), "CZ121", "AREA")
    refresh(None, on=TODAY)
    return covered


def exported(city: City, folder: Path, username: str = "street") -> Workbook:
    return Workbook.of(city, folder, COVERAGES, username)


def periods() -> list[tuple[str, str, date, date | None]]:
    rows = Coverage.objects.filter(organization__name=UNIT).order_by("since", "pk")
    return [(row.party_organization.code, row.form, row.since, row.until) for row in rows]


def test_a_workbook_that_nobody_edited_changes_nothing(city: City, coverage: Coverage, tmp_path: Path) -> None:
    batch = exported(city, tmp_path).back("coverage_list")
    assert (batch.counts["rows"], batch.counts["unchanged"], batch.counts["warnings"]) == (1, 1, 0), codes(batch)
    assert not AuditEntry.objects.filter(action="import.change").exists()


def test_another_party_organization_or_form_counts_from_the_day_of_the_list_and_the_past_stays(
    city: City, coverage: Coverage, tmp_path: Path
) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, 党组织编码="CZ1112", 形式="联合组建")
    assert book.back("coverage_list").counts["changed"] == 1
    after = [("CZ1111", "SINGLE", LONG_AGO, TODAY), ("CZ1112", "JOINT", TODAY, None)]
    assert periods() == after
    assert coverage.organization.facts.__class__.objects.get(pk=coverage.organization_id).form == "JOINT"
    batch = book.back("coverage_list")
    assert (batch.counts["unchanged"], periods()) == (1, after), "the same again changes nothing"


def test_an_end_that_lies_ahead_is_none_yet(city: City, coverage: Coverage, tmp_path: Path) -> None:
    ahead = date(TODAY.year + 1, 12, 31)
    Coverage.objects.filter(pk=coverage.pk).update(until=ahead, end_reason="到期")
    book = exported(city, tmp_path)
    assert book.back("coverage_list").counts["unchanged"] == 1
    book.edit(UNIT, 党组织编码="CZ1112", 形式="联合组建")
    batch = book.back("coverage_list")
    assert batch.counts["changed"] == 1, codes(batch)
    assert periods() == [("CZ1111", "SINGLE", LONG_AGO, TODAY), ("CZ1112", "JOINT", TODAY, ahead)]
    services.undo(batch, by=city.user("city"))
    assert periods() == [("CZ1111", "SINGLE", LONG_AGO, ahead)]
    book = exported(city, tmp_path)
    book.edit(UNIT, 终止="2026-11-20", 终止原因="单位注销")
    assert book.back("coverage_list").counts["changed"] == 1
    assert periods() == [("CZ1111", "SINGLE", LONG_AGO, date(2026, 11, 20))]


def test_a_coverage_ends_on_a_day_with_its_reason(city: City, coverage: Coverage, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, 终止="2026-11-20", 终止原因="单位注销")
    assert book.back("coverage_list").counts["changed"] == 1
    coverage.refresh_from_db()
    assert (str(coverage.until), coverage.end_reason) == ("2026-11-20", "单位注销")
    assert not type(coverage.organization.facts).objects.get(pk=coverage.organization_id).has_org


def test_an_undo_brings_the_earlier_coverage_back(city: City, coverage: Coverage, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, 党组织编码="CZ1112", 形式="联合组建")
    services.undo(book.back("coverage_list"), by=city.user("street"))
    assert periods() == [("CZ1111", "SINGLE", LONG_AGO, None)]


def test_an_undo_brings_nothing_back_to_what_has_ended(city: City, coverage: Coverage, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, 党组织编码="CZ1112", 形式="联合组建")
    batch = book.back("coverage_list")
    dissolve(by=None, party_organization=city["CZ1111"], on=TODAY, reason="撤销")
    undone = services.undo(batch, by=city.user("city"))
    assert (undone.restored, [one.id for one in undone.left]) == (0, [coverage.pk])
    assert periods() == [("CZ1111", "SINGLE", LONG_AGO, TODAY), ("CZ1112", "JOINT", TODAY, None)]


def test_a_cell_that_changed_meanwhile_is_a_conflict(city: City, coverage: Coverage, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    Coverage.objects.filter(pk=coverage.pk).update(form="ATTACHED")
    book.edit(UNIT, 形式="区域覆盖")
    batch = book.back("coverage_list")
    assert (batch.counts["conflicts"], batch.counts["changed"]) == (1, 0)
    assert periods() == [("CZ1111", "ATTACHED", LONG_AGO, None)]


def test_what_ended_meanwhile_stays_ended(city: City, coverage: Coverage, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    change_form(by=None, coverage=coverage, form="ATTACHED", on=TODAY)
    book.edit(UNIT, 形式="区域覆盖")
    assert codes(book.back("coverage_list")) == {"coverage_has_ended"}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"形式": "随便"}, "unknown_form"),
        ({"形式": "清空"}, "coverage_form_missing"),
        ({"党组织编码": "CZ121"}, "unknown_party"),
        ({"终止": "2026-11-20"}, "coverage_reason_missing"),
        ({"终止": "2019-11-20", "终止原因": "单位注销"}, "coverage_ends_too_early"),
        ({"终止原因": "单位注销"}, "coverage_end_missing"),
        ({"单位": "另一家"}, "key_edited"),
        ({"起始": "2026-01-01"}, "not_editable"),
    ],
)
def test_what_cannot_be_edited_so_is_said_and_not_written(
    city: City, coverage: Coverage, tmp_path: Path, cells: dict[str, str], code: str
) -> None:
    book = exported(city, tmp_path)
    book.edit(UNIT, **cells)
    batch = book.back("coverage_list")
    assert codes(batch) == {code}
    assert periods() == [("CZ1111", "SINGLE", LONG_AGO, None)]


def test_two_units_are_not_covered_singly_by_one_branch(city: City, coverage: Coverage, tmp_path: Path) -> None:
    city.cover(city.organization("澄州禾岸食品厂"), "CZ1112", "AREA")
    book = exported(city, tmp_path)
    book.edit("澄州禾岸食品厂", 党组织编码="CZ1111", 形式="单独组建")
    assert codes(book.back("coverage_list")) == {"single_covers_one"}


def test_a_row_of_another_district_stays_out(city: City, coverage: Coverage, tmp_path: Path) -> None:
    batch = exported(city, tmp_path, "city").back("coverage_list", "street")
    assert (batch.counts["errors"], batch.counts["unchanged"], codes(batch)) == (1, 1, {"outside_scope"})
