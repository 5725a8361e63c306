"""Refunds on their road, as tests need them: each step by the person of the small city whose it is."""

from __future__ import annotations

from datetime import date

from core.months import YearMonth
from dues.models import EntryKind, Refund
from dues.services import refunds
from tests.ledger import book, told
from tests.people import TODAY, City

State = Refund.State
AUGUST, SEPTEMBER = YearMonth(2026, 8), YearMonth(2026, 9)
ROAD = {  # by the state to which it leads, the step and who takes it
    State.LISTED: ("", ""),
    State.APPLIED: ("apply", "secretary"),
    State.REVIEWED: ("review", "street"),
    State.APPROVED: ("approve", "district"),
    State.PAID: ("pay", "city"),
    State.RECEIVED: ("receive", "treasurer"),
}
NEXT = {
    State.LISTED: "apply", State.RETURNED: "apply", State.APPLIED: "review", State.REVIEWED: "approve",
    State.APPROVED: "pay", State.PAID: "receive",
}  # fmt: skip


def drawn_up(
    city: City,
    *,
    first: YearMonth = AUGUST,
    last: YearMonth = SEPTEMBER,
    pay: bool = True,
    day: date = date(2026, 8, 5),
) -> Refund:
    """A list of what was paid: 120.50 by default, and the district has what it takes to return it."""
    if pay:
        book(city, "120.50", day=day)
        book(city, "1000", at="CZ11", kind=EntryKind.OPENING, by="district")
    return refunds.draw_up(
        party_organization=city["CZ1111"], first=first, last=last, purpose="主题党日", **told(city, "secretary")
    )


def go(city: City, refund: Refund, username: str, step: str = "") -> Refund:
    """The next step of a refund by somebody."""
    step = step or NEXT[State(refund.state)]
    more = {"day": TODAY} if step in ("pay", "receive") else {}
    done: Refund = getattr(refunds, step)(refund=refund, **more, **told(city, username))
    return done


def reach(city: City, state: str, refund: Refund | None = None) -> Refund:
    """A refund on its road as far as a state."""
    refund = refund or drawn_up(city)
    wanted = [*ROAD].index(State.APPLIED if state == State.RETURNED else State(state))
    for step, username in [*ROAD.values()][1 : wanted + 1]:
        refund = go(city, Refund.objects.get(pk=refund.pk), username, step)
    if state == State.RETURNED:
        refund = refunds.send_back(refund=refund, reason="清单不全", **told(city, "street"))
    return refund
