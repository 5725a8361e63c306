"""The activity money of a Party organization: what it holds, and a year of it by source and use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.id_sets import among
from dues.models import Book, Entry, EntryKind, Publication
from dues.rules.amounts import ZERO, exact
from dues.rules.uses import ALLOWED
from orgs.models import PartyOrganization


def income(on: date) -> QuerySet[Entry]:
    """Activity money that came in the year of a day by then and was not corrected; not what was held before."""
    came = Entry.objects.filter(book=Book.FUND, amount__gt=0, day__range=(on.replace(month=1, day=1), on))
    return came.filter(counter_of=None, countered_by=None).exclude(kind__in=(EntryKind.OPENING, EntryKind.CARRIED))


def held(on: date) -> QuerySet[Any]:
    """What each Party organization that had any activity money held on a day, as `sum`."""
    rows = Entry.objects.filter(book=Book.FUND, day__lte=on).order_by().values("party_organization")
    return rows.annotate(sum=Sum("amount")).filter(sum__gt=0)


def has_funds(on: date) -> ExpressionWrapper:
    """Whether a Party organization, `OuterRef("pk")`, got activity money in the year of a day by then, or held some on it."""
    own = Q(party_organization=OuterRef("pk"))
    return ExpressionWrapper(Q(Exists(income(on).filter(own))) | Q(Exists(held(on).filter(own))), BooleanField())


def holdings(branches: QuerySet, on: date) -> Iterator[tuple[int, Decimal, Entry]]:
    """What those of the Party organizations that hold activity money on a day hold, each with its last line. Two queries."""
    sums = {
        key: exact(total)
        for key, total in held(on).filter(party_organization__in=branches).values_list("party_organization", "sum")
    }
    last = Entry.objects.filter(book=Book.FUND, day__lte=on, party_organization=OuterRef("pk")).order_by(
        "-day", "-number"
    )
    those = PartyOrganization.objects.filter(pk__in=among(sums)).annotate(last_=Subquery(last.values("pk")[:1]))
    for entry in Entry.objects.filter(pk__in=those.values("last_")).order_by("pk"):
        yield entry.party_organization_id, sums[entry.party_organization_id], entry


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
