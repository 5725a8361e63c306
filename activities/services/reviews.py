"""审核: the street accepts or returns, one by one or what is clean all at once (rules §13). Nobody reviews what he filed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from activities.models import ActivityRecord, Review
from activities.queries.reviews import not_locked, others
from activities.services.locking import hold_branches, locked, touched
from activities.services.months import LOCKED, state_of
from core import writing
from core.id_sets import among
from core.refusals import Refusal
from orgs.facts import refresh

Status, Verdict = ActivityRecord.Status, Review.Verdict
ACCEPT, RETURN, NOTE = "activities.accept", "activities.send_back", "activities.note"


def accept(*, by: User, record: ActivityRecord, at: datetime, on: date, reason: str = "") -> ActivityRecord:
    return _say(by, record, Verdict.ACCEPTED, reason, at, on)


def send_back(*, by: User, record: ActivityRecord, reason: str, at: datetime, on: date) -> ActivityRecord:
    """Return a record with what is to be mended; the secretary sees it at once."""
    if not reason.strip():
        raise Refusal("退回请写明原因")
    return _say(by, record, Verdict.RETURNED, reason.strip(), at, on)


@transaction.atomic
def accept_clean(*, by: User, records: Collection[int], at: datetime, on: date) -> list[int]:
    """Accept all of these records that wait, are clean, stand in no locked month and were not filed by whoever accepts;
    returns their ids."""
    rows = others(not_locked(ActivityRecord.objects.waiting().clean().filter(pk__in=among(records))), by, on=on)
    hold_branches(rows.values_list("party_organization", flat=True))
    chosen = list(rows.select_related("party_organization").order_by("pk"))
    verdicts = [Review(record=record, by=by, at=at, verdict=Verdict.ACCEPTED) for record in chosen]
    writing.add_many(verdicts, by=by, action=ACCEPT, on=on)
    accepted = ActivityRecord.objects.filter(pk__in=among([record.pk for record in chosen]))
    changed = writing.change_many(accepted, {"status": Status.ACCEPTED}, by=by, action=ACCEPT, on=on)
    refresh((), on=on, nodes={record.party_organization_id for record in chosen})
    return changed


def is_final(record: ActivityRecord) -> bool:
    """Whether a record is changed no more: it was accepted, or its month is locked."""
    return record.status == Status.ACCEPTED or bool(record.held_on and state_of(record.held_on) == LOCKED)


@transaction.atomic
def add_note(*, by: User, record: ActivityRecord, text: str, at: datetime) -> Review:
    """更正说明: all that a record still takes that is changed no more."""
    row = locked(record)
    if row.status == Status.DRAFT or not is_final(row):
        raise Refusal("这份记录还可以修改，不需要更正说明；已提交的，请先撤回")
    if not text.strip():
        raise Refusal("请写明更正的内容")
    note = Review(record=row, by=by, at=at, verdict=Verdict.NOTE, reason=text.strip())
    writing.add(by=by, record=note, action=NOTE)
    return note


@transaction.atomic
def _say(
    by: User, record: ActivityRecord, verdict: Review.Verdict, reason: str, at: datetime, on: date
) -> ActivityRecord:
    row = locked(record)
    if row.status != Status.SUBMITTED:
        raise Refusal(f"“{row}”现在是“{row.get_status_display()}”，不在待审核之列")
    if not others(ActivityRecord.objects.filter(pk=row.pk), by, on=on).exists():
        raise Refusal("不能审核自己代填或自己支部的记录，请由其他人员审核")
    if is_final(row):
        raise Refusal(f"{row.held_on:%Y-%m} 已锁定，不能再审核")
    action, status = (ACCEPT, Status.ACCEPTED) if verdict is Verdict.ACCEPTED else (RETURN, Status.RETURNED)
    writing.add(by=by, record=Review(record=row, by=by, at=at, verdict=verdict, reason=reason), action=action)
    writing.change(by=by, record=row, values={"status": status}, action=action, reason=reason, on=on)
    refresh((), on=on, nodes=touched(row))
    return row
