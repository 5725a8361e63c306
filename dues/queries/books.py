"""How the books of Party organizations stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max, Sum

from core.id_sets import among
from dues.models import Book, Closing, Entry, EntryKind
from dues.rules.amounts import ZERO, exact


class Standing(NamedTuple):
    """How a book stands: the number of its newest line, what it holds, and the day up to which it is closed."""

    number: int
    balance: Decimal
    closed_through: date | None


def standing(party_organization: int, book: str) -> Standing:
    rows = Entry.objects.filter(party_organization=party_organization, book=book).order_by("-number")
    number, balance = rows.values_list("number", "balance").first() or (0, ZERO)
    closings = Closing.objects.filter(party_organization=party_organization, book=book)
    return Standing(number, balance, closings.aggregate(last=Max("through"))["last"])


def has_begun(party_organization: int, book: str) -> bool:
    """Whether a book has any line but an opening that was countered."""
    lines = Entry.objects.filter(party_organization=party_organization, book=book)
    later = lines.exclude(kind__in=[EntryKind.OPENING, EntryKind.COUNTER])
    return bool(standing(party_organization, book).balance) or later.exists()


def balances_of(nodes: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """What the books of several Party organizations hold. One query."""
    found: dict[int, dict[str, Decimal]] = {node: dict.fromkeys(Book.values, ZERO) for node in nodes}
    rows = (
        Entry.objects.filter(party_organization__in=among(nodes)).order_by().values_list("party_organization", "book")
    )
    for node, book, held in rows.annotate(held=Sum("amount")):
        found[node][book] = exact(held)
    return found
