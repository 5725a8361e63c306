"""Rows that hold for a time: from their first day (`since`) until the day of their end (`until`), which is not theirs."""

from __future__ import annotations

from datetime import date

from django.db.models import Q


def holding_on(day: date) -> Q:
    """That a row holds on a day: half-open [since, until)."""
    return (Q(until=None) | Q(until__gt=day)) & Q(since__lte=day)
