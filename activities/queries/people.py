"""Members who have not come for long."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from activities.models import Attendance
from core.months import months_before
from core.scope import Scope
from members.models import Member


def not_seen(scope: Scope, *, months: int, on: date) -> QuerySet[Member]:
    """Members whom every record of so many months misses (A12): after three there should be a talk, after six see 党章 9."""
    filed = Attendance.objects.filed().filter(member=OuterRef("pk"))
    recent = filed.filter(record__held_on__gt=months_before(on, months))
    earlier = filed.filter(record__held_on__lte=months_before(on, months - 1))
    rows = Member.objects.within(scope).on_the_roll().filter(Exists(recent), Exists(earlier))
    return rows.exclude(Exists(recent.filter(present=True))).select_related("party_organization").order_by("pk")
