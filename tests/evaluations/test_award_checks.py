"""What the registers say of whoever is proposed: each condition at its boundary, in words, with the records that it rests on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from activities.models import AppraisalGrade
from dues.models import Arrears, Due
from evaluations.models import Proposal
from evaluations.queries.awards import checks_of
from instructors.models import Assignment, Instructor, Visit
from members.models import Post, Term
from orgs.facts import refresh
from orgs.models import OwnerRecord
from tests.awards import deputy, good_branch, good_member, held, paid, propose, result, term
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db
Say = Callable[[City], Any]
DAY, OCTOBER = timedelta(days=1), date(2026, 10, 31)


def told(row: Proposal, on: date = TODAY) -> dict[str, tuple[bool, str]]:
    return {one.name: (one.fits, one.text) for one in checks_of([row], on=on)[row.pk]}


def newest_is_bad(city: City) -> None:
    result(city, city["CZ1111"], five_good=False, last=OCTOBER, total="70")


def of_others(city: City) -> None:
    """A newer round, in which it was not."""
    result(city, city["CZ1112"], node="CZ11", last=OCTOBER)


def came_from_elsewhere(city: City) -> None:
    """Its newest result is of the district from which it moved."""
    result(city, city["CZ1111"], node="CZ12", five_good=False, last=OCTOBER, total="70")


def behind(months: int) -> Say:
    def say(city: City) -> None:
        member = city.member()
        of = {"party_organization": member.party_organization, "first_month": date(2026, 4, 1), "owed": 60}
        Arrears.objects.create(member=member, months=months, run=months, **of)

    return say


def ends(day: date, extended: date | None = None) -> Say:
    def say(city: City) -> None:
        Term.objects.update(ends_on=day, extended_to=extended, extension_reason="云工委 1 号")

    return say


BRANCH: tuple[tuple[Say, str, bool, str], ...] = (
    (lambda city: None, "评定结果", True, "2026-06 评定：90.00 分，达到“五个好”"),
    (newest_is_bad, "评定结果", False, "2026-10 评定：70.00 分，没有评为“五个好”（总分没有达到 85 分）"),
    (of_others, "评定结果", True, "2026-06 评定：90.00 分，达到“五个好”"),
    (came_from_elsewhere, "评定结果", False, "2026-10 评定：70.00 分，没有评为“五个好”（总分没有达到 85 分）"),
    (ends(TODAY), "任期", True, "任期至 2026-11-24"),
    (ends(TODAY - DAY), "任期", False, "任期已于 2026-11-23 届满，没有换届"),
    (ends(TODAY - DAY, TODAY), "任期", True, "任期至 2026-11-24"),
    (lambda city: Term.objects.all().delete(), "任期", False, "没有登记任期，无从核对"),
    (behind(5), "党费", True, "没有长期不交党费的党员"),
    (behind(6), "党费", False, "有 1 名党员连续 6 个月以上没有交纳党费，没有处理"),
)


@pytest.mark.parametrize(("say", "name", "fits", "text"), BRANCH)
def test_what_is_asked_of_a_branch(city: City, say: Say, name: str, fits: bool, text: str) -> None:
    good_branch(city)
    say(city)
    assert told(propose(city, held(city, PARTY=1)))[name] == (fits, text)


def test_a_result_from_before_the_year_before_last_tells_of_nobody(city: City) -> None:
    good_branch(city)
    row = propose(city, held(city, PARTY=1))
    assert told(row, date(2028, 12, 31))["评定结果"] == (True, "2026-06 评定：90.00 分，达到“五个好”")
    assert told(row, date(2029, 1, 1))["评定结果"] == (False, "前年以来没有已确定的评定结果")


def graded(grade: str) -> Say:
    return lambda city: AppraisalGrade.objects.update(grade=grade)


def owes(city: City) -> None:
    member = Proposal.objects.get().member
    assert member
    of = {"party_organization": member.party_organization, "first_month": date(2026, 10, 1), "owed": 10}
    Arrears.objects.create(member=member, months=1, run=1, **of)


def status(value: str) -> Say:
    def say(city: City) -> None:
        member = Proposal.objects.get().member
        assert member
        member.status = value
        member.save()

    return say


def not_assessed(city: City) -> None:
    Due.objects.all().delete()


MEMBER: tuple[tuple[Say, str, bool, str], ...] = (
    (lambda city: None, "党籍", True, "正式党员，在中共澄州明川电子有限公司支部委员会"),
    (status("PROBATIONARY"), "党籍", False, "预备党员，在中共澄州明川电子有限公司支部委员会"),
    (lambda city: None, "评定结果", True, "2026-06 评定：90.00 分，达到“五个好”"),
    (lambda city: None, "民主评议", True, "2025 年度优秀"),
    (graded("QUALIFIED"), "民主评议", True, "2025 年度合格"),
    (graded("BASIC"), "民主评议", False, "2025 年度基本合格"),
    (lambda city: AppraisalGrade.objects.all().delete(), "民主评议", False, "还没有民主评议等次"),
    (lambda city: None, "党费", True, "没有欠交"),
    (owes, "党费", False, "欠交 1 个月，从 2026-10 起"),
    (not_assessed, "党费", False, "2026 年没有核定党费，无从核对"),
)


@pytest.mark.parametrize(("say", "name", "fits", "text"), MEMBER)
def test_what_is_asked_of_a_member(city: City, say: Say, name: str, fits: bool, text: str) -> None:
    row = propose(city, held(city, MEMBER=1), "MEMBER", member=good_member(city))
    say(city)
    assert told(Proposal.objects.get(pk=row.pk))[name] == (fits, text)


def guide(city: City, **values: Any) -> Instructor:
    return Instructor.objects.create(name="吴指导", source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO, **values)


def test_what_is_asked_of_an_instructor(city: City) -> None:
    unit, who = city.organization("澄州食品厂"), guide(city)
    row = propose(
        city, held(city, INSTRUCTOR=1), "INSTRUCTOR", "district", party_organization=city["CZ111"], instructor=who
    )
    assert told(row) == {"派驻": (False, "没有联系单位"), "走访": (True, "没有走访逾期")}
    Assignment.objects.create(instructor=who, organization=unit, since=LONG_AGO)
    assert told(row) == {"派驻": (True, "联系 1 家单位"), "走访": (False, "1 家走访逾期")}
    checks = checks_of([row], on=TODAY)[row.pk]
    assert [record.text for record in checks[1].records] == ["澄州食品厂：没有走访过"]
    Visit.objects.create(instructor=who, organization=unit, visited_on=TODAY, done="走访")
    assert told(row)["走访"] == (True, "没有走访逾期")
    who.until = TODAY
    who.save()
    assert told(Proposal.objects.get())["派驻"] == (False, "已于 2026-11-24 终止选派")


def test_what_is_asked_of_an_owner(city: City) -> None:
    unit = city.organization("澄州明川电子有限公司", staff=128)
    refresh([unit.pk], on=TODAY)
    row = propose(
        city, held(city, OWNER=1), "OWNER", "district", party_organization=city["CZ111"], unit=unit, name="马老板"
    )
    assert told(row)["对党建工作的态度"] == (False, "澄州明川电子有限公司没有登记出资人“马老板”的情况")
    assert told(row)["党组织"] == (False, "应建党组织，还没有建立")
    city.cover(unit, "CZ1111")
    refresh([unit.pk], on=TODAY)
    assert told(row)["党组织"] == (True, "已建党组织")
    assert told(row)["一票否决"][0], "its branch was never evaluated: nothing is known against it"
    result(city, city["CZ1111"], veto="重大环境污染事件")
    assert told(row)["一票否决"] == (False, "有一票否决事项：重大环境污染事件")
    for attitude, asked, name, fits in (
        ("NEUTRAL", TODAY, "对党建工作的态度", False),
        ("SUPPORTS", None, "对党建工作的态度", True),
        ("SUPPORTS", None, "评先选优意见", False),
        ("SUPPORTS", TODAY - timedelta(days=365), "评先选优意见", True),
        ("SUPPORTS", TODAY - timedelta(days=366), "评先选优意见", False),
    ):
        OwnerRecord.objects.create(
            organization=unit,
            name="马老板",
            attitude=attitude,
            recorded_on=TODAY,
            opinion="同意" if asked else "",
            opinion_on=asked,
        )
        assert told(row)[name][0] == fits, (attitude, asked, name)


def test_what_is_asked_of_a_party_worker(city: City) -> None:
    good_branch(city)
    member, row = city.member("孙干事"), held(city, WORKER=2)
    on_our_roll = propose(city, row, "WORKER", "district", member=member)
    assert told(on_our_roll)["班子职务"] == (False, "没有登记在任的班子职务")
    deputy(city, "孙干事", member=member)
    paid(member)
    assert {fits for fits, _ in told(on_our_roll).values()} == {True}
    sent = propose(city, row, "WORKER", "district", name="李干事")
    deputy(city)
    assert told(sent)["党费"] == (True, "不在本市名册上，党费在其所在党组织核对")
    assert told(sent)["班子职务"] == (True, "组织委员（2020-01-01 任职）")
    Post.objects.filter(name="李干事").update(member=city.member("李干事"))  # left out to say nothing of dues
    assert told(sent)["党费"] == (False, "2026 年没有核定党费，无从核对")
    Post.objects.update(until=TODAY)
    assert not told(sent)["班子职务"][0]


def test_many_are_checked_in_as_many_queries_as_one(city: City, django_assert_num_queries: Any) -> None:
    row = held(city, PARTY=9, MEMBER=9)
    first = propose(city, row, "MEMBER", member=good_member(city))
    some = [first, *(propose(city, row, "MEMBER", member=city.member()) for _ in range(3))]
    rows = [*Proposal.objects.select_related("member__party_organization", "party_organization")]
    assert len(rows) == len(some)
    with django_assert_num_queries(4):
        checks_of(rows[:1], on=TODAY)
    with django_assert_num_queries(4):
        checks_of(rows, on=TODAY)


def test_each_check_says_what_it_rests_on(city: City) -> None:
    good_branch(city)
    term(city["CZ1112"])
    row = propose(city, held(city, PARTY=1))
    assert [[one.model for one in check.records] for check in checks_of([row], on=TODAY)[row.pk]] == [
        ["evaluations.evaluation"], ["evaluations.evaluation"], ["members.term"], []
    ]  # fmt: skip
    client = city.client("street")
    page = client.get(f"/awards/proposals/{row.pk}/").content.decode()
    assert f"/evaluations/{checks_of([row], on=TODAY)[row.pk][0].records[0].pk}/" in page
    assert f"/admin/members/term/{Term.objects.get(party_organization=city['CZ1111']).pk}/change/" in page
