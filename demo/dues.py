"""Dues of the year: everybody assessed, the months until now paid by most, a few branches behind, one hand-up on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from core import audit, writing
from core.audit import Event
from core.indicators import Indicator, indicators
from core.months import YearMonth
from core.numbering import reserve_ids
from core.proof import proved
from core.rows import insert_rows
from demo.invent import Inventor
from dues.models import Assessment, Book, Due, Entry, EntryKind, Payment
from dues.queries.hand_ups import held_by
from dues.rules.amounts import exact
from dues.services import hand_ups
from dues.services.assessments import Line, assess_many, first_month
from dues.services.collection import restate_paid
from dues.services.ledger import POST
from dues.services.months import restate
from members.models import Member
from orgs.indicators import MONEY
from orgs.models import PartyOrganization
from reports.models import ClosedMonth

PAID_MONTHS = 4  # that are told one by one; those before are paid in the first of them
MOST_BRANCHES = 400  # of a large city, the first
LIKELY = (0.99,) * 12 + (0.9, 0.8, 0.5)  # that a member of a branch pays in a month what is open
PAYS = 0.99  # that a member pays at all


class Paid(NamedTuple):
    branch: PartyOrganization
    day: date
    dues: Sequence[tuple[int, int, Decimal]]  # member, due, amount


class Dues:
    """Told month by month, so that a closed month has what was paid by then."""

    def __init__(self, invent: Inventor, *, treasurer: User, secretarys: int, today: date) -> None:
        self.invent, self.today, self.treasurer = invent, today, treasurer
        self.secretarys = secretarys  # the branch of the accounts that sign in: this month is still to be collected
        self.branches: dict[int, PartyOrganization] = {}
        self.likely: dict[int, float] = {}
        self.never: set[int] = set()  # members who do not pay at all
        self.numbers: dict[int, int] = defaultdict(int)
        self.balances: dict[int, Decimal] = defaultdict(Decimal)

    def pass_time(self, day: date) -> None:
        """What came until the end of a month of this year, or until today: newcomers are assessed, most pay."""
        if day.year < self.today.year:
            return
        at = timezone.make_aware(datetime.combine(day, time(9)))
        standing = PartyOrganization.objects.standing().filter(members__isnull=False).distinct().order_by("pk")
        if not self.branches:
            first = (*standing.filter(pk=self.secretarys), *standing[:MOST_BRANCHES])
            self.branches = {one.pk: one for one in first}
            self.likely = {pk: 0.99 if pk == self.secretarys else self.invent.choice(LIKELY) for pk in self.branches}
        members = Member.objects.on_the_roll().filter(party_organization__in=self.branches).order_by("pk")
        new = members.exclude(pk__in=Assessment.objects.filter(since__year=self.today.year).values("member"))
        assess_many(by=None, lines=[self._line(one) for one in new], at=at, on=day)
        restate(None, on=day)
        self._pay(day, at)

    def leave_out(self, closed: ClosedMonth) -> None:
        """In a month of a year before, dues were not kept here yet: their figures print “—”, not that nobody paid."""
        if YearMonth.parse(closed.month).year < self.today.year:
            others = _codes(one for one in indicators if one.group != MONEY)
            ours = _codes(one for one in indicators if one.group == MONEY) - others
            kept = {code: name for code, name in closed.words["measures"].items() if code not in ours}
            writing.derive(ClosedMonth.objects.filter(pk=closed.pk), words=closed.words | {"measures": kept})

    def _line(self, member: Member) -> Line:
        since = first_month(member, self.today.year)
        if not self.invent.chance(PAYS):
            self.never.add(member.pk)
        payer = self.invent.choice(("WAGE",) * 12 + ("OWNER", "PENSION", "TOKEN"))
        base = None if payer == "TOKEN" else Decimal(self.invent.randint(28, 130) * 100)
        return Line(member.pk, payer, base, since)

    def _pay(self, day: date, at: datetime) -> None:
        entries, payments, events, dues = [], [], [], []
        savings = list(self._told(day))
        keys = iter(reserve_ids(Payment, sum(len(one.dues) for one in savings)))
        for pk, one in zip(reserve_ids(Entry, len(savings)), savings, strict=True):
            amount = sum((amount for _, _, amount in one.dues), Decimal(0))
            self.numbers[one.branch.pk] += 1
            self.balances[one.branch.pk] += amount
            entry = Entry(
                pk=pk, party_organization=one.branch, book=Book.DUES, number=self.numbers[one.branch.pk], day=one.day,
                kind=EntryKind.COLLECTED, amount=amount, balance=self.balances[one.branch.pk],
                text=f"收缴党费，{len(one.dues)} 笔", entered_by=self._by(one.branch), entered_at=at,
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
        restate_paid(dues, on=day)

    def _by(self, branch: PartyOrganization) -> User | None:
        return self.treasurer if branch.pk == self.secretarys else None

    def _told(self, day: date) -> Iterator[Paid]:
        """What each branch collected of what was open; the branch of the accounts has not begun with this month."""
        month = YearMonth.of(day)
        first = max(month.plus(1 - PAID_MONTHS), YearMonth(month.year, 1))
        owing: dict[int, dict[date, list[tuple[int, int, Decimal]]]] = defaultdict(lambda: defaultdict(list))
        rows = Due.objects.open().filter(party_organization__in=self.branches, month__lte=month.first_day)
        found = rows.order_by("party_organization", "pk").values_list("party_organization", "member", "pk", "month")
        for place, member, due, of, amount in found.annotate(missing=F("amount") - F("paid")):
            owing[place][max(of, first.first_day)].append((member, due, exact(amount)))
        for key, branch in self.branches.items():
            last = month.plus(-1) if (key, day) == (self.secretarys, self.today) else month
            members = sorted({member for dues in owing[key].values() for member, _, _ in dues})
            late = self.never | {member for member in members if not self.invent.chance(self.likely[key])}
            for of, dues in sorted(owing[key].items()):
                paid = [one for one in dues if one[0] not in late and of <= last.first_day]
                if paid:
                    yield Paid(branch, min(of.replace(day=10), day), paid)

    def enter(self) -> None:
        """What the branch of the accounts collected until the month before is on its way up."""
        if self.secretarys in self.branches:
            self._hand_up(self.branches[self.secretarys])

    def _hand_up(self, branch: PartyOrganization) -> None:
        held, first, last = held_by(branch), YearMonth(self.today.year, 1), YearMonth.of(self.today).plus(-1)
        if held.dues and last >= first:
            hand_ups.send(
                by=self.treasurer, node=branch, amount=held.dues, sent_on=self.today, seen=held.number,
                at=timezone.make_aware(datetime.combine(self.today, time(9))), on=self.today, first=first, last=last,
            )  # fmt: skip


def _codes(found: Iterable[Indicator]) -> set[str]:
    return {measure.code for one in found for measure in (one.denominator, one.numerator)}
