"""民主评议党员: steps in order, one in three 优秀 or a reason, nobody on probation graded, grades kept by who leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Appraisal, AppraisalGrade
from activities.queries.health import health_of
from activities.rules.appraisal import beyond, meetings_of, most_excellent, one_part, year_of_meeting
from activities.services.appraisals import TooManyExcellent, appraise
from core.models import AuditEntry
from core.refusals import Refusal
from members.models import Member
from members.services.members import move_to
from orgs.facts import differences, refresh
from tests.filing import file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
STEPS = {"self_on": date(2026, 11, 2), "mutual_on": date(2026, 11, 3), "polled_on": date(2026, 11, 3)}
DECIDED = STEPS | {"decided_on": date(2026, 11, 20)}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def graded(city: City, grades: dict[int, str] | None = None, *, year: int = 2026, **values: Any) -> Appraisal:
    return appraise(
        by=city.user("secretary"), party_organization=city["CZ1111"], year=year, values=values or DECIDED,
        grades=grades or {}, on=TODAY,
    )  # fmt: skip


def of_all(people: list[Member], excellent: int) -> dict[int, str]:
    return {one.pk: "EXCELLENT" if place < excellent else "QUALIFIED" for place, one in enumerate(people)}


def test_a_part_is_said_in_words() -> None:
    told = {
        2: "二分之一",
        3: "三分之一",
        10: "十分之一",
        12: "十二分之一",
        20: "二十分之一",
        25: "二十五分之一",
        100: "100 分之一",
    }
    assert {of: one_part(of) for of in told} == told


@pytest.mark.parametrize(("number", "most"), [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2), (11, 3), (12, 4), (13, 4)])
def test_one_in_three_is_a_whole_number(number: int, most: int) -> None:
    assert most_excellent(number, one_in=3) == most
    assert beyond(excellent=most, graded=number, one_in=3) == ""
    assert f"不超过 {most} 名（三分之一）" in beyond(excellent=most + 1, graded=number, one_in=3)


@pytest.mark.parametrize(("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-01-05", 2026)])
def test_until_march_the_year_before_is_appraised(day: str, year: int) -> None:
    met = date.fromisoformat(day)
    first, last = meetings_of(year)
    assert (year_of_meeting(met), first <= met <= last) == (year, True)


def test_more_than_a_third_asks_for_a_reason_and_is_kept_with_one(city: City) -> None:
    people = members(city, 7)
    with pytest.raises(TooManyExcellent):
        graded(city, of_all(people, 3))
    assert not Appraisal.objects.exists()
    row = graded(city, of_all(people, 3), **DECIDED, excess_reason="完成攻关，上级同意")
    assert row.grades.filter(grade="EXCELLENT").count() == 3
    graded(city, of_all(people, 2))
    assert row.grades.filter(grade="EXCELLENT").count() == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"mutual_on": TODAY}, "请填写个人自评的日期"),
        (STEPS | {"polled_on": date(2026, 11, 2)}, "民主测评不能早于它"),
        (STEPS | {"polled_on": None, "decided_on": TODAY}, "请填写民主测评的日期"),
        (DECIDED | {"decided_on": date(2026, 11, 25)}, "在今天之后"),
        ({"self_on": date(2025, 12, 31)}, "在当年或第二年进行"),
    ],
)
def test_steps_follow_each_other_and_none_lies_ahead(city: City, values: dict[str, Any], said: str) -> None:
    with pytest.raises((ValidationError, Refusal), match=said):
        graded(city, **values)


def test_who_is_on_probation_takes_part_and_gets_no_grade_and_no_stranger_gets_one(city: City) -> None:
    [formal] = members(city, 1)
    early = city.member("李新", status="PROBATIONARY")
    later = city.member("王转", formal_on=date(2026, 11, 4))  # a day after the meeting
    for one in (early, later):
        with pytest.raises(Refusal, match=f"{one.name}评议时是预备党员"):
            graded(city, {one.pk: "QUALIFIED"})
    with pytest.raises(Refusal, match="1 名党员评议时不在本支部名册上"):
        graded(city, {city.member("外人", of="CZ1112").pk: "QUALIFIED"})
    page = city.client("secretary").get(f"/branch/{city['CZ1111'].pk}/appraisals/2026/").content.decode()
    assert f'name="grade-{formal.pk}"' in page
    assert "李新 <small>预备党员，参加评议，不评定等次" in page
    assert f'name="grade-{early.pk}"' not in page


def test_who_leaves_the_branch_keeps_the_grade_and_takes_it_along(city: City) -> None:
    stays, goes = members(city, 2)
    row = graded(city, of_all([stays, goes], 0))
    move_to(by=None, member=goes, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    graded(city, {stays.pk: "QUALIFIED", goes.pk: "BASIC"})
    assert dict(row.grades.values_list("member", "grade")) == {stays.pk: "QUALIFIED", goes.pk: "BASIC"}
    assert differences(on=TODAY) == []
    page = city.client("secretary").get(f"/branch/{city['CZ1111'].pk}/appraisals/2026/").content.decode()
    assert "已离开本支部，等次保留" in page
    file = city.client("street").get(f"/admin/members/member/{goes.pk}/change/").content.decode()
    assert "2026 年度民主评议：基本合格" in file
    assert city.client("stranger").get(f"/admin/members/member/{goes.pk}/change/").status_code == 404


def test_a_grade_is_read_by_whoever_reads_the_member(city: City) -> None:
    [one] = members(city, 1)
    graded(city, {one.pk: "UNQUALIFIED"})
    seen = {who: AppraisalGrade.objects.within(city.scope(who)).exists() for who in city.people}
    assert {who for who, sees in seen.items() if sees} == {"city", "district", "street", "secretary"}


def test_the_entry_tells_who_was_graded_what(city: City) -> None:
    one, other, third = members(city, 3)
    graded(city, of_all([one, other, third], 1))
    entry = AuditEntry.objects.filter(action="activities.appraise").latest("pk")
    assert entry.changes["grades"] == ["", f"优秀：{one.name}；合格：{other.name}、{third.name}"]
    number = AuditEntry.objects.count()
    graded(city, of_all([one, other, third], 1))
    assert AuditEntry.objects.count() == number, "the same once more"


def fields(page: Any) -> dict[str, str]:
    form = page.context["form"]
    return {field.name: str(field.value() or "") for field in form}


def test_the_page_is_filled_from_the_record_and_with_one_tap(city: City) -> None:
    people, client = members(city, 4), city.client("secretary")
    address = f"/branch/{city['CZ1111'].pk}/appraisals/2026/"
    file_record(city, kind="APPRAISAL", held_on=date(2026, 11, 20))
    page = client.get(address)
    typed = fields(page)
    assert (typed["self_on"], typed["polled_on"], typed["decided_on"]) == ("2026-11-20", "2026-11-20", "")
    page = client.post(address, typed | {f"grade-{people[0].pk}": "BASIC", "all": "1"})
    assert not Appraisal.objects.exists(), "shown before it is kept"
    typed = fields(page)
    assert [typed[f"grade-{one.pk}"] for one in people] == ["BASIC", "QUALIFIED", "QUALIFIED", "QUALIFIED"]
    many = typed | {f"grade-{one.pk}": "EXCELLENT" for one in people}
    assert "优秀 4 名，一般不超过 1 名" in client.post(address, many).content.decode()
    said = client.post(address, typed | {"decided_on": "2026-11-24"}, follow=True).content.decode()
    assert "2026 年度民主评议党员已保存" in said
    assert "已完成，2026-11-24 组织评定；评定等次 4 名：合格 3 名，基本合格 1 名" in said


def test_the_record_is_filled_from_the_page(city: City) -> None:
    people = members(city, 3)
    graded(city, of_all(people, 1), **STEPS)
    page = city.client("secretary").get(f"/branch/{city['CZ1111'].pk}/appraisals/2026/")
    form = city.client("secretary").get(page.context["record_url"]).context["form"]
    assert form["held_on"].value() == "2026-11-03"
    assert form["topic"].value() == "2026 年度民主评议党员"
    assert "评定等次 3 名：优秀 1 名，合格 2 名" in form["content"].value()


def test_a_page_that_was_open_before_others_were_graded_takes_nothing_back(city: City) -> None:
    one, other = members(city, 2)
    address = f"/branch/{city['CZ1111'].pk}/appraisals/2026/"
    typed = {
        name: value
        for name, value in fields(city.client("secretary").get(address)).items()
        if name != f"grade-{other.pk}"
    }
    row = graded(city, {other.pk: "BASIC"})
    city.client("secretary").post(address, typed | {"self_on": "2026-11-02", f"grade-{one.pk}": "QUALIFIED"})
    assert dict(row.grades.values_list("member", "grade")) == {one.pk: "QUALIFIED", other.pk: "BASIC"}


@pytest.mark.parametrize(
    ("who", "code", "year", "status"),
    [
        ("secretary", "CZ1111", 2026, 200), ("street", "CZ1111", 2016, 200), ("secretary", "CZ1111", 2027, 404),
        ("secretary", "CZ1111", 2015, 404), ("secretary", "CZ1112", 2026, 404), ("stranger", "CZ1111", 2026, 404),
        ("leader", "CZ1111", 2026, 403), ("street", "CZ111", 2026, 404),
    ],
)  # fmt: skip
def test_the_page_is_for_who_files_for_the_branch(city: City, who: str, code: str, year: int, status: int) -> None:
    assert city.client(who).get(f"/branch/{city[code].pk}/appraisals/{year}/").status_code == status


def test_the_page_takes_as_many_queries_for_many_members(city: City) -> None:
    client, address, numbers = city.client("secretary"), f"/branch/{city['CZ1111'].pk}/appraisals/2026/", []
    client.get(address)
    graded(city, of_all(members(city, 3), 1))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
        graded(city, of_all([*Member.objects.all(), *members(city, 9)], 1))
    assert numbers[0] == numbers[1] <= 20


@pytest.mark.parametrize(
    ("held", "values", "missing"),
    [
        (False, None, "今年还没有民主评议党员（支部工作条例）"),
        (True, None, "民主评议的会议已开，还没有评定等次"),
        (True, STEPS, "2026 年度民主评议党员还没有组织评定"),
        (True, DECIDED, ""),
    ],
)
def test_the_health_sheet_says_how_far_it_is(
    city: City, held: bool, values: dict[str, Any] | None, missing: str
) -> None:
    refresh(None, on=TODAY)
    people = members(city, 3)
    if held:
        file_record(city, kind="APPRAISAL", held_on=date(2026, 11, 20))
    if values:
        graded(city, of_all(people, 1), **values)
    told = [one.what for one in health_of(city["CZ1111"], on=TODAY).mends if "评议" in one.what]
    assert told == ([missing] if missing else [])
    sheet = city.client("street").get(f"/health/{city['CZ1111'].pk}/").content.decode()
    assert ("优秀 1 名，合格 2 名" in sheet) == bool(values)
