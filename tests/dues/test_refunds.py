"""返还: each step by another person at its place, reckoned anew, once a month; what goes wrong is said and books nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import proof
from core.models import Parameter
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Book, Closing, Entry, EntryKind, Refund, RefundMonth, RefundStep
from dues.queries.waiting import for_me, waiting_for
from dues.rules.refunds import payroll_note, refundable
from dues.services import ledger, refunds
from tests.ledger import book, told
from tests.people import LONG_AGO, TODAY, City, account
from tests.refunds import AUGUST, ROAD, SEPTEMBER, drawn_up, go, reach

State = Refund.State


def test_a_refund_goes_from_the_list_to_the_branch(city: City) -> None:
    refund = reach(city, State.RECEIVED)
    assert (refund.paid_total, refund.rate, refund.amount) == (Decimal("120.50"), 100, Decimal("120.50"))
    assert [(one.step, one.by.username, one.node.code) for one in refund.steps.order_by("pk")] == [
        ("LIST", "secretary", "CZ1111"), ("APPLY", "secretary", "CZ1111"), ("REVIEW", "street", "CZ111"),
        ("APPROVE", "district", "CZ11"), ("PAY", "city", "CZ"), ("RECEIVE", "treasurer", "CZ1111"),
    ]  # fmt: skip
    paid, received = refund.paid_entry, refund.received_entry
    assert (paid.party_organization, paid.book, paid.amount) == (city["CZ11"], Book.DUES, Decimal("-120.50"))
    assert (received.party_organization, received.book, received.balance) == (
        city["CZ1111"],
        Book.FUND,
        Decimal("120.50"),
    )
    assert Closing.objects.get().through == SEPTEMBER.last_day, "what was returned for these months stays what was paid"
    assert list(proof.differences()) == []


@pytest.mark.parametrize(("rate", "amount"), [(100, "120.50"), (85.5, "103.02"), (50, "60.25"), (0.01, "0.01")])
def test_the_rate_in_force_gives_the_amount_to_the_whole_fen(city: City, rate: float, amount: str) -> None:
    Parameter.objects.create(key="dues.refund_rate", value=rate, valid_from=LONG_AGO, set_by=city.user("city"))
    assert drawn_up(city).amount == Decimal(amount)


def test_no_more_than_the_rate_of_what_was_paid_and_never_below_nothing() -> None:
    assert refundable(Decimal("0.01"), Decimal(50)) == 0
    assert refundable(Decimal("-5"), Decimal(100)) == 0
    assert refundable(Decimal("10.10"), Decimal("85.5")) == Decimal("8.63")


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (AUGUST, YearMonth(2026, 11), "已经结束的月份"),
        (SEPTEMBER, AUGUST, "已经结束的月份"),
        (YearMonth(2025, 8), AUGUST, "不超过 12 个月"),
        (YearMonth(2026, 1), YearMonth(2026, 2), "没有可以返还的党费"),
    ],
)
def test_a_list_is_of_months_that_are_over_and_in_which_something_was_paid(
    city: City, first: YearMonth, last: YearMonth, sentence: str
) -> None:
    book(city, "5", day=date(2026, 8, 5))
    with pytest.raises(Refusal, match=sentence):
        refunds.draw_up(
            party_organization=city["CZ1111"], first=first, last=last, purpose="x", **told(city, "secretary")
        )


def test_each_month_is_returned_once_until_its_refund_ends_without_money(city: City) -> None:
    refund = drawn_up(city)
    with pytest.raises(Refusal, match="2026-09 的党费已申请返还"):
        drawn_up(city, first=SEPTEMBER, pay=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundMonth.objects.create(refund=refund, party_organization=city["CZ1111"], month=AUGUST.first_day)
    refunds.withdraw(refund=refund, **told(city, "secretary"))
    again = reach(city, State.APPLIED, drawn_up(city, pay=False))
    refunds.send_back(refund=again, reason="重复", reject=True, **told(city, "street"))
    assert not RefundMonth.objects.exists()
    assert drawn_up(city, pay=False).state == State.LISTED


def test_a_large_gift_goes_up_whole_and_counts_in_no_refund(city: City) -> None:
    book(city, "2000", day=date(2026, 8, 7), kind=EntryKind.GIFT)
    entry = book(city, "20", day=date(2026, 8, 8))
    ledger.counter(entry=entry, reason="错", **told(city))
    refund = drawn_up(city)
    assert refund.amount == Decimal("140.50"), "a correction counts in the month in which it was made"


ALL = (
    "secretary",
    "treasurer",
    "street",
    "district",
    "city",
    "stranger",
    "leader",
    "instructor",
    "auditor",
    "sysadmin",
)
MAY = {  # by the state in which it waits, who may take the step
    State.LISTED: {"secretary"}, State.APPLIED: {"street", "district", "city"}, State.REVIEWED: {"district", "city"},
    State.APPROVED: {"city"}, State.PAID: {"treasurer"}, State.RETURNED: {"secretary"},
}  # fmt: skip


@pytest.mark.parametrize("state", MAY)
def test_each_step_is_taken_by_whom_it_is_for_and_by_nobody_else(city: City, state: str) -> None:
    refund = reach(city, state)
    able = {username for username in ALL if _able(city, refund, username)}
    assert able == MAY[state]
    assert {username for username in ALL if for_me(city.scope(username)).filter(pk=refund.pk).exists()} == able


def _able(city: City, refund: Refund, username: str) -> bool:
    try:
        with transaction.atomic():
            go(city, refund, username)
            transaction.set_rollback(True)
    except Refusal:
        return False
    return True


SECOND = [  # another account of who acted before, or somebody of the branch, at the place of the next step
    (State.APPLIED, "钱书记", "STREET", "CZ111", "申请的是您本人（同名账号“钱书记”），不能再由您审核"),
    (State.APPLIED, "赵党费", "STREET", "CZ111", "任职或曾经任职"),
    (State.REVIEWED, "孙街", "DEPARTMENT", "CZ11", "审核的是您本人（同名账号“孙街”）"),
    (State.REVIEWED, "钱 书记", "DEPARTMENT", "CZ", "申请的是您本人"),
    (State.APPROVED, "周区", "DEPARTMENT", "CZ", "审批的是您本人（同名账号“周区”）"),
    (State.PAID, "钱书记", "TREASURER", "CZ1111", "申请的是您本人"),
    (State.PAID, "陈市", "TREASURER", "CZ1111", "拨付的是您本人"),
    (State.REVIEWED, "新来的", "DEPARTMENT", "CZ111", "须在县级以上党组织"),
    (State.REVIEWED, "新来的", "DEPARTMENT", "CZ12", "须在县级以上党组织"),
    (State.APPLIED, "新来的", "STREET", "CZ112", "的上级党组织有"),
]


@pytest.mark.parametrize(("state", "name", "role", "node", "sentence"), SECOND)
def test_no_second_account_no_deputy_and_no_other_place_goes_on(
    city: City, state: str, name: str, role: str, node: str, sentence: str
) -> None:
    refund = reach(city, state)
    city.people["second"] = account("second", None, name=name, must_change_password=False)
    city.people["second"].appointments.create(role=role, node=city[node], since=LONG_AGO)
    with pytest.raises(Refusal, match=sentence.replace("（", "（?")):
        go(city, refund, "second")


def test_who_served_at_the_branch_decides_over_it_nowhere(city: City) -> None:
    """An old secretary who is at the street now, and a deputy who has a post alone."""
    refund = reach(city, State.APPLIED)
    city.user("street").appointments.create(
        role="SECRETARY", node=city["CZ1111"], since=LONG_AGO, until=date(2021, 1, 1)
    )
    with pytest.raises(Refusal, match="曾经任职"):
        go(city, refund, "street")
    city["CZ1111"].posts.create(post="DEPUTY", name="周区", source="SENT", since=LONG_AGO)
    with pytest.raises(Refusal, match="曾经任职"):
        go(city, refund, "district")


def test_what_the_ledger_says_now_must_be_what_was_applied_for(city: City) -> None:
    refund = reach(city, State.REVIEWED)
    book(city, "-20", day=date(2026, 9, 30))
    sentence = r"申请时收缴合计 120\.50 元，台账现在是 100\.50 元"
    with pytest.raises(Refusal, match=sentence):
        go(city, refund, "district")
    done, stay = refunds.approve_many(refunds=[refund.pk], **told(city, "district"))
    assert (done, [why[:12] for _, why in stay]) == ([], ["申请时收缴合计 120."])
    refunds.send_back(refund=refund, reason="台账有更正", **told(city, "district"))
    again = refunds.apply(refund=Refund.objects.get(), **told(city, "secretary"))
    assert (again.amount, again.state) == (Decimal("100.50"), State.APPLIED)


def test_what_was_returned_stays_what_was_paid(city: City) -> None:
    reach(city, State.PAID)
    with pytest.raises(Refusal, match="已结账至 2026-09-30"):
        book(city, "-20", day=date(2026, 9, 30))


def test_money_moves_from_the_day_on_which_it_was_approved(city: City) -> None:
    refund, before = reach(city, State.APPROVED), TODAY - timedelta(days=1)
    with pytest.raises(Refusal, match=f"{TODAY} 审批当天或以后"):
        refunds.pay(refund=refund, day=before, **told(city, "city"))
    paid = refunds.pay(refund=refund, day=TODAY, **told(city, "city"))
    with pytest.raises(Refusal, match=f"{TODAY} 拨付当天或以后"):
        refunds.receive(refund=paid, day=before, **told(city, "treasurer"))


def test_nobody_pays_more_than_the_committee_holds(city: City) -> None:
    refund = reach(city, State.APPROVED)
    book(city, "-900", at="CZ11", kind=EntryKind.SENT_UP, by="district")
    with pytest.raises(Refusal, match=r"余额 100\.00 元，不足以支出 120\.50 元"):
        go(city, refund, "city")
    assert Refund.objects.get().state == State.APPROVED
    assert not Closing.objects.exists()


@pytest.mark.parametrize("step", ["pay", "receive"])
def test_what_is_sent_twice_is_booked_once(city: City, step: str) -> None:
    refund = reach(city, State.APPROVED if step == "pay" else State.PAID)
    who = "city" if step == "pay" else "treasurer"
    stale = Refund.objects.get()
    go(city, refund, who)
    before = Entry.objects.count()
    with pytest.raises(Refusal, match="现在是“已"):
        go(city, stale, who, step=step)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("reject", [True, False])
def test_what_goes_back_says_why(city: City, reject: bool) -> None:
    refund = reach(city, State.APPLIED)
    with pytest.raises(Refusal, match="请写明原因"):
        refunds.send_back(refund=refund, reason=" ", reject=reject, **told(city, "street"))
    refunds.send_back(refund=refund, reason="清单不全", reject=reject, **told(city, "street"))
    step = RefundStep.objects.order_by("-pk").first()
    assert (step.get_step_display(), step.reason) == ("不予返还" if reject else "退回", "清单不全")
    with pytest.raises(Refusal, match="不能审核"):
        refunds.review(refund=refund, **told(city, "street"))


def test_whoever_returned_a_refund_may_review_it_when_it_comes_again(city: City) -> None:
    refund = reach(city, State.APPLIED)
    refunds.send_back(refund=refund, reason="清单不全", **told(city, "street"))
    refunds.apply(refund=refund, **told(city, "secretary"))
    assert go(city, refund, "street").state == State.REVIEWED


def test_a_grant_goes_the_same_road_without_months(city: City) -> None:
    book(city, "400", at="CZ11", kind=EntryKind.FROM_BELOW, by="district")
    grant = refunds.ask_grant(
        party_organization=city["CZ1111"], amount=Decimal(300), purpose="困难补助", **told(city, "secretary")
    )
    done = reach(city, State.RECEIVED, grant)
    assert (done.received_entry.kind, done.paid_entry.kind, done.months) == ("GRANT", "GRANT_PAID", "")
    assert not Closing.objects.exists()


def test_many_are_approved_at_once_in_few_statements_and_none_stays_silently(city: City) -> None:
    """Those of both branches; one is of the approver's own, one has other figures now, one is not reviewed yet."""
    chosen = [reach(city, State.REVIEWED, drawn_up(city, first=YearMonth(2026, m), last=YearMonth(2026, m), day=date(2026, m, 9)))
              for m in range(1, 7)]  # fmt: skip
    waits = reach(city, State.APPLIED, drawn_up(city))
    book(city, "1", day=date(2026, 6, 20))
    told_ = told(city, "district")
    with CaptureQueriesContext(
        connection,
    ) as few:
        done, stay = refunds.approve_many(refunds=[waits.pk, *(one.pk for one in chosen[:2])], **told_)
    assert (len(done), [(row.pk, why) for row, why in stay]) == (2, [(waits.pk, "现在是“已申请”，不能审批")])
    with CaptureQueriesContext(connection) as many:
        done, stay = refunds.approve_many(refunds=[one.pk for one in chosen[2:]], **told_)
    assert (len(done), len(stay)) == (3, 1)
    assert "台账现在是" in stay[0][1]
    assert len(many) <= len(few) + 1
    assert {*Refund.objects.filter(pk__in=[one.pk for one in done]).values_list("state", "payer__code")} == {
        ("APPROVED", "CZ11")
    }
    assert RefundStep.objects.filter(step="APPROVE").count() == 5
    assert list(proof.differences()) == []


WAITS = {
    State.LISTED: ("申请", "CZ1111", "钱书记"), State.APPLIED: ("审核", "CZ111", "孙街"),
    State.REVIEWED: ("审批", "CZ11", "周区"), State.APPROVED: ("拨付", "CZ", "陈市"),
    State.PAID: ("到账确认", "CZ1111", "赵党费"),
}  # fmt: skip


@pytest.mark.parametrize("state", WAITS)
def test_it_is_told_where_each_waits_and_with_whom(
    city: City, state: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    refund = reach(city, state)
    with django_assert_num_queries(4):
        found = waiting_for([refund], on=TODAY)[refund.pk]
    assert (found.step, found.node.code, found.whom) == WAITS[state]
    assert waiting_for([], on=TODAY) == {}


def test_the_road_is_the_one_that_was_walked() -> None:
    assert [*ROAD] == [State.LISTED, State.APPLIED, State.REVIEWED, State.APPROVED, State.PAID, State.RECEIVED]


def test_what_a_unit_may_deduct_stands_beside_what_it_gave() -> None:
    said = payroll_note(Decimal(6000), Decimal(500_000), Decimal(1))
    assert said == "本年度列支 6,000.00 元，职工年度工资薪金总额的 1% 是 5,000.00 元，超过的 1,000.00 元不能税前扣除"
    assert "可以据实税前扣除" in payroll_note(Decimal(5000), Decimal(500_000), Decimal(1))
