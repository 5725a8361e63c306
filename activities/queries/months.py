"""Months of records as they stand: how many branches were due, how many reported and when, and which months are closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth

from activities.models import ActivityMonth, ActivityRecord, Obligation
from activities.models.months import ANY
from activities.queries.branches import limits_on
from activities.rules.frequency import workday_after
from core.models import AuditEntry
from core.months import YearMonth
from core.scope import Scope

MONTHS = 24  # that are shown
State = Obligation.State
COUNTED = ("due", "on_time", "late", "not_held", "missing", "until")


@dataclass
class MonthOfRecords:
    """One month: its state, and what became of what was due of the branches of a scope."""

    month: YearMonth
    row: ActivityMonth
    due: int = 0
    on_time: int = 0
    late: int = 0
    not_held: int = 0
    missing: int = 0
    until: date | None = None  # the last day for filing
    explained: int = 0  # records that came with a reason for being late
    acts: list[AuditEntry] = field(default_factory=list)  # what was done with it; the oldest first

    @property
    def reported(self) -> int:
        return self.on_time + self.late + self.not_held

    @property
    def ahead(self) -> int:
        """Those that can still report in time."""
        return self.due - self.reported - self.missing

    @property
    def held(self) -> int:
        return self.on_time + self.late


def last_months(on: date, number: int) -> list[YearMonth]:
    """So many months up to that of a day, the newest first."""
    return [YearMonth.of(on).plus(-back) for back in range(number)]


def deadline_of(month: YearMonth, *, on: date) -> date:
    """The last day for filing of a month: as it was laid out, else as it will be."""
    laid = Obligation.objects.of_month(month).filter(kind=ANY).aggregate(until=Max("due_on"))["until"]
    row = ActivityMonth.objects.filter(month=month.first_day).first()
    usual = workday_after(month.last_day, limits_on(on).filing_workdays)
    return laid or max(usual, (row and row.put_off_to) or usual)


def months_of_records(scope: Scope, *, on: date) -> list[MonthOfRecords]:
    """The months in which something was due, or which were closed, the newest first. Four queries."""
    months = last_months(on, MONTHS)
    days = [month.first_day for month in months]
    found = {
        month.first_day: MonthOfRecords(month, ActivityMonth(month=month.first_day, state=ActivityMonth.State.OPEN))
        for month in months
    }
    for row in ActivityMonth.objects.filter(month__in=days).select_related("set_by"):
        found[row.month].row = row
    due = Obligation.objects.within(scope).filter(kind=ANY, month__in=days).order_by().values("month")
    for counted in due.annotate(
        due=Count("pk"),
        on_time=Count("pk", filter=Q(state=State.ON_TIME)),
        late=Count("pk", filter=Q(state=State.LATE)),
        not_held=Count("pk", filter=Q(state=State.NOT_HELD)),
        missing=Count("pk", filter=Q(state=State.OPEN, due_on__lt=on)),
        until=Max("due_on"),
    ):
        for name in COUNTED:
            setattr(found[counted["month"]], name, counted[name])  # type: ignore[literal-required]
    late = ActivityRecord.objects.within(scope).filed().exclude(late_reason="").filter(held_on__gte=days[-1])
    for day, number in late.order_by().annotate(of=TruncMonth("held_on")).values_list("of").annotate(Count("pk")):
        found[day].explained = number
    kept = {found[day].row.pk: found[day] for day in days if found[day].row.pk}
    entries = AuditEntry.objects.filter(model="activities.activitymonth", object_id__in=[str(key) for key in kept])
    for entry in entries.select_related("user").order_by("pk"):
        kept[int(entry.object_id)].acts.append(entry)
    return [one for one in found.values() if one.due or one.row.pk or one.explained]
