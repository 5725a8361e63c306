"""A step of a worker: branches with a year of dues, and what assessing, collecting and looking take among so many (`dues`)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from bench.branches import some_branches
from bench.timing import measure, seconds
from core.indicators import indicators
from core.months import YearMonth
from core.numbering import reserve_ids
from core.parameters import values_on
from core.rows import analyze, insert_rows, update_rows
from dues.models import Arrears, Assessment, Due, Entry, Payment
from dues.queries.grid import newest
from dues.rules.standards import assess
from dues.services.assessments import COLUMNS, Line, assess_many
from dues.services.collection import Cell, How, collect
from dues.services.months import restate
from members.models import Member
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.figures import Narrow, by_party, live
from orgs.indicators import MONEY
from orgs.models import Appointment, PartyOrganization

ROLL, BEHIND = 30, 10  # members of a branch; of so many one is behind
Values = dict[str, float]


def dues(number: str) -> Values:
    """So many members who are assessed and pay month by month; then seconds and queries of each act."""
    today = timezone.localdate()
    branches = some_branches(int(number) // ROLL, today, roll=ROLL)
    first, month = today.replace(month=1, day=1), today.replace(day=1)
    members = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    _assess(members, Decimal(4000), first, today)
    _pay(branches, today)
    for model in (Member, PartyOrganization, Assessment, Due, Entry, Payment, Arrears):
        analyze(model)
    before = YearMonth.of(today).plus(-1).first_day
    found = {
        "night": seconds(lambda: restate(None, on=today, since=before)),
        "recount": seconds(lambda: refresh(None, on=today)),
    }
    found |= _looked(branches[0], today)
    with transaction.atomic():
        found["assess"] = seconds(lambda: _assess(members, Decimal(6000), month, today))
        transaction.set_rollback(True)
    with transaction.atomic():
        found["bare"] = seconds(lambda: _bare(month, today))
        transaction.set_rollback(True)
    return found


def _looked(branch: int, today: date) -> Values:
    """A treasurer's grid and saving, a district's lists, the city's totals by level."""
    node, found = PartyOrganization.objects.get(pk=branch), Values()
    treasurer = User.objects.get(username="treasurer")
    Appointment.objects.filter(user=treasurer).delete()
    Appointment.objects.create(user=treasurer, role="TREASURER", node=node, since=today)
    own, district = Client(), Client()
    own.force_login(treasurer)
    district.force_login(User.objects.get(username="district"))
    city = scope_for(User.objects.get(username="clerk"), on=today)
    codes = [code for one in indicators if one.group == MONEY for code in (one.numerator.code, one.denominator.code)]
    payers = list(
        Due.objects.filter(party_organization=node, month=today.replace(day=1)).values_list("member", flat=True)
    )

    def save() -> None:
        cells = [Cell(payers.pop(), today.replace(day=1), Decimal(40))]
        collect(by=treasurer, party_organization=node, cells=cells, how=How(today), seen=newest(node),
                at=timezone.now(), on=today)  # fmt: skip

    measure(found, "grid", lambda: _page(own, f"/branch/{branch}/dues/"))
    measure(found, "arrears", lambda: _page(district, "/dues/arrears/"))
    measure(found, "branches", lambda: _page(district, "/dues/branches/"))
    measure(found, "totals", lambda: by_party(live(city), Narrow(), codes))
    measure(found, "collect", save)
    return found


def _page(client: Client, address: str) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        assert client.get(address).status_code == 200, address


def _assess(members: list[int], base: Decimal, since: date, today: date) -> None:
    lines = [Line(member, "WAGE", base + member % 900, since) for member in members]
    assess_many(by=None, lines=lines, at=timezone.now(), on=today)


def _bare(since: date, today: date) -> None:
    """What any way of assessing all has to do: read and decrypt what holds, load what will, update the month that is due."""
    values, rows = values_on(since), []
    held = Assessment.objects.order_by("pk").only("member_id", "party_organization_id", "base")
    for one in held.iterator(chunk_size=5_000):
        base = (one.base or Decimal(0)) + 2000
        monthly = assess("WAGE", base, values).monthly
        rows.append((one.member_id, one.party_organization_id, since, "WAGE", base, monthly, ""))
    keys = reserve_ids(Assessment, len(rows))
    told = [(key, *row) for key, row in zip(keys, rows, strict=True)]
    insert_rows(Assessment, COLUMNS, told, {"entered_at": timezone.now()})
    monthly_of = {row[0]: row[5] for row in rows}
    months = Due.objects.filter(month=since).order_by("pk").values_list("pk", "member")
    update_rows(Due, ("amount",), [(key, monthly_of[member]) for key, member in months.iterator()])


def _pay(branches: list[int], today: date) -> None:
    """Every month is paid by all but some, a line of the ledger for each month of a branch."""
    paying = Due.objects.filter(month__lt=today.replace(day=1)).exclude(member__in=_behind())
    paying.update(paid=F("amount"))
    months = [today.replace(month=month, day=1) for month in range(1, today.month)]
    balance = dict.fromkeys(branches, Decimal(0))
    for number, month in enumerate(months, 1):
        rows = list(paying.filter(month=month).values_list("pk", "member", "party_organization", "amount"))
        sums: dict[int, Decimal] = {}
        for _, _, place, amount in rows:
            sums[place] = sums.get(place, Decimal(0)) + amount
        keys = dict(zip(sums, reserve_ids(Entry, len(sums)), strict=True))
        balance = {place: held + sums.get(place, 0) for place, held in balance.items()}
        lines = [(keys[place], place, total, balance[place]) for place, total in sums.items()]
        same = {"book": "DUES", "kind": "COLLECTED", "number": number, "day": month, "text": "收缴党费",
                "entered_at": timezone.now()}  # fmt: skip
        insert_rows(Entry, ("id", "party_organization_id", "amount", "balance"), lines, same)
        paid = ((keys[place], due, member, place, amount) for due, member, place, amount in rows)
        columns = ("entry_id", "due_id", "member_id", "party_organization_id", "amount")
        insert_rows(Payment, columns, paid, {"paid_on": month})


def _behind() -> Any:
    return Member.objects.annotate(place=F("pk") % BEHIND).filter(place=0).values("pk")
