"""Several at once: a double click books one payment, two who confirm book one receipt, a move beside a payment loses nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db.models import Sum

from dues.models import Arrears, Book, Due, Entry, HandUp, Payment
from dues.queries.books import standing
from dues.services import hand_ups
from dues.services.collection import correct
from dues.services.months import restate
from members.services.members import move_to
from tests.activities.test_twice_at_once import at_once
from tests.dues.test_collection import NOON, NOVEMBER, branch_of, pay, sent
from tests.people import TODAY, City, build_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


def test_a_saving_sent_six_times_at_once_is_booked_once(city: City) -> None:
    [one] = branch_of(city, 1)
    found = at_once(*[lambda: pay(city, (one, NOVEMBER, 20), seen=0)] * 6)
    assert sum(isinstance(entry, Entry) for entry in found) == 1
    assert (Payment.objects.count(), standing(city["CZ1111"].pk, Book.DUES).balance) == (1, 20)


def test_two_who_confirm_at_once_book_one_receipt(city: City) -> None:
    [one] = branch_of(city, 1)
    pay(city, (one, NOVEMBER, 50))
    row = sent(city, 50)
    told: dict[str, Any] = {"hand_up": row, "at": NOON, "on": TODAY}
    at_once(
        *(lambda who=who: hand_ups.confirm(by=city.user(who), **told) for who in ("street", "district", "city")),
        lambda: hand_ups.send_back(by=city.user("street"), reason="不符", **told),
    )
    row.refresh_from_db()
    above, below = (standing(city[code].pk, Book.DUES).balance for code in ("CZ111", "CZ1111"))
    assert (above, below) == ((50, 0) if row.state == HandUp.State.CONFIRMED else (0, 50))


def test_a_member_who_moves_while_others_pay_and_the_night_counts(city: City) -> None:
    one, two, _ = branch_of(city)
    found = at_once(
        lambda: pay(city, (one, NOVEMBER, 50), (one, date(2026, 12, 1), 50)),
        lambda: pay(city, (two, NOVEMBER, 50)),
        lambda: move_to(by=None, member=one, party_organization=city["CZ1112"], since=TODAY, on=TODAY),
        lambda: restate(None, on=TODAY),
    )
    assert sum(isinstance(entry, Entry) for entry in found) >= 1
    for due in Due.objects.all():
        assert due.paid == (due.payments.aggregate(total=Sum("amount"))["total"] or 0)
    booked = sum((entry.amount for entry in found if isinstance(entry, Entry)), D(0))
    assert standing(city["CZ1111"].pk, Book.DUES).balance == booked
    assert Due.objects.filter(member=one, paid=0).exclude(party_organization=city["CZ1112"]).count() == 0
    restate(None, on=TODAY)
    owed = sum(due.amount - due.paid for due in Due.objects.open().over(TODAY))
    assert sum(Arrears.objects.values_list("owed", flat=True)) == owed


def test_a_correction_of_one_branch_beside_a_payment_of_another_loses_neither(city: City) -> None:
    """Part of a month was paid in the branch that the member left."""
    people = branch_of(city, 8)
    told: dict[str, Any] = {"at": NOON, "on": TODAY}
    for one in people:
        entry = pay(city, (one, date(2026, 10, 1), 20), (one, NOVEMBER, 20))
        move_to(by=None, member=one, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
        october, november = entry.payments.order_by("due__month")
        found = at_once(
            lambda payment=october: correct(by=city.user("treasurer"), payment=payment, reason="错", **told),  # type: ignore[misc]
            lambda payment=november: correct(by=city.user("treasurer"), payment=payment, reason="错", **told),  # type: ignore[misc]
            lambda one=one: pay(city, (one, date(2026, 10, 1), 30), (one, NOVEMBER, 5), of="CZ1112"),  # type: ignore[misc]
        )
        assert all(isinstance(entry, Entry) for entry in found)
    for due in Due.objects.all():
        assert due.paid == (due.payments.aggregate(total=Sum("amount"))["total"] or 0)
    owed = sum(due.amount - due.paid for due in Due.objects.open().over(TODAY))
    assert sum(Arrears.objects.values_list("owed", flat=True)) == owed
