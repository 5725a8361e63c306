"""The worklists' workbooks come back with answers, the lists behind a number as organizations, the history not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.importing import services
from core.models import AuditEntry
from core.workbooks.book import Unreadable
from orgs.facts import refresh
from orgs.models import Organization
from reports.models import GapAnswer
from tests.people import TODAY, City
from tests.reports.closing import close
from tests.workbooks import Workbook, codes

LIST = "/worklists/party-organization/"
UNIT = "澄州明川电子有限公司"


@pytest.fixture
def unit(city: City) -> Organization:
    """A firm of the street without a Party organization, and one of the next district."""
    made = city.organization(UNIT, staff=128, credit_code="91990102MA00000017")
    city.organization("澄州东方医药有限公司", managed_by="CZ121", staff=500)
    refresh(None, on=TODAY)
    return made


def test_a_workbook_that_nobody_edited_changes_nothing(city: City, unit: Organization, tmp_path: Path) -> None:
    batch = Workbook.of(city, tmp_path, LIST, "street").back("gap_answers")
    assert (batch.counts["rows"], batch.counts["unchanged"], codes(batch)) == (1, 1, set())
    assert not GapAnswer.objects.exists()


def test_what_was_typed_is_the_answer_of_the_one_who_brings_it(city: City, unit: Organization, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, LIST, "street")
    book.edit(UNIT, 未建原因="出资人正在考虑", 拟建方式="单独组建", 完成时限="2026-12-31")
    batch = book.back("gap_answers")
    assert (batch.counts["new"], codes(batch)) == (1, set())
    answer = GapAnswer.objects.get()
    assert (answer.organization, answer.planned_by, answer.answered_by) == (
        unit,
        date(2026, 12, 31),
        city.user("street"),
    )
    told = AuditEntry.objects.get(action="gaps.answer")
    assert (told.object_id, told.label, told.path) == (str(unit.pk), UNIT, city["CZ111"].path)
    assert book.back("gap_answers").counts["unchanged"] == 1


def test_the_list_of_units_without_members_comes_back_in_its_own_words(
    city: City, unit: Organization, tmp_path: Path
) -> None:
    book = Workbook.of(city, tmp_path, "/worklists/member/", "street")
    assert not {"未建原因", "拟建方式"} & set(book.row(UNIT))
    book.edit(UNIT, 空白原因="职工流动大", 拟采取措施="推荐党员就业", 完成时限="2026-12-31", 责任人="王明")
    with pytest.raises(Unreadable, match="请把名单种类改为“本系统导出的党员空白情况清单”"):
        book.back("gap_answers")
    batch = book.back("member_answers")
    assert (batch.counts["new"], codes(batch)) == (1, set())
    answer = GapAnswer.objects.get()
    assert (answer.reason, answer.planned_form, answer.responsible) == ("职工流动大", "推荐党员就业", "王明")
    assert book.back("member_answers").counts["unchanged"] == 1


def test_a_later_edit_replaces_what_stood_there_and_an_undo_brings_it_back(
    city: City, unit: Organization, tmp_path: Path
) -> None:
    GapAnswer.objects.create(
        organization=unit, reason="党员不足", answered_by=city.user("street"), answered_at="2026-01-01T00:00Z"
    )
    book = Workbook.of(city, tmp_path, LIST, "street")
    book.edit(UNIT, 未建原因="出资人正在考虑", 拟建方式="挂靠")
    batch = book.back("gap_answers")
    assert (batch.counts["changed"], GapAnswer.objects.get().reason) == (1, "出资人正在考虑")
    services.undo(batch, by=city.user("street"))
    answer = GapAnswer.objects.get()
    assert (answer.reason, answer.planned_form) == ("党员不足", "")


def test_an_answer_that_somebody_gave_meanwhile_is_a_conflict(city: City, unit: Organization, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, LIST, "street")
    GapAnswer.objects.create(
        organization=unit, reason="党员不足", answered_by=city.user("street"), answered_at="2026-01-01T00:00Z"
    )
    book.edit(UNIT, 未建原因="出资人正在考虑")
    batch = book.back("gap_answers")
    assert (batch.counts["conflicts"], GapAnswer.objects.get().reason) == (1, "党员不足")


def test_an_undo_of_a_first_answer_takes_it_away(city: City, unit: Organization, tmp_path: Path) -> None:
    book = Workbook.of(city, tmp_path, LIST, "street")
    book.edit(UNIT, 未建原因="出资人正在考虑")
    services.undo(book.back("gap_answers"), by=city.user("street"))
    assert not GapAnswer.objects.exists()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"拟建方式": "再说"}, "unknown_way"),
        ({"完成时限": "2026-11-01"}, "date_over"),
        ({"单位名称": "另一家"}, "key_edited"),
        ({"人数": 3}, "not_editable"),
    ],
)
def test_what_cannot_be_edited_so_is_said(
    city: City, unit: Organization, tmp_path: Path, cells: dict, code: str
) -> None:
    book = Workbook.of(city, tmp_path, LIST, "street")
    book.edit(UNIT if "单位名称" not in cells else "91990102MA00000017", **cells)
    batch = book.back("gap_answers")
    assert (codes(batch), GapAnswer.objects.count()) == ({code}, 0)


def test_a_row_of_another_district_stays_out(city: City, unit: Organization, tmp_path: Path) -> None:
    batch = Workbook.of(city, tmp_path, LIST, "city").back("gap_answers", "street")
    assert (batch.counts["errors"], batch.counts["unchanged"], codes(batch)) == (1, 1, {"outside_scope"})


@pytest.mark.parametrize("url", ["/units/?measure=organizations", "/checks/undecided/"])
def test_a_list_of_organizations_of_now_comes_back_as_organizations(
    city: City, unit: Organization, tmp_path: Path, url: str
) -> None:
    Organization.objects.filter(pk=unit.pk).update(category="" if "undecided" in url else "E4")
    refresh(None, on=TODAY)
    book = Workbook.of(city, tmp_path, url, "street")
    book.edit(UNIT, **{"职工（从业人员）数": 130})
    batch = book.back("registry")
    unit.refresh_from_db()
    assert (batch.counts["rows"], batch.counts["changed"], unit.staff, codes(batch)) == (1, 1, 130, set())
    assert next(iter(book.row(UNIT))) == "名称"


def test_a_list_of_a_closed_month_does_not_come_back(city: City, unit: Organization, tmp_path: Path) -> None:
    close(city, "2026-10")
    book = Workbook.of(city, tmp_path, "/units/?measure=organizations&month=2026-10", "city")
    for source in ("registry", "market"):
        with pytest.raises(Unreadable, match="不在这里导入"):
            book.back(source)
