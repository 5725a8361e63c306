"""The activity money of a Party organization: what it holds, and a year of it by source and use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from dues.models import Book, Entry, EntryKind, Publication
from dues.rules.amounts import ZERO, exact
from dues.rules.uses import ALLOWED


def has_funds(on: date) -> ExpressionWrapper:
    """Whether a Party organization, `OuterRef("pk")`, got activity money in the year of a day by then, or held some on it."""
    fund = Entry.objects.filter(book=Book.FUND, party_organization=OuterRef("pk"))
    came = fund.filter(amount__gt=0, counter_of=None, countered_by=None, day__range=(on.replace(month=1, day=1), on))
    came = came.exclude(kind__in=(EntryKind.OPENING, EntryKind.CARRIED))  # that is what it holds, as long as it does
    held = fund.filter(day__lte=on).order_by().values("party_organization").annotate(sum=Sum("amount"))
    holds = held.filter(sum__gt=0)
    return ExpressionWrapper(Q(Exists(came)) | Q(Exists(holds)), BooleanField())


def had_funds(year: int) -> Exists:
    """Whether a Party organization, `OuterRef("pk")`, has lines of activity money of a year."""
    return Exists(Entry.objects.filter(book=Book.FUND, party_organization=OuterRef("pk"), day__year=year))


def published(year: int) -> Exists:
    """Whether a Party organization, `OuterRef("pk")`, has published the year."""
    return Exists(Publication.objects.filter(party_organization=OuterRef("pk"), year=year))


def figures_of(party_organization: int, *, year: int) -> dict[str, Any]:
    """A year of the fund in plain form: what it began with, came in by source, went out by use, and ended with. A correction
    counts in the year in which it was made, as what it corrects."""
    rows = Entry.objects.filter(party_organization=party_organization, book=Book.FUND)
    before = exact(rows.filter(day__year__lt=year).aggregate(sum=Sum("amount"))["sum"])
    of_year = rows.filter(day__year=year)
    came: list[tuple[str, Decimal]] = [
        (str(name), _sum(of_year, kind))
        for kind, name in EntryKind.choices
        if kind not in (EntryKind.SPENT, EntryKind.COUNTER)
    ]
    spent = of_year.filter(Q(kind=EntryKind.SPENT) | Q(counter_of__kind=EntryKind.SPENT))
    used = spent.order_by().values_list(Coalesce("counter_of__spending__use", "spending__use"))
    times = Count("pk", filter=Q(counter_of=None)) - Count("counter_of")
    by_use = {use: (-exact(total), number) for use, total, number in used.annotate(total=Sum("amount"), number=times)}
    after = before + exact(of_year.aggregate(sum=Sum("amount"))["sum"])
    return {
        "before": _text(before),
        "came": [[name, _text(total)] for name, total in came if total],
        "came_sum": _text(sum((total for _, total in came), ZERO)),
        "spent": [
            [one.name, _text(by_use[one.code][0]), by_use[one.code][1]]
            for one in ALLOWED
            if by_use.get(one.code, (ZERO, 0))[0]
        ],
        "spent_sum": _text(-exact(spent.aggregate(sum=Sum("amount"))["sum"])),
        "after": _text(after),
    }


def _sum(rows: Any, kind: str) -> Decimal:
    return exact(rows.filter(Q(kind=kind) | Q(counter_of__kind=kind)).aggregate(sum=Sum("amount"))["sum"])


def _text(amount: Decimal) -> str:
    return f"{amount:,.2f}"
