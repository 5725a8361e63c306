"""What the records of a year, the appraisals and the talks say of members, read for a page of them at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Max, Q

from activities.models import AppraisalGrade, Attendance, Kind
from activities.rules.checks import WITH_A_ROLL
from core.id_sets import among


def attendance(members: Collection[int], *, on: date) -> dict[int, tuple[int, int]]:
    """To how many meetings of this year each came, of those where each should have been. One query."""
    rows = Attendance.objects.filed().filter(member__in=among(members), record__kind__in=WITH_A_ROLL)
    rows = rows.filter(record__held_on__range=(date(on.year, 1, 1), on))
    counted = (
        rows.order_by().values_list("member").annotate(came=Count("pk", filter=Q(present=True)), expected=Count("pk"))
    )
    return {member: (came, expected) for member, came, expected in counted}


def newest_grades(members: Collection[int]) -> dict[int, AppraisalGrade]:
    """The grade of the newest appraisal that was decided. One query."""
    rows = AppraisalGrade.objects.decided().filter(member__in=among(members)).select_related("appraisal")
    return {row.member_id: row for row in reversed(rows)}


def last_talks(members: Collection[int], *, on: date) -> dict[int, date]:
    """The day of the last 谈心谈话 that each took part in. One query."""
    rows = Attendance.objects.filed().filter(member__in=among(members), present=True, record__kind=Kind.TALK)
    rows = rows.filter(record__held_on__lte=on)
    return dict(rows.order_by().values_list("member").annotate(Max("record__held_on")))
