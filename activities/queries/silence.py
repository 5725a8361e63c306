"""Branches that have held nothing for months."""

from __future__ import annotations

from datetime import date

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from activities.models import ActivityRecord
from core.months import months_before

SPANS = {3: "三", 6: "六"}  # months, and how they are written


def silent(on: date, months: int) -> ExpressionWrapper:
    """Whether the Party organization of the query held nothing in so many months up to a day, and stood so long."""
    since = months_before(on, months)
    held = ActivityRecord.objects.filed().filter(party_organization=OuterRef("pk"), held_on__gt=since, held_on__lte=on)
    old = Q(established_on=None) | Q(established_on__lte=since)
    return ExpressionWrapper(old & Q(~Exists(held)), BooleanField())
