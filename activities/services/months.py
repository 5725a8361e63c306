"""Months of records: open, closed, locked, and open again with a reason (rules §13). They are the whole city's."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from activities.models import ActivityMonth, Obligation
from activities.services.locking import hold_branches
from activities.services.settling import restate_month
from core import writing
from core.locks import alone_with
from core.months import YearMonth
from core.refusals import Refusal

OPEN, CLOSED, LOCKED = ActivityMonth.State.OPEN, ActivityMonth.State.CLOSED, ActivityMonth.State.LOCKED
ACTIONS = {
    OPEN: "activities.reopen_month",
    CLOSED: "activities.close_month",
    LOCKED: "activities.lock_month",
}


def state_of(day: date) -> str:
    """The state of the month that a day lies in; a month without a row is open."""
    found = ActivityMonth.objects.filter(month=day.replace(day=1)).values_list("state", flat=True).first()
    return found or OPEN.value


def require_filing(day: date, *, reason: str) -> None:
    """Refuse what is filed for a month that is locked, or closed without a word why it comes so late."""
    state, month = state_of(day), YearMonth.of(day)
    if state == LOCKED:
        raise Refusal(f"{month} 已锁定，不能再填报；确需补报的，请上级组织部门说明原因后重新开放")
    if state == CLOSED and not reason.strip():
        raise Refusal(f"{month} 已关账，补报请填写迟报原因")


def close_month(*, by: User | None, month: YearMonth, at: datetime, on: date) -> ActivityMonth:
    """关账: what comes later says why. Only a month that is over."""
    if month.last_day >= on:
        raise Refusal(f"{month} 还没有结束，不能关账")
    return _set(by, month, CLOSED, at, refused={LOCKED: "已锁定，不能再关账"})


def lock_month(*, by: User | None, month: YearMonth, at: datetime) -> ActivityMonth:
    """锁定: nothing comes any more. Only a month that is closed."""
    return _set(by, month, LOCKED, at, refused={OPEN: "还没有关账，请先关账再锁定"})


@transaction.atomic
def reopen_month(*, by: User | None, month: YearMonth, reason: str, at: datetime, on: date) -> ActivityMonth:
    """Open a month again; the reason stays with it. What came meanwhile of periods that end in it settles them now."""
    if not reason.strip():
        raise Refusal("重新开放请写明原因")
    row = _set(by, month, OPEN, at, reason=reason.strip())
    hold_branches(Obligation.objects.of_month(month).values_list("party_organization", flat=True))
    restate_month(month, on=on)
    return row


@transaction.atomic
def _set(
    by: User | None,
    month: YearMonth,
    state: ActivityMonth.State,
    at: datetime,
    *,
    reason: str = "",
    refused: dict[ActivityMonth.State, str] | None = None,
) -> ActivityMonth:
    alone_with(f"activities.month {month}")
    row = ActivityMonth.objects.filter(month=month.first_day).first() or ActivityMonth(month=month.first_day)
    if words := (refused or {}).get(ActivityMonth.State(row.state)):
        raise Refusal(f"{month} {words}")
    if row.state == state:
        raise Refusal(f"{month} 现在就是“{state.label}”")
    values = {"state": state, "set_by": by, "set_at": at, "reason": reason}
    if row.pk:
        writing.change(by=by, record=row, values=values, action=ACTIONS[state], reason=reason)
    else:
        row = ActivityMonth(month=month.first_day, **values)
        writing.add(by=by, record=row, action=ACTIONS[state], reason=reason)
    return row
