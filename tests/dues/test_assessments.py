"""Who pays what from when: assessed, changed within the year, lightened, and followed through moves (rules §14)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone

from core.jobs import Progress
from core.models import AuditEntry, Job
from core.months import YearMonth
from core.refusals import Refusal
from dues.jobs import _turn
from dues.lists import read_assessments
from dues.models import Arrears, Assessment, Due
from dues.rules.months import Lightened, Rate, behind, due_in
from dues.services import reliefs
from dues.services.assessments import Line, assess_many, assess_member, first_month
from dues.services.months import restate
from members.models import Member
from members.services.members import move_to, set_status
from tests.people import TODAY, City

JANUARY, NOON = YearMonth(2026, 1), timezone.make_aware(datetime(2026, 11, 24, 12))


def day(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2025-12", None), ("2026-01", None), ("2026-02", "50"), ("2026-05", "50"), ("2026-06", "75"), ("2026-08", "20"),
        ("2026-09", "0"), ("2026-10", "75"), ("2026-12", "75"), ("2027-01", None),
    ],
)  # fmt: skip
def test_what_is_due_in_a_month(month: str, due: str | None) -> None:
    rates = [Rate(day("2026-02"), D(40)), Rate(day("2026-06"), D(75)), Rate(day("2026-02"), D(50))]
    lighter = [Lightened(day("2026-08"), day("2026-08"), D(20)), Lightened(day("2026-09"), day("2026-09"), D(0))]
    found = due_in(day(month), rates, lighter)
    assert found == (None if due is None else D(due))


def test_a_relief_never_makes_more_than_was_assessed() -> None:
    assert (
        due_in(day("2026-03"), [Rate(day("2026-01"), D(10))], [Lightened(day("2026-01"), day("2026-12"), D(30))]) == 10
    )


@pytest.mark.parametrize(
    ("months", "told"),
    [
        ("2026-03", ("2026-03", 1, 1)), ("2025-11 2025-12 2026-01 2026-02", ("2025-11", 4, 4)),
        ("2026-01 2026-03 2026-04 2026-06", ("2026-01", 4, 2)),
    ],
)  # fmt: skip
def test_how_far_behind(months: str, told: tuple[str, int, int]) -> None:
    found = behind([(day(month), D("0.5")) for month in months.split()])
    assert (f"{found.first:%Y-%m}", found.months, found.run) == told
    assert found.owed == D("0.5") * told[1]


# --- with a branch ---
pytestmark_db = pytest.mark.django_db


def assessed(
    city: City, member: Member, since: YearMonth = JANUARY, base: str = "5000", payer: str = "WAGE"
) -> Assessment:
    told: dict[str, Any] = {"payer": payer, "base": D(base) if base else None, "at": NOON, "on": TODAY}
    return assess_member(by=city.user("treasurer"), member=member, since=since, **told)


def dues_of(member: Member) -> dict[str, str]:
    return {f"{one.month:%m}": str(one.amount) for one in Due.objects.filter(member=member).order_by("month")}


@pytestmark_db
def test_an_assessment_makes_the_months_due_that_have_begun(city: City) -> None:
    member = city.member()
    row = assessed(city, member)
    assert (row.monthly, row.since, row.party_organization) == (D(50), date(2026, 1, 1), city["CZ1111"])
    assert dues_of(member) == {f"{month:02}": "50.00" for month in range(1, 12)}
    arrears = Arrears.objects.get(member=member)
    assert (arrears.months, arrears.run, arrears.owed, arrears.first_month) == (10, 10, 500, date(2026, 1, 1))
    restate(None, on=date(2026, 12, 1))
    assert (dues_of(member)["12"], Arrears.objects.get().months) == ("50.00", 11)


@pytestmark_db
def test_the_base_is_a_ciphertext_and_told_to_nobody_in_the_trail(city: City) -> None:
    row = assessed(city, city.member(), base="8123.45")
    with connection.cursor() as cursor:
        cursor.execute("SELECT base FROM dues_assessment")
        assert "8123" not in cursor.fetchone()[0]
    assert Assessment.objects.get(pk=row.pk).base == D("8123.45")
    entry = AuditEntry.objects.get(action="dues.assess")
    assert "8123" not in str(entry.changes)
    assert entry.path == city["CZ1111"].path


@pytestmark_db
def test_the_same_once_more_changes_nothing_and_another_takes_its_place(city: City) -> None:
    member = city.member()
    first = assessed(city, member)
    assert assessed(city, member) == first
    assessed(city, member, base="3000")
    assert set(dues_of(member).values()) == {"15.00"}
    assessed(city, member, YearMonth(2026, 6), base="10000")
    assert (dues_of(member)["05"], dues_of(member)["06"], Assessment.objects.count()) == ("15.00", "150.00", 3)


@pytestmark_db
@pytest.mark.parametrize(
    ("values", "since", "first", "said"),
    [
        ({}, "2025-01", "2026-01", ""), ({}, "2024-12", "2026-01", "不能核定"), ({}, "2027-01", "2026-01", "不能核定"),
        ({"joined_on": date(2026, 5, 20), "status": "PROBATIONARY"}, "2026-05", "2026-05", ""),
        ({"joined_on": date(2026, 5, 20), "status": "PROBATIONARY"}, "2026-04", "2026-05", "预备党员从支部大会通过之月"),
        ({"joined_on": date(2019, 5, 20)}, "2026-01", "2026-01", ""),
        ({"status": "SUSPENDED"}, "2026-01", "2026-01", "停止党籍"),
    ],
)  # fmt: skip
def test_from_which_month_on(city: City, values: dict[str, Any], since: str, first: str, said: str) -> None:
    member = city.member(**values)
    assert f"{first_month(member, 2026):%Y-%m}" == first
    if said:
        with pytest.raises(Refusal, match=said):
            assessed(city, member, YearMonth.parse(since))
        assert not Due.objects.exists()
    else:
        assert assessed(city, member, YearMonth.parse(since)).since == day(since)


@pytestmark_db
def test_next_year_is_assessed_from_december_on(city: City) -> None:
    member = city.member()
    told: dict[str, Any] = {"by": None, "member": member, "payer": "TOKEN", "base": None, "at": NOON}
    row = assess_member(since=YearMonth(2027, 1), on=date(2026, 12, 1), **told)
    assert not Due.objects.exists()
    restate(None, on=date(2027, 1, 1))
    assert Due.objects.get().amount == row.monthly == D("0.2")


@pytestmark_db
def test_open_months_go_along_with_a_member_and_end_with_the_roll(city: City) -> None:
    member = city.member()
    assessed(city, member)
    Due.objects.filter(month__lte=date(2026, 2, 1)).update(paid=50)
    Due.objects.filter(month=date(2026, 3, 1)).update(paid=20)
    move_to(by=None, member=member, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    here = Due.objects.filter(party_organization=city["CZ1111"])
    assert [f"{one.month:%m}" for one in here.order_by("month")] == ["01", "02"]
    assert Arrears.objects.get().party_organization == city["CZ1112"]
    member.refresh_from_db()
    set_status(by=None, member=member, status="TRANSFERRED", status_on=TODAY, on=TODAY)
    assert {f"{one.month:%m}": str(one.amount) for one in Due.objects.order_by("month")} == {
        "01": "50.00", "02": "50.00", "03": "20.00",
    }  # fmt: skip
    assert not Arrears.objects.exists()


@pytestmark_db
def test_who_left_by_mistake_owes_again_what_was_open(city: City) -> None:
    """Also who never paid anything, and what is older than last year."""
    member = city.member()
    for year in (2024, 2026):
        assess_member(
            by=None, member=member, since=YearMonth(year, 11), payer="TOKEN", base=None, at=NOON, on=date(year, 11, 20)
        )
    restate(None, on=date(2024, 12, 1))
    before = [*Due.objects.order_by("month").values_list("month", flat=True)]
    assert [f"{month:%Y-%m}" for month in before] == ["2024-11", "2024-12", "2026-11"]
    for status, owed in (("SUSPENDED", []), ("FORMAL", before)):
        member.refresh_from_db()
        set_status(by=None, member=member, status=status, status_on=TODAY, on=TODAY)
        assert [*Due.objects.order_by("month").values_list("month", flat=True)] == owed
        assert Arrears.objects.exists() == bool(owed)


@pytestmark_db
def test_a_list_is_entered_as_one_by_one(city: City, django_assert_max_num_queries) -> None:
    people = [city.member() for _ in range(30)]
    lines = [Line(one.pk, "WAGE", D(4000 + place), date(2026, 1, 1)) for place, one in enumerate(people)]
    with django_assert_max_num_queries(45):
        assert assess_many(by=city.user("treasurer"), lines=lines, at=NOON, on=TODAY) == 30
    assert Due.objects.count() == 30 * 11
    assert {one.base for one in Assessment.objects.all()} == {line.base for line in lines}
    entry = AuditEntry.objects.get(action="dues.assess_list")
    assert (entry.changes["rows"], entry.label) == ([None, 30], city["CZ1111"].name)
    assert (
        assess_many(by=None, lines=[*lines[:3], Line(people[4].pk, "TOKEN", None, date(2026, 1, 1))], at=NOON, on=TODAY)
        == 1
    )
    assert assessed(city, people[0], base="4000").pk == Assessment.objects.filter(member=people[0]).get().pk


@pytestmark_db
def test_a_list_says_line_by_line_what_is_wrong(city: City, tmp_path: Path) -> None:
    for name in ("林若水", "王强", "王强"):
        city.member(name)
    book = openpyxl.Workbook()
    for line in (
        ("姓名", "交纳人类别", "计算基数（元）", "自哪个月起"), ("林若水", "在职", 4500, "2026年3月"), ("王强", "", "5,000元", None),
        ("外人", "退休", 3000, None), ("林若水", "乱写", 1, None), ("林若水", "在职", "五千", None), ("林若水", "工资", 4500, "3月"),
        ("合计", None, None, None),
    ):  # fmt: skip
        book.active.append(line)
    book.save(tmp_path / "list.xlsx")
    lines, problems = read_assessments(tmp_path / "list.xlsx", name="名单.xlsx", branch=city["CZ1111"], on=TODAY)
    assert [(line.payer, line.base, line.since) for line in lines] == [("WAGE", D(4500), date(2026, 3, 1))]
    assert [(one.row, one.what[:12].strip("，")) for one in problems[:4]] == [
        (3, "本支部有 2 名“王强”"), (4, "本支部名册上没有“外人”"), (5, "没有“乱写”这种交纳人类"), (6, "“五千”不是金额，请写成"),
    ]  # fmt: skip
    assert "出现了两次" in problems[4].what


@pytestmark_db
def test_a_relief_is_proposed_by_the_branch_and_decided_above(city: City) -> None:
    member = city.member()
    assessed(city, member)
    told: dict[str, Any] = {
        "member": member,
        "since": YearMonth(2026, 6),
        "last": YearMonth(2026, 12),
        "studied_on": TODAY,
    }
    row = reliefs.propose(by=city.user("treasurer"), kind="REDUCED", monthly=D(10), reason="重病住院", on=TODAY, **told)
    assert "重病" not in str(AuditEntry.objects.get(action="dues.propose_relief").changes)
    with pytest.raises(Refusal, match="已有待审批"):
        reliefs.propose(by=city.user("treasurer"), kind="EXEMPT", monthly=D(0), reason="重病", on=TODAY, **told)
    for who, sentence in (("treasurer", "提出的是您本人"), ("secretary", "任职或曾经任职")):
        with pytest.raises(Refusal, match=sentence):
            reliefs.decide(by=city.user(who), relief=row, approved=True, opinion="", on=TODAY)
    assert dues_of(member)["06"] == "50.00"
    with pytest.raises(Refusal, match="写明原因"):
        reliefs.decide(by=city.user("street"), relief=row, approved=False, opinion=" ", on=TODAY)
    reliefs.decide(by=city.user("street"), relief=row, approved=True, opinion="", on=TODAY)
    assert (dues_of(member)["05"], dues_of(member)["06"], dues_of(member)["11"]) == ("50.00", "10.00", "10.00")
    with pytest.raises(Refusal, match="已于 2026-11-24 审批"):
        reliefs.decide(by=city.user("district"), relief=row, approved=False, opinion="不符合", on=TODAY)


@pytestmark_db
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"last": YearMonth(2027, 1)}, "跨年的分别提出"), ({"last": YearMonth(2026, 2)}, "跨年的分别提出"),
        ({"reason": " "}, "困难情况"), ({"studied_on": date(2026, 11, 25)}, "还没有发生"),
        ({"kind": "EXEMPT", "monthly": D(3)}, "免交的不填"), ({"monthly": D(0)}, "免交的不填"),
    ],
)  # fmt: skip
def test_a_relief_that_cannot_be_is_refused(city: City, values: dict[str, Any], said: str) -> None:
    told: dict[str, Any] = {
        "kind": "REDUCED", "monthly": D(5), "since": YearMonth(2026, 3), "last": YearMonth(2026, 9), "reason": "失业",
        "studied_on": TODAY,
    }  # fmt: skip
    with pytest.raises(Exception, match=said):
        reliefs.propose(by=city.user("treasurer"), member=city.member(), on=TODAY, **told | values)


def test_nights_that_were_missed_leave_no_month_out(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last night was in August of the year; the next one is in November, and one in February."""
    august, one = date(2026, 8, 20), city.member()
    assess_many(by=None, lines=[Line(one.pk, "WAGE", D(5000), JANUARY.first_day)], at=NOON, on=august)
    Job.objects.create(kind="dues.months", day=august, status="DONE")
    Job.objects.create(kind="dues.months", day=TODAY, status="FAILED")
    Job.objects.create(kind="dues.months", day=date(2028, 1, 1), status="DONE")  # when the clock was wrong
    for today, months in ((TODAY, 11), (date(2027, 2, 3), 12), (august, 12)):
        monkeypatch.setattr(timezone, "localdate", lambda today=today: today)
        _turn(Job(kind="dues.months"), Progress())
        assert Due.objects.filter(member=one).count() == months
