"""Figures of 党费 said a second time, in plain Python over the raw rows; and a year of branches to say them about."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal as D

from django.utils import timezone

from core.months import YearMonth
from dues.models import Book, Due, Entry, HandUp
from dues.queries.grid import newest
from dues.queries.hand_ups import held_by
from dues.services import hand_ups, reliefs
from dues.services.assessments import Line, assess_many
from dues.services.collection import Cell, How, collect, correct
from members.models import Member
from orgs.models import PartyOrganization
from tests.people import TODAY, City

NOON = timezone.make_aware(datetime(2026, 11, 24, 12))
BRANCHES = ("CZ1111", "CZ1112", "CZ12")
MONTHS = [date(2026, month, 1) for month in range(1, 12)]
OVER, NOW = date(2026, 10, 1), date(2026, 11, 1)
Money = tuple[int | D, int | D]


def a_year(city: City) -> None:
    """Members of three branches who pay all, some or nothing, two in hardship, some not assessed."""
    pick = random.Random(3)
    for branch in BRANCHES:
        people = [city.member(of=branch) for _ in range(12)]
        _assessed(city, pick, people)
        _lightened(city, people[:2])
        _paid(city, pick, branch, people)
        _handed_up(city, branch)


def _assessed(city: City, pick: random.Random, people: list[Member]) -> None:
    rows = []
    for place, one in enumerate(people[:10]):
        payer, base = ("TOKEN", None) if place == 4 else ("WAGE", D(pick.choice([2800, 4000.5, 12000])))
        rows.append(Line(one.pk, payer, base, NOW if place == 9 else MONTHS[0]))
    assess_many(by=city.user("treasurer"), lines=rows, at=NOON, on=TODAY)


def _lightened(city: City, people: list[Member]) -> None:
    for one, kind, monthly in zip(people, ("EXEMPT", "REDUCED"), (D(0), D("0.5")), strict=True):
        told = {"member": one, "kind": kind, "monthly": monthly, "reason": "重病", "studied_on": date(2026, 1, 5)}
        row = reliefs.propose(
            by=city.user("treasurer"), since=YearMonth(2026, 1), last=YearMonth(2026, 12), on=TODAY, **told
        )
        reliefs.decide(by=city.user("city"), relief=row, approved=True, opinion="", on=TODAY)


def _paid(city: City, pick: random.Random, branch: str, people: list[Member]) -> None:
    told = {"by": city.user("treasurer"), "at": NOON, "on": TODAY}
    for place, one in enumerate(people):
        months = list(Due.objects.filter(member=one, amount__gt=0).order_by("month"))
        until = {0: 0, 1: 11, 2: 10, 3: 11, 4: 11, 5: 9, 6: 5, 7: 3, 8: pick.randrange(11), 9: 0}.get(place, 0)
        cells = [Cell(one.pk, due.month, due.amount) for due in months[:until]]
        if place == 5 and cells:
            cells[-1] = cells[-1]._replace(amount=cells[-1].amount - D("0.01"))
        if cells:
            collect(party_organization=city[branch], cells=cells, how=How(TODAY), seen=newest(city[branch]), **told)
    entry = Entry.objects.filter(party_organization=city[branch], kind="COLLECTED").order_by("number").last()
    if entry:
        correct(payment=entry.payments.order_by("pk").last(), reason="误登", **told)


def _handed_up(city: City, branch: str) -> None:
    told = {"node": city[branch], "first": YearMonth(2026, 1), "last": YearMonth(2026, 9), "sent_on": TODAY}
    for share in (4, 3):
        held = held_by(city[branch])
        amount = (held.dues / share).quantize(D("0.01"))
        row = hand_ups.send(by=city.user("treasurer"), amount=amount, seen=held.number, at=NOON, on=TODAY, **told)
        if share == 4 and branch != "CZ12":
            hand_ups.confirm(by=city.user("city"), hand_up=row, at=NOON, on=TODAY)


def plain_figures() -> dict[str, Money]:
    """Part and whole by indicator; money in 元."""
    roll = list(Member.objects.filter(status__in=["FORMAL", "PROBATIONARY", "EXTENDED"]))
    dues = {(due.member_id, due.month): due for due in Due.objects.all()}

    def due(one: Member, month: date) -> Due | None:
        return dues.get((one.pk, month))

    def unpaid(one: Member) -> int:
        return sum(due.paid < due.amount for (key, month), due in dues.items() if key == one.pk and month <= OVER)

    assessed = [one for one in roll if due(one, OVER)]
    never = [one for one in roll if not due(one, OVER) and not due(one, NOW)]
    owing = [one for one in assessed if due(one, OVER).amount]  # type: ignore[union-attr]
    paid = [one for one in owing if not unpaid(one)]

    def of_roll(meets: Callable[[Member], object]) -> Money:
        return sum(bool(meets(one)) for one in roll), len(roll)

    return {
        "R11": (len(paid), len(owing) + len(never)),
        "R11_TOKEN": (sum(due(one, OVER).amount <= D("0.20") for one in paid), len(paid)),  # type: ignore[union-attr]
        "R11_EXEMPT": (len(assessed) - len(owing), len(roll)),
        "DUES_NOT_ASSESSED": of_roll(lambda one: not due(one, NOW)),
        "DUES_FEW": of_roll(lambda one: 1 <= unpaid(one) <= 3),
        "DUES_SOME": of_roll(lambda one: 4 <= unpaid(one) <= 5),
        "DUES_LONG": of_roll(lambda one: unpaid(one) >= 6),
        **_by_amount(list(dues.values())),
    }


def _by_amount(dues: Iterable[Due]) -> dict[str, Money]:
    over = [due for due in dues if due.month <= OVER]
    kinds = {node.pk: node.kind for node in PartyOrganization.objects.all()}
    lines = list(Entry.objects.filter(book=Book.DUES))
    sent = [row for row in HandUp.objects.all() if row.state != "RETURNED"]
    waiting = [row for row in sent if row.state == "SENT"]
    of_branches = [one for one in lines if kinds[one.party_organization_id].endswith("branch")]
    kept = sum((one.amount for one in of_branches), D(0))
    gone = sum((one.amount for one in of_branches if (one.counter_of or one).kind == "SENT_UP"), D(0))
    return {
        "R11_AMOUNT": (sum(min(one.paid, one.amount) for one in over), sum(one.amount for one in over)),
        "DUES_KEPT": (kept, kept - gone),
        "HAND_UPS_OPEN": (len(waiting), len(sent)),
        "HAND_UPS_AMOUNT": (_of_branches(waiting, kinds), _of_branches(sent, kinds)),
    }


def _of_branches(sent: Iterable[HandUp], kinds: dict[int, str]) -> D:
    return sum((one.amount for one in sent if kinds[one.from_node_id].endswith("branch")), D(0))
