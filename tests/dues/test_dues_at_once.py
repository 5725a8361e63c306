"""Several at once: whatever is clicked twice, or by two, is booked once, and nothing is spent that is not there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core import proof
from core.refusals import Refusal
from dues.models import Book, Entry, EntryKind, Refund, RefundStep
from dues.queries.reconciliation import unreconciled
from dues.services import ledger, refunds
from tests.activities.test_twice_at_once import at_once
from tests.ledger import book, told
from tests.people import LONG_AGO, TODAY, City, account, build_city
from tests.refunds import drawn_up, reach

pytestmark = pytest.mark.django_db(transaction=True)
State = Refund.State


@pytest.fixture
def city(transactional_db: None) -> City:
    city = build_city()
    for username, node in (("second", "CZ11"), ("third", "CZ")):
        city.people[username] = account(username, None, name=username, must_change_password=False)
        city.people[username].appointments.create(role="DEPARTMENT", node=city[node], since=LONG_AGO)
    return city


def refused(found: list[Any]) -> int:
    return sum(isinstance(one, Refusal) for one in found)


def test_two_approvers_and_a_batch_at_once_approve_once(city: City) -> None:
    refund = reach(city, State.REVIEWED)
    found = at_once(
        *[
            lambda who=who: refunds.approve(refund=Refund.objects.get(), **told(city, who))
            for who in ("district", "second")
        ],  # type: ignore[misc]
        lambda: refunds.approve_many(refunds=[refund.pk], **told(city, "third")),
    )
    done = sum(isinstance(one, Refund) or bool(isinstance(one, tuple) and one[0]) for one in found)
    assert (done, RefundStep.objects.filter(step="APPROVE").count()) == (1, 1)


def test_a_refund_is_paid_and_received_once_however_often_it_is_sent(city: City) -> None:
    reach(city, State.APPROVED)
    found = at_once(
        *[lambda who=who: refunds.pay(refund=Refund.objects.get(), day=TODAY, **told(city, who))  # type: ignore[misc]
          for who in ("city", "third", "city", "third")]
    )  # fmt: skip
    assert refused(found) == 3
    stale = Refund.objects.get()
    found = at_once(*[lambda: refunds.receive(refund=stale, day=TODAY, **told(city))] * 4)
    assert refused(found) == 3
    assert Entry.objects.filter(kind__in=["REFUND_PAID", "REFUND"]).count() == 2
    assert list(unreconciled()) == []
    assert list(proof.differences()) == []


def test_the_same_months_are_listed_once(city: City) -> None:
    refunds.withdraw(refund=drawn_up(city), **told(city, "secretary"))
    found = at_once(*[lambda: drawn_up(city, pay=False)] * 3)
    assert refused(found) == 2


def test_a_book_is_written_line_by_line_and_never_overdrawn(city: City) -> None:
    book(city, "100")
    found = at_once(
        *[lambda: book(city, "-40", kind=EntryKind.CARRIED)] * 4,
        *[lambda: book(city, "5")] * 2,
        *[lambda: ledger.post(
            party_organization=city["CZ1111"], book=Book.FUND, kind=EntryKind.CARRIED, amount=Decimal(1), day=TODAY, text="x",
            **told(city),
        )] * 2,
    )  # fmt: skip
    assert refused(found) == 2
    numbers = Entry.objects.filter(book="DUES").order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 6))
    assert list(unreconciled()) == []


def test_payments_and_a_refund_of_their_month_never_miss_each_other(city: City) -> None:
    """Whatever comes first: the refund is of what stands in the ledger, or it is refused."""
    refund = reach(city, State.APPROVED)
    found = at_once(
        lambda: refunds.pay(refund=Refund.objects.get(), day=TODAY, **told(city, "city")),
        lambda: book(city, "-20", day=refund.last_month),
        lambda: book(city, "7", day=refund.last_month),
    )
    paid = isinstance(found[0], Refund)
    assert paid == (refused(found[1:]) == 2)
    assert list(unreconciled()) == []
