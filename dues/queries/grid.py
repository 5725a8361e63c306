"""The grid of a branch: its members down, the months of a year across; what was received there, and what is still to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum

from core.id_sets import among
from dues.models import Due, Payment
from dues.queries.assessments import Payer, payers
from dues.rules.amounts import ZERO, exact
from dues.rules.months import months_between
from orgs.models import PartyOrganization

Key = tuple[int, date]


@dataclass
class GridCell:
    """One member's month: what is due here, and what came in here."""

    member: int
    month: date
    amount: Decimal | None  # None: nothing is due here
    here: Decimal  # received by this branch
    paid: Decimal  # received by whatever branch
    typed: str = ""  # what was typed and not booked

    @property
    def open(self) -> Decimal:
        return max((self.amount or ZERO) - self.paid, ZERO)

    @property
    def name(self) -> str:
        """What its field is called in the form."""
        return f"pay-{self.member}-{self.month:%Y-%m}"


@dataclass(frozen=True)
class GridRow:
    payer: Payer
    cells: Sequence[GridCell]
    left: bool  # is in another branch now, or on no roll

    @property
    def paid(self) -> Decimal:
        return sum((cell.here for cell in self.cells), ZERO)


@dataclass(frozen=True)
class Column:
    month: date
    due: Decimal
    here: Decimal
    open: Decimal
    waiting: int  # cells of which something is to come


def months_of(year: int) -> Sequence[date]:
    return months_between(date(year, 1, 1), date(year, 12, 1))


def grid(branch: PartyOrganization, *, year: int) -> list[GridRow]:
    """Who belongs to the branch, and whoever paid here or owed here in the year. Six queries."""
    of_year = Due.objects.filter(month__range=(date(year, 1, 1), date(year, 12, 1))).order_by()
    owed = of_year.filter(party_organization=branch).values_list("member", flat=True).distinct()
    here = received(branch, year=year)
    people = payers(branch, year=year, also={*owed, *(member for member, _ in here)})
    found = of_year.filter(member__in=among([one.member.pk for one in people]))
    dues = {(due.member_id, due.month): due for due in found}
    rows = [_row(branch, one, dues, here, year) for one in people]
    return sorted(rows, key=lambda row: (row.left, row.payer.member.name, row.payer.member.pk))


def received(branch: PartyOrganization, *, year: int) -> Mapping[Key, Decimal]:
    """What the branch received by member and month, corrections taken off."""
    rows = Payment.objects.filter(party_organization=branch, due__month__year=year).order_by()
    sums = rows.values_list("member", "due__month").annotate(total=Sum("amount"))
    return {(member, month): exact(total) for member, month, total in sums if total}


def columns(rows: Sequence[GridRow], year: int) -> list[Column]:
    cells: dict[date, list[GridCell]] = defaultdict(list)
    for row in rows:
        for cell in row.cells:
            cells[cell.month].append(cell)
    return [
        Column(
            month,
            sum((one.amount or ZERO for one in cells[month]), ZERO),
            sum((one.here for one in cells[month]), ZERO),
            sum((one.open for one in cells[month]), ZERO),
            sum(one.open > 0 for one in cells[month]),
        )
        for month in months_of(year)
    ]


def newest(branch: PartyOrganization) -> int:
    """The newest payment of a branch: what a page has seen."""
    found: int | None = Payment.objects.filter(party_organization=branch).aggregate(last=Max("pk"))["last"]
    return found or 0


def receipts(branch: PartyOrganization, month: date) -> list[Payment]:
    """What came in at a branch for a month, in the order of the ledger, with what was countered."""
    rows = Payment.objects.filter(party_organization=branch, due__month=month)
    return list(rows.select_related("entry__entered_by", "member", "due", "countered_by").order_by("pk"))


def _row(
    branch: PartyOrganization, one: Payer, dues: Mapping[Key, Due], here: Mapping[Key, Decimal], year: int
) -> GridRow:
    """Months that have not come show what they will bring, as long as the member is here; what was paid elsewhere stands there."""
    key, cells = one.member.pk, []
    left = one.member.party_organization_id != branch.pk or not one.member.is_on_the_roll
    for month in months_of(year):
        came, due = here.get((key, month), ZERO), dues.get((key, month))
        if due is None:
            amount, paid = None if left else one.due(month), ZERO
        else:
            amount, paid = due.amount if due.party_organization_id == branch.pk else None, due.paid
        cells.append(GridCell(key, month, amount, came, paid))
    return GridRow(one, cells, left)
