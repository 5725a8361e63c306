"""Bookings as tests make them."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone

from dues.models import Book, Entry, EntryKind
from dues.services import ledger
from tests.people import TODAY, City

NOW = timezone.make_aware(datetime.combine(TODAY, time(9)))


def told(city: City, username: str = "treasurer") -> dict[str, Any]:
    """What every service of money is told."""
    return {"by": city.user(username), "at": NOW, "on": TODAY}


def book(
    city: City, amount: str, *, at: str = "CZ1111", kind: EntryKind = EntryKind.COLLECTED, of: Book = Book.DUES,
    day: date = TODAY, by: str = "treasurer",
) -> Entry:  # fmt: skip
    """One line of a book."""
    return ledger.post(
        party_organization=city[at], book=of, kind=kind, amount=Decimal(amount), day=day, text="测试", **told(city, by)
    )
