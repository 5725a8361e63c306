"""A roster comes in on the import road: numbers encrypted on the way, facts true at the end, undone whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.models import AuditEntry, StagedRow
from members.models import FormerMembership, Member
from orgs.facts import refresh
from orgs.models import OrganizationFacts
from tests.members.test_services import checked
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
HEADER = "姓名,身份证号,党组织编码,工作单位统一社会信用代码,党员状态,入党日期,转正日期,转入日期,民族,学历,联系电话"
CODE = "91990102MA0000001P"
NUMBERS = [checked(f"9901021985122400{place}") for place in range(5)]


def roster(folder: Path, *lines: str) -> Path:
    """A list as a department keeps it."""
    path = folder / "roster.csv"
    path.write_text("\n".join((HEADER, *lines)), encoding="utf-8")
    return path


def line(
    place: int, *, name: str = "", party: str = "CZ1111", status: str = "正式党员", code: str = "", phone: str = ""
) -> str:
    """One member."""
    return f"{name or f'党员{place}'},{NUMBERS[place]},{party},{code},{status},2010-07-01,2011-07-01,2020-01-01,汉,本科,{phone}"


def run(path: Path, capsys: Any, by: str = "city") -> dict[str, Any]:
    """Apply it."""
    capsys.readouterr()
    call_command("import_registry", path, source="members", apply=True, by=by, json=True)
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def unit(city: City) -> Any:
    return city.organization("澄州明川电子有限公司", credit_code=CODE, staff=20)


@pytest.fixture(autouse=True)
def _readable_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of the test need not pass the check sign: that is the registry's matter."""
    monkeypatch.setattr("orgs.sources.columns.check_credit_code", lambda code: None)


def test_a_roster_becomes_members_with_true_facts(city: City, unit: Any, tmp_path: Path, capsys: Any):
    report = run(roster(tmp_path, *(line(place, code=CODE) for place in range(3))), capsys)
    assert (report["rows"], report["new"], report["errors"]) == (3, 3, 0)
    member = Member.objects.get(name="党员0")
    assert (member.id_number, member.sex, member.born_on) == (
        NUMBERS[0],
        "1" if int(NUMBERS[0][16]) % 2 else "2",
        date(1985, 12, 24),
    )
    assert (member.party_organization, member.organization, member.ethnicity) == (city["CZ1111"], unit, "01")
    facts = OrganizationFacts.objects.get(pk=unit.pk)
    assert (facts.formal, facts.should) == (3, True)
    assert refresh(None, on=TODAY) == 0


def test_the_same_roster_again_changes_nothing(city: City, unit: Any, tmp_path: Path, capsys: Any):
    path = roster(tmp_path, line(0, code=CODE, phone="19900001234"))
    run(path, capsys)
    entries = AuditEntry.objects.count()
    report = run(path, capsys)
    assert (report["unchanged"], report["new"], report["changed"]) == (1, 0, 0)
    assert AuditEntry.objects.count() == entries


def test_moves_and_statuses_are_taken_over_and_undone(city: City, unit: Any, tmp_path: Path, capsys: Any):
    run(roster(tmp_path, line(0, code=CODE), line(1, code=CODE)), capsys)
    report = run(roster(tmp_path, line(0, code=CODE, party="CZ1112"), line(1, code=CODE, status="已转出")), capsys)
    assert report["changed"] == 2
    assert Member.objects.get(name="党员0").party_organization == city["CZ1112"]
    assert FormerMembership.objects.get().party_organization == city["CZ1111"]
    assert OrganizationFacts.objects.get(pk=unit.pk).formal == 1
    call_command("undo_import", report["batch"], by="city")
    assert Member.objects.get(name="党员0").party_organization == city["CZ1111"]
    assert not FormerMembership.objects.exists()
    assert OrganizationFacts.objects.get(pk=unit.pk).formal == 2


def test_what_cannot_go_in_is_named(city: City, tmp_path: Path, capsys: Any):
    wrong = NUMBERS[1][:-1] + ("1" if NUMBERS[1][-1] != "1" else "2")
    lines = [
        line(0, party="CZ404"),
        line(1).replace(NUMBERS[1], wrong),
        line(2).replace(NUMBERS[2], ""),
        line(3, code="91990102MA0000009X"),
    ]
    report = run(roster(tmp_path, *lines), capsys)
    codes = [problem["code"] for problem in report["problems"]]
    assert set(codes) == {"member_party_unknown", "id_number_check", "id_number_missing", "member_employer_unknown"}
    assert not Member.objects.exists()


def test_a_formal_day_before_the_registered_joining_stays_out(city: City, tmp_path: Path, capsys: Any):
    run(roster(tmp_path, line(0)), capsys)
    report = run(roster(tmp_path, f"党员0,{NUMBERS[0]},CZ1111,,正式党员,,2009-07-01,2020-01-01,汉,本科,"), capsys)
    assert (report["errors"], report["problems"][0]["code"]) == (1, "formal_before_joined")


def test_a_number_of_another_district_is_refused_in_neutral_words(city: City, tmp_path: Path, capsys: Any):
    run(roster(tmp_path, line(0, party="CZ121")), capsys)
    report = run(roster(tmp_path, line(0)), capsys, by="district")
    assert [problem["code"] for problem in report["problems"]] == ["id_number_taken"]
    assert Member.objects.get().party_organization == city["CZ121"]


def test_no_number_or_phone_is_staged_or_noted_readable(city: City, tmp_path: Path, capsys: Any):
    run(roster(tmp_path, line(0, phone="19900001234")), capsys)
    run(roster(tmp_path, line(0, phone="19900005678")), capsys)
    staged = str(list(StagedRow.objects.values_list("cells", "values", "extras", "changes", "conflicts", "key")))
    noted = str(list(AuditEntry.objects.values_list("changes", flat=True)))
    for text in (NUMBERS[0], "19900001234", "19900005678"):
        assert text not in staged
        assert text not in noted
    assert Member.objects.get().phone == "19900005678"
