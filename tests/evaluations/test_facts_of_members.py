"""Each automatic fact of a member on the small Party tree: what counts, what does not, why it cannot be told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from activities.models import (
    ActivityRecord,
    Appraisal,
    AppraisalGrade,
    Attendance,
    Campaign,
    DutyTarget,
    RecordTopic,
    RoleModelPost,
    Training,
)
from dues.models import Due
from evaluations.addresses import address_of
from evaluations.criteria.registry import criteria
from evaluations.models import Honour
from evaluations.queries.results import asked
from evaluations.rules.facts import Fact, Record, Span
from members.models import Member, Post
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import opened

pytestmark = pytest.mark.django_db
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
HALF = Span(date(2026, 1, 1), date(2026, 6, 30))
JUNE = date(2026, 6, 15)


def fact(member: Member, code: str, *, span: Span = YEAR, on: date = TODAY) -> Fact:
    source = criteria[code].source
    assert source
    return source.facts(Member.objects.filter(pk=member.pk), span, on)[member.pk]


def proofs(member: Member, code: str, *, span: Span = YEAR) -> list[Record]:
    source = criteria[code].source
    assert source
    return [*source.records(Member.objects.filter(pk=member.pk), span, TODAY).get(member.pk, ())]


def points(member: Member, code: str, **more: Any) -> D:
    one = criteria[code]
    return one.formula.points(fact(member, code, **more), one.points)


def attend(
    city: City, member: Member, kind: str, *, reason: str = "", on: date = JUNE, **values: Any
) -> ActivityRecord:
    told = {"submitted_on": on, "status": "ACCEPTED"} | values
    held = ActivityRecord.objects.create(party_organization=city["CZ1111"], kind=kind, held_on=on, **told)
    Attendance.objects.create(record=held, member=member, present=not reason, reason=reason)
    return held


def test_hours_of_a_member_and_of_whoever_holds_a_post(city: City) -> None:
    one = city.member()
    assert (points(one, "M1.1"), fact(one, "M1.1").text) == (0, "0 学时，应达到 32 学时")
    Training.objects.create(member=one, course="党校", held_on=JUNE, hours=20)
    attend(city, one, "LECTURE", credited=4)
    assert points(one, "M1.1") == 6
    assert points(one, "M1.1", span=HALF) == 8
    Post.objects.create(
        party_organization=city["CZ1111"], post="MEMBER", member=one, name="甲", source="STAFF", since=LONG_AGO
    )
    assert points(one, "M1.1") == D("3.43"), "24 of 56"
    assert len(proofs(one, "M1.1")) == 2


@pytest.mark.parametrize(
    ("code", "kind", "other"), [("M1.2", "LECTURE", "CONGRESS"), ("M4.1", "CONGRESS", "THEME_DAY")]
)
def test_presence_where_a_member_was_expected(city: City, code: str, kind: str, other: str) -> None:
    one = city.member()
    assert fact(one, code).unknown
    attend(city, one, kind, reason="LONG_SICK")
    attend(city, one, other)
    assert fact(one, code).unknown, "neither who is ill for long, nor another kind of meeting"
    for _ in range(3):
        attend(city, one, kind)
    attend(city, one, kind, reason="PERSONAL")
    attend(city, one, kind, status="RETURNED")
    attend(city, one, kind, on=date(2025, 6, 1))
    attend(city, city.member(), kind, reason="SICK")
    assert (fact(one, code).counted, fact(one, code).of) == (3, 4)
    assert points(one, code) == D("4.80"), "75 of 60 to 85 per cent of 8 points"
    assert [record.counts for record in proofs(one, code)] == [True, True, True, False]


def test_months_of_dues_that_are_over(city: City) -> None:
    one = city.member()
    assert fact(one, "M4.2").unknown == "期间没有核定党费，无从统计"
    for month, amount, paid in ((8, 0, 0), (9, 50, 50), (10, 50, 49), (11, 50, 0)):
        Due.objects.create(
            member=one, party_organization=city["CZ1111"], month=date(2026, month, 1), amount=amount, paid=paid
        )
    assert (fact(one, "M4.2").text, points(one, "M4.2")) == ("应交 2 个月，交清 1 个月", 3)
    assert [record.text for record in proofs(one, "M4.2")] == ["2026-09：已交清", "2026-10：没有交清"]
    Due.objects.filter(amount__gt=0).delete()
    assert fact(one, "M4.2").excluded == "经批准免交党费"


@pytest.mark.parametrize(("grade", "given"), [("EXCELLENT", 6), ("QUALIFIED", 4), ("BASIC", 2), ("UNQUALIFIED", 0)])
def test_the_grade_of_the_year(city: City, grade: str, given: int) -> None:
    one, new = city.member(), city.member(status="PROBATIONARY")
    assert fact(one, "M5.3").unknown == "2026 年度民主评议还没有评定等次"
    assert fact(new, "M5.3").excluded == "预备党员不评定等次"
    days = dict.fromkeys(("self_on", "mutual_on", "polled_on"), JUNE)
    held = Appraisal.objects.create(party_organization=city["CZ1111"], year=2026, **days)
    AppraisalGrade.objects.create(appraisal=held, member=one, grade=grade)
    assert fact(one, "M5.3").unknown, "not before the branch has decided"
    Appraisal.objects.update(decided_on=JUNE)
    assert points(one, "M5.3") == given
    assert fact(one, "M5.3", span=Span(date(2025, 1, 1), date(2025, 12, 31))).unknown
    assert len(proofs(one, "M5.3")) == 1


def test_targets_help_to_judge(city: City) -> None:
    one = city.member()
    assert fact(one, "M4.3").unknown
    for duty, done_on in (("甲", JUNE), ("乙", None)):
        told = {"member": one, "year": 2026, "duty": duty, "target": "目标", "done_on": done_on}
        DutyTarget.objects.create(party_organization=city["CZ1111"], **told)
    assert fact(one, "M4.3").text == "岗位目标 2 项，完成 1 项"


# --- what registers tell of whoever is judged -------------------------------------------------------------------------
BEFORE, NEW_YEAR, AFTER = date(2025, 12, 31), date(2026, 1, 1), date(2026, 7, 1)


def told(member: Member, code: str) -> tuple[str, list[str]]:
    """The fact of the half-year and its records, each of which has a page."""
    found = proofs(member, code, span=HALF)
    assert all(address_of(one) for one in found)
    return fact(member, code, span=HALF).text, [one.text for one in found]


def test_posts_and_role_models_held_in_the_time(city: City) -> None:
    one, other, branch = city.member(), city.member(), city["CZ1111"]
    assert told(one, "M2.3") == ("没有担任党内职务，没有承担责任区、先锋岗", [])
    for post, since, until in (
        ("SECRETARY", LONG_AGO, NEW_YEAR), ("PUBLICITY", LONG_AGO, date(2026, 1, 2)), ("MEMBER", HALF.last, None),
        ("DEPUTY", AFTER, None), ("ORGANIZATION", JUNE, JUNE),
    ):  # fmt: skip
        told_of = {"member": one, "name": "甲", "source": "STAFF", "since": since, "until": until}
        Post.objects.create(party_organization=branch, post=post, **told_of)
    for kind, name, until in (("AREA", "一车间", NEW_YEAR), ("POST", "质检", None)):
        RoleModelPost.objects.create(
            party_organization=branch, member=one, kind=kind, name=name, since=LONG_AGO, until=until
        )
    assert told(one, "M2.3") == (
        "担任党内职务 2 项，承担责任区、先锋岗 1 个",
        [
            f"{branch}宣传委员，{LONG_AGO} 至 2026-01-02", f"{branch}委员，2026-06-30 起",
            f"党员先锋岗 质检，{LONG_AGO} 起",
        ],
    )  # fmt: skip
    assert told(other, "M2.3")[1] == []


def test_honours_given_in_the_time_and_not_withdrawn(city: City) -> None:
    one, branch = city.member(), city["CZ1111"]
    assert told(one, "M2.2") == ("没有登记荣誉", [])
    for title, on, gone in (
        ("往年", BEFORE, None), ("先进", NEW_YEAR, None), ("撤销", JUNE, JUNE), ("标兵", HALF.last, None), ("以后", AFTER, None),
    ):  # fmt: skip
        given = {"level": "CITY", "given_by": "市委", "awarded_on": on, "withdrawn_on": gone}
        why = "有误" if gone else ""
        Honour.objects.create(party_organization=branch, member=one, title=title, withdrawn_why=why, **given)
    Honour.objects.create(party_organization=branch, title="支部", level="CITY", given_by="市委", awarded_on=JUNE)
    assert told(one, "M2.2") == ("登记荣誉 2 项", ["2026-01-01 先进，市委", "2026-06-30 标兵，市委"])


def test_activities_to_which_a_member_came(city: City) -> None:
    one, other = city.member(), city.member()
    campaign = Campaign.objects.create(committee=city["CZ111"], name="一线行动", since=LONG_AGO)
    for on, reason, values in (
        (NEW_YEAR, "", {"topic": "清洁家园"}), (JUNE, "", {}), (JUNE, "SICK", {}), (JUNE, "", {"status": "RETURNED"}),
        (BEFORE, "", {}), (AFTER, "", {}),
    ):  # fmt: skip
        held = attend(city, one, "OTHER", reason=reason, on=on, campaign=campaign, **values)
        for topic in ("CARE", "SAFETY") if on == JUNE else ("SAFETY",):
            RecordTopic.objects.create(record=held, topic=topic)
    attend(city, one, "OTHER")
    assert told(one, "M3.1") == ("参加主题实践活动 2 次", ["2026-01-01 其他活动 清洁家园", "2026-06-15 其他活动"])
    assert told(one, "M3.2") == ("参加关心关爱活动 1 次", ["2026-06-15 其他活动"])
    assert [fact(other, code, span=HALF).text for code in ("M3.1", "M3.2")] == [
        "没有参加主题实践活动的记录", "没有参加关心关爱活动的记录"
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["M2.2", "M2.3", "M3.1", "M3.2", "M4.3"])
def test_what_registers_tell_brings_no_points_by_itself(city: City, code: str) -> None:
    one, found = city.member(), opened(city, subject="MEMBER")
    score = found.evaluations.get(member=one).scores.get(criterion__code=code)
    assert (score.auto, asked(score), bool(score.fact)) == (None, True, True)
