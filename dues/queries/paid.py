"""What branches collected month by month, from the ledger: what refunds are reckoned by. 大额党费 go up whole and never count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from core.id_sets import among
from core.months import YearMonth
from dues.models import Book, Entry, EntryKind
from dues.rules.amounts import exact

COLLECTED = Q(kind=EntryKind.COLLECTED) | Q(counter_of__kind=EntryKind.COLLECTED)
Month = tuple[int, date]


def paid_by_month(branches: Collection[int], first: date, last: date) -> dict[Month, Decimal]:
    """By branch and first day of the month in which it was booked; corrections count in the month in which they were made.
    One query."""
    until = YearMonth.of(last).last_day
    rows = Entry.objects.filter(
        COLLECTED, book=Book.DUES, party_organization__in=among(branches), day__range=(first, until)
    )
    sums = rows.annotate(month=TruncMonth("day")).order_by().values_list("party_organization", "month")
    return {(branch, month): exact(total) for branch, month, total in sums.annotate(total=Sum("amount"))}


def paid_totals(asked: Iterable[tuple[int, date, date]]) -> dict[tuple[int, date, date], Decimal]:
    """What branches collected between two months, both included. One query."""
    wanted = {*asked}
    if not wanted:
        return {}
    months = paid_by_month(
        {branch for branch, _, _ in wanted}, min(first for _, first, _ in wanted), max(last for _, _, last in wanted)
    )
    of_branch: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for (branch, month), total in months.items():
        of_branch[branch].append((month, total))
    return {
        (branch, first, last): sum((total for month, total in of_branch[branch] if first <= month <= last), Decimal(0))
        for branch, first, last in wanted
    }
