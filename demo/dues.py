"""Dues of the year: everybody assessed, the months until now paid by most, a few branches behind, one hand-up on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from core import audit
from core.audit import Event
from core.months import YearMonth
from core.numbering import reserve_ids
from core.proof import proved
from core.rows import insert_rows
from demo.invent import Inventor
from dues.models import Book, Due, Entry, EntryKind, Payment
from dues.queries.hand_ups import held_by
from dues.services import hand_ups
from dues.services.assessments import Line, assess_many, first_month
from dues.services.collection import restate_paid
from dues.services.ledger import POST
from members.models import Member
from orgs.models import PartyOrganization

PAID_MONTHS = 4  # that are told one by one; those before are paid in the first of them
MOST_BRANCHES = 400  # of a large city, the first
LIKELY = (0.99,) * 12 + (0.9, 0.8, 0.5)  # that a member of a branch pays in a month


class Paid(NamedTuple):
    branch: PartyOrganization
    day: date
    dues: Sequence[tuple[int, int, Decimal]]  # member, due, amount


class Dues:
    def __init__(self, invent: Inventor, *, treasurer: User, secretarys: int, today: date) -> None:
        self.invent, self.today, self.treasurer = invent, today, treasurer
        self.secretarys = secretarys  # the branch of the accounts that sign in: this month is still to be collected
        self.at = timezone.make_aware(datetime.combine(today, time(9)))

    def enter(self) -> None:
        branches = PartyOrganization.objects.standing().filter(members__isnull=False).distinct().order_by("pk")
        chosen = {one.pk: one for one in (*branches.filter(pk=self.secretarys), *branches[:MOST_BRANCHES])}
        members = list(Member.objects.on_the_roll().filter(party_organization__in=chosen).order_by("pk"))
        assess_many(by=None, lines=[self._line(one) for one in members], at=self.at, on=self.today)
        self._pay(chosen)
        if self.secretarys in chosen:
            self._hand_up(chosen[self.secretarys])

    def _line(self, member: Member) -> Line:
        since = first_month(member, self.today.year)
        payer = self.invent.choice(("WAGE",) * 12 + ("OWNER", "PENSION", "TOKEN"))
        base = None if payer == "TOKEN" else Decimal(self.invent.randint(28, 130) * 100)
        return Line(member.pk, payer, base, since)

    def _pay(self, branches: dict[int, PartyOrganization]) -> None:
        entries, payments, events, dues = [], [], [], []
        numbers: dict[int, int] = defaultdict(int)
        balances: dict[int, Decimal] = defaultdict(Decimal)
        savings = list(self._told(branches))
        keys = iter(reserve_ids(Payment, sum(len(one.dues) for one in savings)))
        for pk, one in zip(reserve_ids(Entry, len(savings)), savings, strict=True):
            amount = sum((amount for _, _, amount in one.dues), Decimal(0))
            numbers[one.branch.pk] += 1
            balances[one.branch.pk] += amount
            entry = Entry(
                pk=pk, party_organization=one.branch, book=Book.DUES, number=numbers[one.branch.pk], day=one.day,
                kind=EntryKind.COLLECTED, amount=amount, balance=balances[one.branch.pk],
                text=f"收缴党费，{len(one.dues)} 笔", entered_by=self._by(one.branch), entered_at=self.at,
            )  # fmt: skip
            parts = [
                Payment(pk=next(keys), entry=entry, party_organization=one.branch, member_id=member, due_id=due, amount=paid,
                        paid_on=one.day, method="ONLINE")
                for member, due, paid in one.dues
            ]  # fmt: skip
            entries.append(entry)
            payments += parts
            dues += [due for _, due, _ in one.dues]
            events.append(
                Event(POST, Entry._meta.label_lower, str(pk), str(entry), one.branch.path, proved(entry, parts))
            )
        for model, rows in ((Entry, entries), (Payment, payments)):
            columns = [column.attname for column in model._meta.concrete_fields]
            insert_rows(model, columns, [[getattr(row, name) for name in columns] for row in rows])
        audit.record_many(by=None, events=events)
        restate_paid(dues, on=self.today)

    def _by(self, branch: PartyOrganization) -> User | None:
        return self.treasurer if branch.pk == self.secretarys else None

    def _told(self, branches: dict[int, PartyOrganization]) -> Iterator[Paid]:
        """What each branch collected month by month; the branch of the accounts has not begun with this month."""
        month = YearMonth.of(self.today)
        first = max(month.plus(1 - PAID_MONTHS), YearMonth(month.year, 1))
        owing: dict[int, dict[date, list[tuple[int, int, Decimal]]]] = defaultdict(lambda: defaultdict(list))
        rows = Due.objects.filter(party_organization__in=branches, amount__gt=0).order_by("party_organization", "pk")
        for place, member, due, of, amount in rows.values_list("party_organization", "member", "pk", "month", "amount"):
            owing[place][max(of, first.first_day)].append((member, due, amount))
        for key, branch in branches.items():
            likely = 0.99 if key == self.secretarys else self.invent.choice(LIKELY)
            last = month.plus(-1) if key == self.secretarys else month
            slow: set[int] = set()
            for of, dues in sorted(owing[key].items()):
                slow |= {member for member, _, _ in dues if not self.invent.chance(likely)}
                paid = [one for one in dues if one[0] not in slow and of <= last.first_day]
                if paid:
                    yield Paid(branch, min(of.replace(day=10), self.today), paid)

    def _hand_up(self, branch: PartyOrganization) -> None:
        held, first, last = held_by(branch), YearMonth(self.today.year, 1), YearMonth.of(self.today).plus(-1)
        if held.dues and last >= first:
            hand_ups.send(
                by=self.treasurer, node=branch, amount=held.dues, sent_on=self.today, seen=held.number, at=self.at,
                on=self.today, first=first, last=last,
            )  # fmt: skip
