"""The roster goes out as a workbook and comes back edited (rules §11): masked, or whole with a right and a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from core.importing import services
from core.models import AuditEntry, ImportBatch
from members.models import FormerMembership, Member
from members.services.members import change, register
from orgs.facts import refresh
from orgs.models import Organization
from tests.lists import credit_code
from tests.members.test_services import FEMALE, checked
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import MEMBERS, Workbook, codes

MALE = checked("99010219860315003")
PHONE, OTHER_PHONE = "13800001234", "13900005678"
LATER = "2026-11-02"


@pytest.fixture
def unit(city: City) -> Organization:
    """Where the member works."""
    unit = city.organization("澄州明川电子有限公司", credit_code="91990102MA00000017", staff=80)
    refresh(None, on=TODAY)
    return unit


@pytest.fixture
def member(city: City, unit: Organization) -> Member:
    """A formal member of the street's branch; another one is of the next district."""
    city.member("江远", of="CZ121")
    return register(
        by=None, party_organization=city["CZ1111"], status="FORMAL", since=LONG_AGO, on=TODAY, organization=unit,
        values={"name": "林若水", "id_number": FEMALE, "phone": PHONE, "joined_on": date(2010, 7, 1),
                "formal_on": date(2011, 7, 1), "education": "20", "ethnicity": "01"},
    )  # fmt: skip


def exported(city: City, folder: Path, username: str = "district", **sent: str) -> Workbook:
    return Workbook.of(city, folder, MEMBERS, username, **sent)


@pytest.mark.parametrize("sent", [{}, {"whole": "on"}], ids=["masked", "whole"])
def test_a_workbook_that_nobody_edited_changes_nothing(city: City, member: Member, tmp_path: Path, sent: dict) -> None:
    batch = exported(city, tmp_path, **sent).back("member_list")
    assert (batch.counts["rows"], batch.counts["unchanged"], batch.counts["warnings"]) == (1, 1, 0), codes(batch)
    assert not AuditEntry.objects.filter(action="import.change").exists()


def test_numbers_are_whole_only_where_that_was_asked_for_and_it_stays_noted(
    city: City, member: Member, tmp_path: Path
) -> None:
    row = exported(city, tmp_path).row("林若水")
    assert (row["公民身份号码"], row["联系电话"]) == (f"{'*' * 14}{FEMALE[-4:]}", "*******1234")
    assert FEMALE not in str(row)
    assert row["出生日期"] == "****", "beside the mask it would tell half of the number"
    row = exported(city, tmp_path, whole="on").row("林若水")
    assert (row["公民身份号码"], row["联系电话"]) == (FEMALE, PHONE)
    told = AuditEntry.objects.filter(action="core.export").order_by("pk")
    assert ["完整" in entry.label for entry in told] == [False, True]
    assert [entry.reason for entry in told] == ["核对名册"] * 2


def test_only_the_edited_cells_count_and_personal_ones_are_sealed(city: City, member: Member, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit("林若水", 联系电话=OTHER_PHONE, 学历="清空", 民族="")
    batch = book.back("member_list")
    member.refresh_from_db()
    assert batch.counts["changed"] == 1
    assert (member.phone, member.education, member.ethnicity, member.id_number) == (OTHER_PHONE, "", "01", FEMALE)
    entry = AuditEntry.objects.get(action="import.change")
    assert set(entry.changes) == {"phone", "education"}
    assert OTHER_PHONE not in str(entry.changes)
    assert not any(OTHER_PHONE in str(row) for row in batch.rows.values_list("cells", "values", "changes"))


def test_a_member_moves_works_elsewhere_and_becomes_formal_from_the_days_beside(
    city: City, member: Member, tmp_path: Path
) -> None:
    elsewhere = city.organization("澄州禾岸食品厂", credit_code=credit_code(7))
    book = exported(city, tmp_path)
    book.edit("林若水", 党组织编码="CZ1112", 转入日期=LATER, 工作单位统一社会信用代码=credit_code(7), 到岗日期=LATER)
    assert book.back("member_list").counts["changed"] == 1
    member.refresh_from_db()
    assert (member.party_organization, member.organization) == (city["CZ1112"], elsewhere)
    assert str(member.since) == str(member.organization_since) == LATER
    assert FormerMembership.objects.get(member=member).party_organization == city["CZ1111"]
    elsewhere.facts.refresh_from_db()
    assert elsewhere.facts.formal == 1


def test_a_new_number_counts_with_what_follows_from_it(city: City, member: Member, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit("林若水", 公民身份号码=MALE)
    assert book.back("member_list").counts["changed"] == 1
    member.refresh_from_db()
    assert (member.id_number, member.sex) == (MALE, "1")
    services.undo(ImportBatch.objects.get(), by=city.user("district"))
    member.refresh_from_db()
    assert (member.id_number, member.sex) == (FEMALE, "2")


def test_a_masked_value_that_changed_behind_its_mask_is_a_conflict(city: City, member: Member, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    behind = "13899991234"
    change(by=None, member=member, values={"phone": behind}, version=member.version, on=TODAY)
    book.edit("林若水", 联系电话=OTHER_PHONE)
    batch = book.back("member_list")
    member.refresh_from_db()
    assert (batch.counts["conflicts"], batch.counts["changed"], member.phone) == (1, 0, behind)
    assert behind not in str(batch.rows.values_list("conflicts")), "conflicts are staged as ciphertext"
    page = Client()
    page.force_login(city.user("district"))
    shown = page.get(f"/imports/{batch.pk}/conflicts/").content.decode()
    assert "*******5678" in shown
    assert behind not in shown


def test_the_same_workbook_again_changes_nothing(city: City, member: Member, tmp_path: Path) -> None:
    book = exported(city, tmp_path)
    book.edit("林若水", 联系电话=OTHER_PHONE, 党组织编码="CZ1112")
    assert book.back("member_list").counts["changed"] == 1
    assert book.back("member_list").counts["unchanged"] == 1


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"公民身份号码": "**************002X"}, "still_masked"),
        ({"公民身份号码": "11010519491231002"}, "id_number_check"),
        ({"公民身份号码": "清空"}, "id_number_missing"),
        ({"姓名": "清空"}, "member_name_missing"),
        ({"党组织编码": "CZ121"}, "unknown_party"),
        ({"工作单位统一社会信用代码": credit_code(9)}, "member_employer_unknown"),
        ({"到岗日期": "清空"}, "employer_since_missing"),
        ({"转入日期": LATER}, "since_without_move"),
        ({"党组织编码": "CZ1112", "转入日期": "2001-01-01"}, "moved_too_early"),
        ({"状态": "预备党员"}, "status_does_not_fit"),
        ({"转正日期": "2001-01-01"}, "formal_before_joined"),
        ({"性别": "男"}, "not_editable"),
    ],
)
def test_what_cannot_be_edited_so_is_said_and_not_written(
    city: City, member: Member, tmp_path: Path, cells: dict[str, str], code: str
) -> None:
    book = exported(city, tmp_path)
    book.edit("林若水", **cells)
    batch = book.back("member_list")
    assert codes(batch) == {code}
    assert batch.counts["changed"] == 0


def test_a_number_that_somebody_else_has_is_refused(city: City, member: Member, tmp_path: Path) -> None:
    register(by=None, party_organization=city["CZ121"], values={"name": "何岸", "id_number": MALE}, status="FORMAL",
             since=LONG_AGO, on=TODAY)  # fmt: skip
    book = exported(city, tmp_path)
    book.edit("林若水", 公民身份号码=MALE)
    assert codes(book.back("member_list")) == {"id_number_taken"}


def test_a_row_of_another_district_stays_out(city: City, member: Member, tmp_path: Path) -> None:
    batch = exported(city, tmp_path, "city").back("member_list", "district")
    assert (batch.counts["errors"], batch.counts["unchanged"]) == (1, 1)
    assert codes(batch) == {"outside_scope"}
