"""The day for filing a month, put off by the department where holidays or a disaster meet it (rules §13)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from activities.models import ActivityMonth, Obligation
from activities.queries.months import deadline_of
from activities.services.locking import hold_branches
from activities.services.months import OPEN
from activities.services.obligations import LAYING_OUT
from activities.services.settling import restate_month
from core import writing
from core.locks import alone_with
from core.months import YearMonth
from core.refusals import Refusal

PUT_OFF = "activities.put_off"
LONGEST = 3  # months after the month itself


@transaction.atomic
def put_off(*, by: User | None, month: YearMonth, to: date, reason: str, at: datetime, on: date) -> ActivityMonth:
    """推迟: what was to be filed by an earlier day is in time up to this one, what came meanwhile too. Set-based."""
    alone_with(LAYING_OUT)
    alone_with(f"activities.month {month}")
    row = ActivityMonth.objects.filter(month=month.first_day).first()
    if row and row.state != OPEN:
        raise Refusal(f"{month} {row.get_state_display()}，请先重新开放，再推迟截止日期")
    if not reason.strip():
        raise Refusal("推迟截止日期请写明原因")
    if to <= (until := deadline_of(month, on=on)):
        raise Refusal(f"{month} 的填报截止是 {until}，只能推迟到更晚的日期")
    if to > (last := month.plus(LONGEST).last_day):
        raise Refusal(f"{month} 的填报截止最晚推迟到 {last}，请核对日期")
    if row:
        writing.change(by=by, record=row, values={"put_off_to": to}, action=PUT_OFF, reason=reason.strip(), at=at)
    else:
        row = ActivityMonth(month=month.first_day, put_off_to=to, set_by=by, set_at=at)
        writing.add(by=by, record=row, action=PUT_OFF, reason=reason.strip(), at=at)
    duties = Obligation.objects.of_month(month)
    hold_branches(duties.values_list("party_organization", flat=True))
    duties.filter(due_on__lt=to).update(due_on=to)
    restate_month(month, on=on)
    return row
