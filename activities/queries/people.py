"""Members by what records say of them: hours of learning, and who has not come for long."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum

from activities.models import ActivityRecord, Attendance
from core.id_sets import among
from core.months import months_before
from core.scope import Scope
from members.models import Member

NOT_YET = (ActivityRecord.Status.DRAFT, ActivityRecord.Status.RETURNED)


def hours(members: Collection[int], *, year: int) -> dict[int, Decimal]:
    """学时 that records of a year credit to members who came; those without any are left out. One query."""
    rows = Attendance.objects.filter(member__in=among(members), present=True, record__held_on__year=year)
    credited = rows.exclude(record__status__in=NOT_YET).values_list("member").annotate(hours=Sum("record__credited"))
    return {member: hours for member, hours in credited if hours}


def not_seen(scope: Scope, *, months: int, on: date) -> QuerySet[Member]:
    """Members whom every record of so many months misses (A12): after three there should be a talk, after six see 党章 9."""
    said = Attendance.objects.filter(member=OuterRef("pk"), record__held_on__gt=months_before(on, months))
    said = said.exclude(record__status=ActivityRecord.Status.DRAFT)
    earlier = Attendance.objects.filter(member=OuterRef("pk"), record__held_on__lte=months_before(on, months - 1))
    rows = Member.objects.within(scope).on_the_roll().filter(Exists(said), Exists(earlier))
    return rows.exclude(Exists(said.filter(present=True))).select_related("party_organization").order_by("pk")
