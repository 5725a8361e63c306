"""Each automatic fact of a branch on the small Party tree: what counts, what does not, why it cannot be told, what proves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from activities.models import (
    ActivityRecord,
    Attendance,
    Contribution,
    Obligation,
    Pledge,
    PledgeItem,
    Review,
    RoleModelPost,
    Training,
)
from core.crypto import blind_index
from dues.models import Entry
from dues.services.assessments import Line, assess_many
from evaluations.addresses import address_of
from evaluations.criteria.registry import criteria
from evaluations.rules.facts import Fact, Record, Span
from members.models import Member, Post, Term
from orgs.facts import refresh
from orgs.models import Democracy, MassOrganization, PartyOrganization, Venue, VenueUse
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
HALF = Span(date(2026, 1, 1), date(2026, 6, 30))
JUNE = date(2026, 6, 15)


def fact(city: City, code: str, *, span: Span = YEAR, on: date = TODAY, of: str = "CZ1111") -> Fact:
    source = criteria[code].source
    assert source
    return source.facts(PartyOrganization.objects.filter(code=of), span, on)[city[of].pk]


def proofs(city: City, code: str, *, span: Span = YEAR, on: date = TODAY, of: str = "CZ1111") -> list[Record]:
    source = criteria[code].source
    assert source
    found = [*source.records(PartyOrganization.objects.filter(code=of), span, on).get(city[of].pk, ())]
    assert all(address_of(one).startswith("/") for one in found)
    return found


def points(city: City, code: str, most: int | None = None, **more: Any) -> D:
    one = criteria[code]
    return one.formula.points(fact(city, code, **more), D(most) if most else one.points)


def marks(records: list[Record]) -> list[bool]:
    return [one.counts for one in records]


def appoint(city: City, post: str, member: Member | None = None, of: str = "CZ1111", **values: Any) -> Post:
    told = {"name": member.name if member else "外来书记", "source": "STAFF", "since": LONG_AGO} | values
    return Post.objects.create(party_organization=city[of], post=post, member=member, **told)


def elected(city: City, ends_on: date, **values: Any) -> Term:
    return Term.objects.create(
        party_organization=city["CZ1111"], elected_on=date(2023, 3, 1), ends_on=ends_on, **values
    )


def record(city: City, kind: str = "THEME_DAY", held_on: date = JUNE, **values: Any) -> ActivityRecord:
    told = {"submitted_on": held_on, "status": "ACCEPTED", "topic": "学习"} | values
    return ActivityRecord.objects.create(party_organization=city["CZ1111"], kind=kind, held_on=held_on, **told)


def duty(city: City, kind: str, month: int, state: str = "ON_TIME", **values: Any) -> Obligation:
    day = date(2026, month, 1)
    told = {"begins_on": day, "ends_on": day, "due_on": date(2026, month, 28), "why": "每月"} | values
    told |= {"reason": "放假"} if state == "NOT_HELD" else {}
    return Obligation.objects.create(party_organization=city["CZ1111"], month=day, kind=kind, state=state, **told)


# --- 1.1 --------------------------------------------------------------------------------------------------------------
def test_what_is_not_registered_of_the_team_is_no_fault(city: City) -> None:
    assert fact(city, "1.1").unknown == "还没有登记班子职务和任期"
    appoint(city, "SECRETARY")
    assert fact(city, "1.1").unknown == "还没有登记任期"
    elected(city, date(2028, 3, 1))
    assert points(city, "1.1") == 5
    Post.objects.all().delete()
    assert fact(city, "1.1").unknown == "还没有登记班子职务"


@pytest.mark.parametrize(
    ("formal", "posts", "ends_on", "extended", "faults", "given"),
    [
        (6, ["SECRETARY"], date(2026, 11, 24), None, set(), 5),
        (7, ["SECRETARY"], date(2028, 3, 1), None, {"committee"}, 4),
        (7, ["SECRETARY", "MEMBER"], date(2028, 3, 1), None, {"vacant"}, 4),
        (7, ["SECRETARY", "MEMBER", "PUBLICITY"], date(2028, 3, 1), None, set(), 5),
        (7, ["DEPUTY", "MEMBER", "PUBLICITY"], date(2028, 3, 1), None, {"secretary"}, 3),
        (7, ["DEPUTY"], date(2026, 11, 23), None, {"secretary", "committee", "overdue"}, 0),
        (6, ["SECRETARY"], date(2026, 11, 23), None, {"overdue"}, 3),
        (6, ["SECRETARY"], date(2026, 3, 1), date(2027, 3, 1), set(), 5),
        (6, ["SECRETARY"], date(2025, 3, 1), date(2026, 3, 1), {"overdue"}, 3),
    ],
)
def test_the_team_is_complete_and_in_term(
    city: City, formal: int, posts: list[str], ends_on: date, extended: date | None, faults: set[str], given: int
) -> None:
    people = [city.member(f"党员{place}") for place in range(formal)]
    for post, member in zip(posts, people, strict=False):
        appoint(city, post, member)
    elected(city, ends_on, extended_to=extended, extension_reason="批准" if extended else "")
    found = fact(city, "1.1")
    assert {code for code, times in (found.faults or {}).items() if times} == faults
    assert points(city, "1.1") == given
    assert marks(proofs(city, "1.1")) == [True] * len(posts) + ["overdue" not in faults]


def test_posts_count_as_they_were_at_the_end_of_the_time(city: City) -> None:
    appoint(city, "SECRETARY", city.member(), until=date(2026, 9, 1))
    elected(city, date(2028, 3, 1))
    assert (points(city, "1.1", span=HALF), points(city, "1.1")) == (5, 3)


# --- 1.2, 1.6 ---------------------------------------------------------------------------------------------------------
def test_hours_and_courses_of_the_secretary(city: City) -> None:
    assert fact(city, "1.2").unknown == fact(city, "1.6").unknown == "没有在任书记，无从统计"
    post = appoint(city, "SECRETARY")
    assert fact(city, "1.2").unknown == "书记 外来书记 不在本系统的党员名册上，无从统计"
    post.delete()
    one = city.member("钱书记")
    appoint(city, "SECRETARY", one)
    assert (points(city, "1.2"), points(city, "1.6")) == (0, 0)
    Training.objects.create(member=one, course="市委党校", held_on=JUNE, hours=24)
    Training.objects.create(member=one, course="登记错了", held_on=JUNE, hours=0)
    Training.objects.create(member=one, course="去年的课", held_on=date(2025, 6, 1), hours=24)
    for status, on in (("ACCEPTED", JUNE), ("RETURNED", JUNE), ("ACCEPTED", date(2026, 11, 25))):
        held = record(city, "LECTURE", on, status=status, credited=4, expected=1, present=1)
        Attendance.objects.create(record=held, member=one)
    assert fact(city, "1.2").text == "书记 钱书记 28 学时，应达到 56 学时"
    assert (points(city, "1.2"), points(city, "1.6")) == (1, 1)
    assert points(city, "1.2", span=HALF) == 2, "of half a year half of the hours"
    assert [one.text for one in proofs(city, "1.2")] == ["2026-06-15 党课，4 学时", "2026-06-15 市委党校，24 学时"]
    assert [one.text for one in proofs(city, "1.6")] == ["2026-06-15 市委党校，24 学时"]


@pytest.mark.parametrize(
    ("held_on", "first", "second"),
    [("2025-06-30", 0, 0), ("2025-07-01", 1, 0), ("2026-01-01", 1, 1), ("2026-06-30", 1, 1), ("2026-07-01", 0, 1)],
)
def test_the_course_of_a_year_is_one_of_the_twelve_months_that_end_with_half_a_year(
    city: City, held_on: str, first: int, second: int
) -> None:
    one = city.member("钱书记")
    appoint(city, "SECRETARY", one)
    Training.objects.create(member=one, course="市委党校", held_on=date.fromisoformat(held_on), hours=24)
    for span, number in ((HALF, first), (Span(date(2026, 7, 1), YEAR.last), second)):
        assert points(city, "1.6", span=span, on=date(2027, 1, 5)) == number
        assert len(proofs(city, "1.6", span=span, on=date(2027, 1, 5))) == number
        text = fact(city, "1.6", span=span, on=date(2027, 1, 5)).text
        assert text == f"书记 钱书记 到 {span.last} 的十二个月内{'参加集中培训 1 次' if number else '没有参加集中培训'}"
    assert "月内" not in fact(city, "1.6").text


# --- 1.5, 3.1 ---------------------------------------------------------------------------------------------------------
def test_meetings_of_the_committee_else_of_all(city: City) -> None:
    assert fact(city, "1.5").unknown
    duty(city, "THEME_DAY", 3)
    duty(city, "CONGRESS", 3)
    duty(city, "CONGRESS", 6, "OPEN")
    duty(city, "CONGRESS", 12, "OPEN")
    assert fact(city, "1.5").text == "没有支委会，党员大会应召开 2 次，召开 1 次"
    assert points(city, "1.5") == 2
    held = record(city, "COMMITTEE")
    for month, state in ((1, "ON_TIME"), (2, "LATE"), (3, "NOT_HELD"), (4, "OPEN")):
        duty(city, "COMMITTEE", month, state, record=held if month == 1 else None)
    assert fact(city, "1.5").text == "支委会应召开 4 次，召开 2 次"
    found = proofs(city, "1.5")
    assert marks(found) == [True, True, False, False]
    assert [one.model for one in found[:2]] == ["activities.activityrecord", "orgs.partyorganization"]


def test_what_is_due_counts_in_time_and_when_it_is_over(city: City) -> None:
    assert fact(city, "3.1").unknown
    for kind, month, state in (
        ("THEME_DAY", 1, "ON_TIME"), ("THEME_DAY", 2, "LATE"), ("LECTURE", 3, "ON_TIME"), ("LIFE_MEETING", 3, "OPEN"),
        ("ANY", 1, "ON_TIME"), ("TALK", 3, "ON_TIME"), ("THEME_DAY", 11, "OPEN"), ("APPRAISAL", 12, "ON_TIME"),
    ):  # fmt: skip
        duty(city, kind, month, state)
    assert fact(city, "3.1").text == "到期 5 项，按时 3 项"
    assert points(city, "3.1") == D("4.80")
    assert marks(proofs(city, "3.1")) == [True, False, True, False, True]
    assert fact(city, "3.1", span=HALF).text == "到期 4 项，按时 2 项"
    assert fact(city, "3.1", on=date(2026, 11, 28)).of == 5, "its last day is not over"
    assert fact(city, "3.1", on=date(2026, 11, 29)).of == 6


# --- 2.1, 2.2, 2.3, 2.5 -----------------------------------------------------------------------------------------------
def test_fields_that_say_something(city: City) -> None:
    assert fact(city, "2.1").unknown == "名册上没有党员"
    whole = {
        "sex": "1", "born_on": LONG_AGO, "ethnicity": "01", "education": "20", "phone": "13900000000", "job": "MANAGEMENT",
        "joined_on": LONG_AGO, "id_number": "11010519491231002X", "id_digest": blind_index("11010519491231002X"), "id_note": "",
    }  # fmt: skip
    city.member("齐全", formal_on=LONG_AGO, **whole)
    city.member("预备", status="PROBATIONARY", joined_on=LONG_AGO)
    city.member("去世", status="DECEASED")
    assert fact(city, "2.1").text == "2 名党员应填 17 项，已填 10 项"
    assert points(city, "2.1") == D("2.35")
    assert [one.text for one in proofs(city, "2.1")] == [
        "齐全：齐全", "预备：缺公民身份号码、性别、出生日期、民族、学历、联系电话、岗位",
    ]  # fmt: skip
    assert "13900000000" not in str(proofs(city, "2.1"))


def test_who_came_of_whom_it_was_expected(city: City) -> None:
    assert fact(city, "2.2").unknown
    duty(city, "THEME_DAY", 3, "OPEN")
    assert fact(city, "2.2").text == "应办 1 项，没有上报到会情况"
    assert points(city, "2.2") == 0
    record(city, expected=10, present=8)
    record(city, expected=10, present=6, status="SUBMITTED")
    record(city, expected=10, present=10, status="RETURNED")
    record(city, expected=10, present=10, held_on=date(2025, 12, 31))
    record(city, "TALK", expected=0)
    assert fact(city, "2.2").text == "应到 20 人次，实到 14 人次"
    assert points(city, "2.2") == 2, "70 of 60 to 85 per cent"
    assert len(proofs(city, "2.2")) == 2


def test_members_with_enough_hours(city: City) -> None:
    enough, half, leader = (city.member(name) for name in ("甲", "乙", "丙"))
    appoint(city, "MEMBER", leader)
    for one, hours in ((enough, 32), (half, 16), (leader, 55)):
        Training.objects.create(member=one, course="党校", held_on=JUNE, hours=hours)
    assert (fact(city, "2.3").counted, points(city, "2.3")) == (1, 1)
    assert fact(city, "2.3", span=HALF).counted == 3
    assert marks(proofs(city, "2.3")) == [True, False, False]


def test_members_who_hold_a_post_of_a_role_model(city: City) -> None:
    one, _ = city.member("甲"), city.member("乙")
    RoleModelPost.objects.create(
        party_organization=city["CZ1111"], kind="AREA", name="一车间", member=one, since=LONG_AGO
    )
    assert fact(city, "2.5").text == "2 名党员中 1 名承担责任区、先锋岗"
    assert len(proofs(city, "2.5")) == 1


# --- 3.2 --------------------------------------------------------------------------------------------------------------
def test_records_in_time_and_in_order(city: City) -> None:
    assert fact(city, "3.2").unknown
    record(city)
    record(city, flags="A6,A8")
    record(city, status="SUBMITTED")
    record(city, status="RETURNED")
    often = record(city)
    for _ in range(2):
        Review.objects.create(
            record=often, by=city.user("street"), at=timezone.now(), verdict="RETURNED", reason="补充"
        )
    found = fact(city, "3.2")
    assert found.text == "审核过的记录 4 份，按时提交并通过 2 份，退回两次以上 1 份"
    assert points(city, "3.2") == D("1.50"), "4 × 2 ÷ 4 − 0.5"
    assert marks(proofs(city, "3.2")) == [True, False, False, True]


# --- 3.3 --------------------------------------------------------------------------------------------------------------
def test_dues_as_their_figure_has_them(city: City) -> None:
    assert fact(city, "3.3").unknown == "名册上没有党员"
    people = [city.member(name) for name in ("清", "欠", "未核定")]
    assert (fact(city, "3.3").of, points(city, "3.3")) == (3, 0)
    lines = [Line(one.pk, "WAGE", D(5000), date(2026, 1, 1)) for one in people[:2]]
    assess_many(by=city.user("treasurer"), lines=lines, at=timezone.now(), on=TODAY)
    from dues.models import Arrears, Due  # noqa: PLC0415

    Due.objects.filter(member=people[0]).update(paid=50)
    Arrears.objects.filter(member=people[0]).delete()
    assert fact(city, "3.3").text == "应交党费的党员 3 名，已交清 1 名"
    assert points(city, "3.3") == 1
    assert marks(proofs(city, "3.3")) == [True, False, False]
    Due.objects.filter(member=people[1]).update(amount=0)
    Arrears.objects.all().delete()
    people[2].delete()
    assert (fact(city, "3.3").counted, fact(city, "3.3").of) == (1, 1), "who is exempt is left out"
    Due.objects.filter(member=people[0]).update(amount=0)
    assert fact(city, "3.3").excluded


# --- 3.4, 3.5, 3.6 ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("staff", "kinds", "given"),
    [
        (200, (), "0.00"), (200, ("UNION",), "1.00"), (200, ("UNION", "YOUTH", "WOMEN"), "3.00"), (50, (), "0.00"),
        (49, (), "2.00"), (25, (), "2.00"), (24, (), "3.00"), (24, ("UNION",), "3.00"), (None, (), ""),
        (None, ("UNION", "YOUTH", "WOMEN"), "3.00"),
    ],
)  # fmt: skip
def test_mass_organizations_by_what_the_size_asks(
    city: City, staff: int | None, kinds: tuple[str, ...], given: str
) -> None:
    unit = city.organization(staff=staff)
    city.cover(unit, "CZ1111")
    refresh(None, on=TODAY)
    for kind in kinds:
        MassOrganization.objects.create(organization=unit, kind=kind, founded_on=LONG_AGO)
    if given:
        assert points(city, "3.4") == D(given)
    else:
        assert fact(city, "3.4").unknown == "1 家单位人数不明，不知应建哪些群团组织"
    assert len(proofs(city, "3.4")) == 3


def test_mass_organizations_of_several_units_and_of_none(city: City) -> None:
    assert fact(city, "3.4").excluded == fact(city, "3.6").excluded == "没有覆盖的单位"
    for staff in (200, 24):
        city.cover(city.organization(staff=staff), "CZ1111")
    closed = city.organization(staff=200)
    city.cover(closed, "CZ1111")
    MassOrganization.objects.create(organization=closed, kind="UNION", closed_on=TODAY)
    refresh(None, on=TODAY)
    assert (fact(city, "3.4").counted, fact(city, "3.4").of) == (3, 9)


def test_a_place_to_meet_and_money_to_work_with(city: City) -> None:
    assert points(city, "3.5") == 0
    venue = Venue.objects.create(name="党群服务中心", kind=Venue.Kind.values[0], managed_by=city["CZ111"])
    VenueUse.objects.create(venue=venue, party_organization=city["CZ1111"], since=LONG_AGO)
    assert points(city, "3.5") == 1
    Entry.objects.create(
        party_organization=city["CZ1111"], book="FUND", number=1, day=JUNE, kind="FEE", amount=100, balance=100, text="管理费",
        entered_at=timezone.now(),
    )  # fmt: skip
    assert points(city, "3.5") == 2
    assert len(proofs(city, "3.5")) == 3, "the place, what came, what is held"
    assert points(city, "3.5", span=Span(date(2025, 1, 1), date(2025, 12, 31))) == 1, "the money came later"


def test_money_that_was_carried_over_is_shown_with_its_last_line(city: City) -> None:
    def line(number: int, day: date, amount: int, balance: int, **more: Any) -> Entry:
        told = {"kind": "FEE", "text": f"第{number}笔", "entered_at": timezone.now(), "book": "FUND"} | more
        return Entry.objects.create(
            party_organization=city["CZ1111"], number=number, day=day, amount=amount, balance=balance, **told
        )

    last_year = date(2025, 12, 1)
    line(1, last_year, 100, 100)
    line(2, last_year, -40, 60, kind="SPENT")
    [held] = proofs(city, "3.5")
    assert held.text == f"经费：{TODAY} 结存 60.00 元，最后一笔 2025-12-01 第2笔"
    line(3, date(2026, 1, 5), -60, 0, kind="SPENT")
    assert (proofs(city, "3.5"), fact(city, "3.5").faults["funds"]) == ([], 1), "nothing is held, nothing came"
    came = line(4, JUNE, 50, 50)
    line(5, JUNE, -50, 0, kind="COUNTER", counter_of=came)
    assert (proofs(city, "3.5"), fact(city, "3.5").faults["funds"]) == ([], 1), (
        "a line that was corrected proves nothing"
    )
    line(6, JUNE, 70, 70)
    line(7, JUNE, -70, 0, kind="SPENT")
    assert [one.text for one in proofs(city, "3.5")] == ["经费：2026-06-15 第6笔"]


def test_democracy_in_the_units(city: City) -> None:
    one, other = city.organization(), city.organization()
    for unit in (one, other):
        city.cover(unit, "CZ1111")
    Democracy.objects.create(organization=one, kind="CONGRESS", held_on=JUNE)
    Democracy.objects.create(organization=other, kind="TALK", held_on=date(2025, 6, 1))
    assert fact(city, "3.6").text == "2 家单位中 1 家开展了民主管理"
    assert len(proofs(city, "3.6")) == 1


# --- 4.4 and what helps to judge --------------------------------------------------------------------------------------
def test_what_was_promised_and_done_in_time(city: City) -> None:
    assert fact(city, "4.4").unknown
    for what, due_on, done_on in (
        ("甲", JUNE, JUNE), ("乙", JUNE, date(2026, 6, 16)), ("丙", JUNE, None), ("丁", TODAY, None), ("戊", date(2025, 6, 1), None),
    ):  # fmt: skip
        PledgeItem.objects.create(
            party_organization=city["CZ1111"], year=2026, what=what, due_on=due_on, done_on=done_on
        )
    assert fact(city, "4.4").text == "到期的责任书事项 3 项，按期完成 1 项"
    assert points(city, "4.4") == 1
    assert marks(proofs(city, "4.4")) == [True, False, False]


def test_what_helps_to_judge_is_counted(city: City) -> None:
    Pledge.objects.create(party_organization=city["CZ1111"], year=2026, signed_with=city["CZ111"], signed_on=JUNE)
    appoint(city, "SECRETARY", city.member(), source="MANAGEMENT")
    for kind, on in (
        ("PROPOSAL", JUNE),
        ("BREAKTHROUGH", JUNE),
        ("SERVICE", JUNE),
        ("DECISIONS", JUNE),
        ("RIGHTS", JUNE),
        ("PROPOSAL", date(2025, 1, 1)),
    ):
        Contribution.objects.create(party_organization=city["CZ1111"], kind=kind, done_on=on, what="事项")
    told = {code: fact(city, code).text for code in ("1.3", "1.4", "4.2", "5.3", "5.4")}
    assert told == {
        "1.3": "班子中来自本单位管理层的 1 人次；登记参与决策 1 件", "1.4": "登记责任书 1 份", "4.2": "登记合理化建议、攻关 2 件", "5.3": "登记维权 1 件",
        "5.4": "登记办实事 1 件",
    }  # fmt: skip
    assert [len(proofs(city, code)) for code in told] == [2, 1, 2, 1, 1]
