"""The Party tree goes out as a workbook and comes back edited (rules §11); place and kind have their own pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.models import AuditEntry
from orgs.services.party import change
from tests.people import TODAY, City
from tests.workbooks import NODES, Workbook, codes

BRANCH = "中共澄州明川电子有限公司支部委员会"


def exported(city: City, folder: Path, username: str = "district") -> Workbook:
    return Workbook.of(city, folder, NODES, username)


def test_a_workbook_that_nobody_edited_changes_nothing(city: City, tmp_path: Path) -> None:
    batch = exported(city, tmp_path).back("party_list")
    assert batch.counts["rows"] == batch.counts["unchanged"] == 5
    assert (batch.counts["warnings"], batch.counts["missing"]) == (0, 0)
    assert not AuditEntry.objects.filter(action="import.change").exists()


def test_only_the_edited_cells_count(city: City, tmp_path: Path) -> None:
    node = city["CZ1111"]
    change(by=None, party_organization=node, values={"approval_no": "澄组〔2020〕3号"}, on=TODAY)
    book = exported(city, tmp_path)
    book.edit(BRANCH, 书记="钱进", 届满日期="2027-03-31", 批复文号="清空", 所在区划="云溪区云台街道")
    assert book.back("party_list").counts["changed"] == 1
    node.refresh_from_db()
    assert (node.secretary_name, str(node.term_ends_on), node.approval_no) == ("钱进", "2027-03-31", "")
    assert node.region_id == "990102001000"
    entry = AuditEntry.objects.get(action="import.change")
    assert set(entry.changes) == {"secretary_name", "term_ends_on", "approval_no", "region_id"}


def test_a_cell_that_changed_meanwhile_is_a_conflict(city: City, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    change(by=None, party_organization=city["CZ1111"], values={"secretary_name": "李强"}, on=TODAY)
    book.edit(BRANCH, 书记="赵敏")
    batch = book.back("party_list")
    assert (batch.counts["conflicts"], batch.counts["changed"]) == (1, 0)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"编码": "CZ9"}, "key_edited"),
        ({"名称": "清空"}, "party_name_missing"),
        ({"类型": "党总支"}, "not_editable"),
        ({"上级": "中共澄州市委员会"}, "not_editable"),
    ],
)
def test_what_cannot_be_edited_so_is_said_and_not_written(
    city: City, tmp_path: Path, cells: dict[str, str], code: str
) -> None:
    book = exported(city, tmp_path)
    book.edit(BRANCH, **cells)
    batch = book.back("party_list")
    assert (codes(batch), batch.counts["changed"]) == ({code}, 0)


def test_rows_outside_the_scope_stay_out(city: City, tmp_path: Path) -> None:
    batch = exported(city, tmp_path, "city").back("party_list", "district")
    assert (batch.counts["unchanged"], batch.counts["errors"], codes(batch)) == (5, 5, {"outside_scope"})
