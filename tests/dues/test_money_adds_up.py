"""Whatever happens to the money of a city, in whatever order: every fen is somewhere, and no rule about it is broken."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import proof
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Book, Entry, EntryKind, Refund, Spending
from dues.queries.paid import paid_by_month
from dues.queries.reconciliation import flows, unreconciled
from dues.rules.refunds import refundable
from dues.services import funds, ledger, refunds
from tests.activities.test_attachments import photo
from tests.ledger import NOW, book, told
from tests.people import TODAY, City
from tests.refunds import NEXT

BRANCHES = ("CZ1111", "CZ1112")
STEPS = {"apply": "secretary", "review": "street", "approve": "district", "pay": "city", "receive": "treasurer"}
Act = tuple[str, int, int]  # what, how many fens, which of what there is
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["collect", "collect", "correct", "hand_up", "draw_up", "step", "step", "step", "back", "income", "ask",
                         "ask", "close"]),
        st.integers(1, 50_000), st.integers(0, 99),
    ),
    min_size=5, max_size=24,
)  # fmt: skip


class Money:
    """The acts on one branch and those above it; each either is done whole or is refused."""

    def __init__(self, city: City) -> None:
        self.city, self.branch = city, city["CZ1111"]

    def do(self, what: str, fens: int, which: int) -> None:
        try:
            with transaction.atomic():
                getattr(self, what)(Decimal(fens) / 100, which)
        except Refusal:
            pass

    def day(self, which: int) -> date:
        return TODAY - timedelta(days=which * 3)

    def collect(self, amount: Decimal, which: int) -> None:
        book(self.city, str(amount), day=self.day(which))

    def correct(self, amount: Decimal, which: int) -> None:
        rows = Entry.objects.filter(kind=EntryKind.COLLECTED).order_by("pk")
        if rows:
            ledger.counter(entry=rows[which % len(rows)], reason="有误", **told(self.city))

    def hand_up(self, amount: Decimal, which: int) -> None:
        """Out of the one book, into the next one above."""
        lower, upper = (("CZ1111", "CZ111"), ("CZ111", "CZ11"))[which % 2]
        book(self.city, str(-amount), at=lower, kind=EntryKind.CARRIED)
        book(self.city, str(amount), at=upper, kind=EntryKind.CARRIED)

    def draw_up(self, amount: Decimal, which: int) -> None:
        first = YearMonth.of(TODAY).plus(-1 - which % 8)
        last = min(first.plus(which % 3), YearMonth.of(TODAY).plus(-1))
        refunds.draw_up(
            party_organization=self.branch, first=first, last=last, purpose="活动", **told(self.city, "secretary")
        )

    def step(self, amount: Decimal, which: int) -> None:
        rows = Refund.objects.waiting().order_by("pk")
        if rows:
            row = rows[which % len(rows)]
            step = NEXT[Refund.State(row.state)]
            more: dict[str, Any] = {"day": TODAY} if step in ("pay", "receive") else {}
            getattr(refunds, step)(refund=row, **more, **told(self.city, STEPS[step]))

    def back(self, amount: Decimal, which: int) -> None:
        if row := Refund.objects.filter(state="APPLIED").first():
            refunds.send_back(refund=row, reason="重报", reject=bool(which % 2), **told(self.city, "street"))

    def income(self, amount: Decimal, which: int) -> None:
        book(self.city, str(amount), of=Book.FUND, kind=EntryKind.CARRIED)

    def ask(self, amount: Decimal, which: int) -> None:
        on: dict[str, Any] = {"on": TODAY}
        secretary, treasurer = self.city.user("secretary"), self.city.user("treasurer")
        row = Spending.objects.exclude(state__in=["SPENT", "RETURNED"]).first()
        if row is None:
            funds.ask_spending(
                by=secretary, party_organization=self.branch, use="LIFE", purpose="活动", asked=amount, **on
            )
        elif row.state == "REQUESTED":
            funds.discuss(by=treasurer, spending=row, discussed_on=TODAY, present=3, agreed=3, minutes="同意", **on)
        else:
            funds.attach(by=treasurer, to=row, data=photo(), name="凭证.jpg", at=NOW, **on)
            funds.spend(spending=row, amount=min(amount, row.asked), day=TODAY, **told(self.city))

    def close(self, amount: Decimal, which: int) -> None:
        month = YearMonth.of(TODAY).plus(-1 - which % 10)
        ledger.close(party_organization=self.branch, book=Book.DUES, month=month, **told(self.city))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_every_fen_is_somewhere_whatever_happens(city: City, settings: Any, tmp_path: Any, acts: list[Act]) -> None:
    settings.DATA_DIR = tmp_path
    with transaction.atomic():
        money = Money(city)
        for act in acts:
            money.do(*act)
        assert list(unreconciled()) == []
        assert list(proof.differences()) == []
        _no_rule_is_broken(city)
        transaction.set_rollback(True)


def _no_rule_is_broken(city: City) -> None:
    assert not Entry.objects.filter(balance__lt=0).exists()
    returned: dict[date, int] = {}
    for refund in Refund.objects.filter(state__in=["PAID", "RECEIVED"]):
        found = paid_by_month([refund.party_organization_id], refund.first_month, refund.last_month)
        paid = sum(found.values(), Decimal(0))
        assert refund.amount <= refundable(paid, refund.rate), "more would be returned than was paid"
        for row in refund.covered.all():
            returned[row.month] = returned.get(row.month, 0) + 1
    assert set(returned.values()) <= {1}
    spent = Entry.objects.filter(kind=EntryKind.SPENT).aggregate(sum=Sum("amount"))["sum"] or 0
    assert -spent == (Spending.objects.filter(state="SPENT").aggregate(sum=Sum("amount"))["sum"] or 0)


def test_the_command_says_where_the_money_is(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    book(city, "100", day=date(2026, 8, 3))
    book(city, "-60", kind=EntryKind.CARRIED)
    book(city, "60", at="CZ111", kind=EntryKind.CARRIED)
    assert flows() == {
        "收入": 100, "使用": 0, "拨付、上缴在途": 0, "党支部结存": 40, "县级以上结存": 0, "其他各级结存": 60, "差额": 0,
    }  # fmt: skip
    call_command("dues_reconcile")
    assert "没有差额" in capsys.readouterr().out


def test_books_of_branches_of_one_name_are_two(city: City) -> None:
    other = city["CZ1112"]
    type(other).objects.filter(pk=other.pk).update(name=city["CZ1111"].name)
    for code in ("CZ1111", "CZ1112"):
        book(city, "10", at=code)
    assert list(unreconciled()) == []
