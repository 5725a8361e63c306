"""What several criteria read, with how it reads as a record: duties that fell due, meetings and courses that brought hours."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from activities.models import Attendance, Obligation, Training
from activities.models.months import ANY
from activities.queries.learning import NOT_YET
from evaluations.rules.facts import Record, Span
from evaluations.rules.formulas import plain

State = Obligation.State
HELD = (State.ON_TIME, State.LATE)


def duties(span: Span, on: date) -> QuerySet[Obligation]:
    """What fell due in the time and is settled, or can be settled in time no more."""
    rows = Obligation.objects.filter(month__range=(span.first, span.last)).exclude(kind=ANY)
    return rows.filter(~Q(state=State.OPEN) | Q(due_on__lt=on))


def duty(row: Obligation, *, counts: bool) -> Record:
    """By its record; where there is none, by the branch."""
    text = f"{row}：{row.get_state_display()}"
    if row.record_id:
        return Record(text, "activities.activityrecord", row.record_id, counts)
    return Record(text, "orgs.partyorganization", row.party_organization_id, counts)


def learned_at(rows: QuerySet[Attendance], span: Span, day: date) -> QuerySet[Attendance]:
    """The meetings that credited hours to who came."""
    rows = rows.filter(present=True, record__credited__gt=0, record__held_on__range=(span.first, day))
    return rows.exclude(record__status__in=NOT_YET).select_related("record").order_by("record__held_on", "pk")


def lesson(row: Attendance) -> Record:
    return Record(f"{row.record}，{plain(row.record.credited)} 学时", "activities.activityrecord", row.record_id)


def course(row: Training) -> Record:
    return Record(f"{row.held_on} {row.course}，{row.hours} 学时", "activities.training", row.pk)
