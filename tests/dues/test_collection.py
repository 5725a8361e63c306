"""What members pay: booked once, never overwritten, handed up with both sides' word; every fen adds up (rules §14)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Arrears, Book, Due, Entry, HandUp, Payment
from dues.queries.books import standing
from dues.queries.grid import columns, grid, newest
from dues.queries.hand_ups import held_by
from dues.rules.amounts import exact
from dues.services import hand_ups
from dues.services.assessments import Line, assess_many
from dues.services.collection import Cell, How, collect, correct, receive_gift
from members.models import Member
from members.services.members import move_to
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime(2026, 11, 24, 12))
JANUARY, NOVEMBER = date(2026, 1, 1), date(2026, 11, 1)


def branch_of(city: City, number: int = 3, base: int = 5000) -> list[Member]:
    """Members who pay 50 元 a month."""
    people = [city.member(f"党员{place}") for place in range(number)]
    lines = [Line(one.pk, "WAGE", D(base), JANUARY) for one in people]
    assess_many(by=city.user("treasurer"), lines=lines, at=NOON, on=TODAY)
    return people


def pay(
    city: City, *cells: tuple[Member, date, Any], of: str = "CZ1111", seen: int | None = None, **more: Any
) -> Entry:
    branch = city[of]
    told = [Cell(member.pk, month, D(amount)) for member, month, amount in cells]
    return collect(
        by=city.user("treasurer"), party_organization=branch, cells=told, how=How(TODAY),
        seen=newest(branch) if seen is None else seen, at=NOON, on=TODAY, **more,
    )  # fmt: skip


def reconciled(city: City, of: str = "CZ1111") -> D:
    """What stands in the book, after every sum was compared with what it is the sum of."""
    book = standing(city[of].pk, Book.DUES).balance
    entries = Entry.objects.filter(party_organization=city[of], book=Book.DUES)
    assert book == exact(entries.aggregate(total=Sum("amount"))["total"]) >= 0
    for entry in entries.filter(kind__in=("COLLECTED", "GIFT")):
        assert entry.amount == exact(entry.payments.aggregate(total=Sum("amount"))["total"])
    for due in Due.objects.all():
        assert due.paid == exact(due.payments.aggregate(total=Sum("amount"))["total"])
    feet = columns(grid(city[of], year=2026), 2026)
    received = Payment.objects.filter(party_organization=city[of], kind="DUES").aggregate(total=Sum("amount"))["total"]
    assert sum(one.here for one in feet) == exact(received)
    return book


def test_one_saving_is_one_entry_with_its_payments(city: City) -> None:
    one, two, _ = branch_of(city)
    entry = pay(city, (one, NOVEMBER, 50), (two, NOVEMBER, 20), (two, JANUARY, 50))
    assert (entry.amount, entry.number, entry.payments.count()) == (120, 1, 3)
    assert "2026-01 至 2026-11" in entry.text
    assert str(Due.objects.get(member=two, month=NOVEMBER).paid) == "20.00"
    assert Arrears.objects.get(member=two).months == 9
    assert reconciled(city) == 120


def test_the_rest_and_what_is_paid_in_advance(city: City) -> None:
    [one] = branch_of(city, 1)
    pay(city, (one, NOVEMBER, 20))
    pay(city, (one, NOVEMBER, 30), (one, date(2026, 12, 1), 50))
    assert set(Due.objects.filter(month__gte=NOVEMBER).values_list("paid", flat=True)) == {D(50)}
    with pytest.raises(Refusal, match="2027-01 没有核定"):
        pay(city, (one, date(2027, 1, 1), 50))


def test_a_month_that_began_is_paid_before_the_night_has_laid_it_out(city: City) -> None:
    [one] = branch_of(city, 1)
    december = date(2026, 12, 1)
    collect(by=None, party_organization=city["CZ1111"], cells=[Cell(one.pk, december, D(50))], how=How(december),
            seen=0, at=NOON, on=december)  # fmt: skip
    assert Due.objects.get(month=december).paid == 50
    assert Arrears.objects.get().months == 11


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "大于 0"), ("-5", "大于 0"), ("50.01", "自愿多交"), ("1050", "登记为大额党费"), ("0.001", "整分")],
)
def test_an_amount_that_cannot_be_is_refused(city: City, amount: str, said: str) -> None:
    [one] = branch_of(city, 1)
    with pytest.raises(Refusal, match=said):
        pay(city, (one, NOVEMBER, amount), more=said == "整分")
    assert reconciled(city) == 0


def test_more_than_due_is_taken_when_it_is_meant(city: City) -> None:
    [one] = branch_of(city, 1)
    with pytest.raises(Refusal, match=r"应交 50.00 元，已交 0.00 元，再交 80.00 元就多交了 30.00 元"):
        pay(city, (one, NOVEMBER, 80))
    pay(city, (one, NOVEMBER, 80), more=True)
    assert reconciled(city) == 80


@pytest.mark.parametrize("amounts", [("1050",), ("1049.99", "50.01"), ("500", "650")])
def test_a_large_gift_is_never_taken_as_dues_which_come_back(city: City, amounts: tuple[str, ...]) -> None:
    """By whatever months it is parted, and also where more is meant: it goes up whole (DUES-6)."""
    one, other = branch_of(city, 2)
    cells = [(one, date(2026, 11 - place, 1), amount) for place, amount in enumerate(amounts)]
    with pytest.raises(Refusal, match=r"1,000\.00 元以上的请登记为大额党费"):
        pay(city, *cells, more=True)
    pay(city, (one, NOVEMBER, "1049.99"), (other, NOVEMBER, "1049.99"), more=True)


def test_a_second_click_books_nothing(city: City) -> None:
    [one] = branch_of(city, 1)
    seen = newest(city["CZ1111"])
    pay(city, (one, NOVEMBER, 20), seen=seen)
    with pytest.raises(Refusal, match="刚登记过"):
        pay(city, (one, NOVEMBER, 20), seen=seen)
    assert reconciled(city) == 20


def test_members_of_elsewhere_and_months_without_a_standard_are_refused(city: City) -> None:
    [one] = branch_of(city, 1)
    stranger, unassessed = city.member("外人", of="CZ1112"), city.member("新人")
    for member in (stranger, unassessed):
        with pytest.raises(Refusal, match="没有核定党费"):
            pay(city, (one, NOVEMBER, 50), (member, NOVEMBER, 50))
    assert reconciled(city) == 0


def test_a_wrong_payment_is_countered_once_and_stays(city: City) -> None:
    one, two = branch_of(city, 2)
    payment = pay(city, (one, NOVEMBER, 50), (two, NOVEMBER, 50)).payments.get(member=one)
    told: dict[str, Any] = {"by": city.user("treasurer"), "payment": payment, "at": NOON, "on": TODAY}
    with pytest.raises(Refusal, match="写明原因"):
        correct(reason=" ", **told)
    entry = correct(reason="记错了人", **told)
    assert (entry.amount, Payment.objects.count()) == (-50, 3)
    assert "记错了人" in entry.text
    assert not Due.objects.get(member=one, month=NOVEMBER).paid
    for again in (payment, entry.payments.get()):
        with pytest.raises(Refusal, match="不能再更正"):
            correct(reason="再来", **told | {"payment": again})
    assert reconciled(city) == 50


def test_payments_are_never_changed(city: City) -> None:
    [one] = branch_of(city, 1)
    payment = pay(city, (one, NOVEMBER, 50)).payments.get()
    with pytest.raises(TypeError):
        payment.save()
    with pytest.raises(TypeError):
        Payment.objects.update(amount=1)


def test_what_was_received_stays_with_the_branch_when_a_member_moves(city: City) -> None:
    [one] = branch_of(city, 1)
    pay(city, (one, NOVEMBER, 20), (one, JANUARY, 50))
    move_to(by=None, member=one, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    [old] = grid(city["CZ1111"], year=2026)
    assert (old.left, [str(cell.here) for cell in old.cells if cell.here]) == (True, ["50.00", "20.00"])
    [new] = grid(city["CZ1112"], year=2026)
    assert [str(cell.open) for cell in new.cells if cell.month in (JANUARY, NOVEMBER)] == ["0.00", "30.00"]
    pay(city, (one, NOVEMBER, 30), of="CZ1112")
    assert (reconciled(city), reconciled(city, "CZ1112")) == (70, 30)


@pytest.mark.parametrize(("amount", "note", "said"), [("999.99", "自愿", "1,000.00 元以上"), ("1000", " ", "简要情况")])
def test_a_gift_is_large_and_told_of(city: City, amount: str, note: str, said: str) -> None:
    told: dict[str, Any] = {"by": None, "member": city.member(), "how": How(TODAY), "seen": 0, "at": NOON, "on": TODAY}
    with pytest.raises(Refusal, match=said):
        receive_gift(amount=D(amount), note=note, **told)


def test_a_gift_sent_twice_is_booked_once(city: City) -> None:
    told: dict[str, Any] = {"by": None, "how": How(TODAY), "amount": D(1000), "note": "自愿", "at": NOON, "on": TODAY}
    one, two, seen = city.member("李捐"), city.member(), newest(city["CZ1111"])
    receive_gift(member=one, seen=seen, **told)
    with pytest.raises(Refusal, match="刚登记过李捐的大额党费"):
        receive_gift(member=one, seen=seen, **told)
    receive_gift(member=two, seen=seen, **told)
    receive_gift(member=one, seen=newest(city["CZ1111"]), **told)
    assert held_by(city["CZ1111"]).gifts == 3000


def sent(city: City, amount: Any, of: str = "CZ1111", by: str = "treasurer", **more: Any) -> HandUp:
    told: dict[str, Any] = {
        "first": YearMonth(2026, 1),
        "last": YearMonth(2026, 11),
        "sent_on": TODAY,
        "at": NOON,
        "on": TODAY,
    }
    told["seen"] = held_by(city[of]).number
    return hand_ups.send(by=city.user(by), node=city[of], amount=D(amount), **told | more)


def test_what_goes_up_stands_in_one_book_at_a_time(city: City) -> None:
    [one] = branch_of(city, 1)
    pay(city, (one, NOVEMBER, 50))
    receive_gift(by=None, member=one, amount=D(1200), how=How(TODAY), note="自愿", seen=0, at=NOON, on=TODAY)
    assert held_by(city["CZ1111"])[:2] == (50, 1200)
    with pytest.raises(Refusal, match=r"可上缴的党费是 50.00 元"):
        sent(city, 51)
    with pytest.raises(Refusal, match="刚有新的登记"):
        sent(city, 50, seen=1)
    row = sent(city, 50)
    told: dict[str, Any] = {"hand_up": row, "at": NOON, "on": TODAY}
    for who, sentence in (("treasurer", "上缴的是您本人"), ("secretary", "任职或曾经任职")):
        with pytest.raises(Refusal, match=sentence):
            hand_ups.confirm(by=city.user(who), **told)
    hand_ups.send_back(by=city.user("street"), reason="少了一张回单", **told)
    assert held_by(city["CZ1111"])[:2] == (50, 1200)
    with pytest.raises(Refusal, match="已退回"):
        hand_ups.confirm(by=city.user("street"), **told)
    told["hand_up"] = sent(city, 50)
    hand_ups.confirm(by=city.user("street"), **told)
    with pytest.raises(Refusal, match="简要情况"):
        sent(city, 1200, kind="GIFT")
    gift = sent(city, 1200, kind="GIFT", note="党员自愿交纳")
    hand_ups.confirm(by=city.user("street"), **told | {"hand_up": gift})
    assert (held_by(city["CZ1111"])[:2], held_by(city["CZ111"])[:2]) == ((0, 0), (50, 1200))
    with pytest.raises(Refusal, match=r"余额 0.00 元"):
        correct(by=None, payment=Payment.objects.get(kind="DUES"), reason="错", at=NOON, on=TODAY)
    assert reconciled(city) == 0


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "correct", "send", "confirm", "back", "gift"]),
        st.integers(0, 5),
        st.integers(1, 12_000),
    ),
    max_size=14,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_whatever_happens_every_fen_is_somewhere(city: City, acts: list[tuple[str, int, int]]) -> None:
    """Payments, corrections, hand-ups and returns in any order: books never fall below zero, nothing disappears."""
    Member.objects.filter(party_organization=city["CZ1111"]).update(status="TRANSFERRED")  # of the example before
    people, came = (
        branch_of(city, 2),
        {code: standing(city[code].pk, Book.DUES).balance for code in ("CZ1111", "CZ111")},
    )
    before, received = sum(came.values()) + waiting(city), D(0)
    for act, which, fen in acts:
        amount = D(fen) / 100
        try:
            received += one_act(city, act, people[which % 2], date(2026, 1 + which, 1), amount)
        except Refusal:
            continue
    books = sum(standing(city[code].pk, Book.DUES).balance for code in ("CZ1111", "CZ111"))
    reconciled(city)
    assert books + waiting(city) == before + received


def waiting(city: City) -> D:
    return exact(HandUp.objects.filter(state="SENT").aggregate(total=Sum("amount"))["total"])


def one_act(city: City, act: str, member: Member, month: date, amount: D) -> D:
    """What came in from outside by it."""
    told: dict[str, Any] = {"at": NOON, "on": TODAY}
    payments = Payment.objects.filter(party_organization=city["CZ1111"], counter_of=None)
    sent_up = HandUp.objects.filter(state="SENT")
    match act:
        case "pay":
            return pay(city, (member, month, amount), more=True).amount
        case "correct" if payments:
            return correct(by=None, payment=payments[int(amount) % len(payments)], reason="错", **told).amount
        case "gift":
            return receive_gift(
                by=None,
                member=member,
                amount=amount + 1000,
                how=How(TODAY),
                note="自愿",
                seen=newest(city["CZ1111"]),
                **told,
            ).amount
        case "send":
            sent(city, amount)
        case "confirm" if sent_up:
            hand_ups.confirm(by=city.user("street"), hand_up=sent_up[0], **told)
        case "back" if sent_up:
            hand_ups.send_back(by=city.user("street"), hand_up=sent_up[0], reason="不符", **told)
    return D(0)
