"""Who came, what was decided and which topics: parts of a record, of which its own entry tells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from activities.models import ActivityRecord, Attendance, Decision, RecordTopic
from activities.rules.checks import Seat, Vote
from activities.services.locking import hold_branches
from core import writing
from core.audit import Changes
from core.refusals import Refusal

CARRY_OUT = "activities.carry_out"
PARTS = (Attendance, Decision, RecordTopic)
SEAT = ("member_id", "present", "votes", "reason", "note")
VOTE = ("text", "yes", "no", "abstained", "responsible", "due_on", "done_on")


def replace_parts(
    *,
    by: User | None,
    record: ActivityRecord,
    seats: Sequence[Seat],
    votes: Sequence[Vote],
    topics: Collection[str],
) -> Changes:
    """Write the parts of a record anew; what differs, for the record's entry. A decision that was carried out stays so."""
    before = spoken(record)
    done = dict(record.decisions.exclude(done_on=None).values_list("text", "done_on"))
    clear_parts(by=by, record=record)
    of_record = {"record_id": record.pk}
    sat = [[getattr(seat, name) if name != "reason" or not seat.present else "" for name in SEAT] for seat in seats]
    writing.add_rows(Attendance, SEAT, sat, of_record, by=by, events=())
    decided = [[getattr(vote, name) for name in VOTE[:-1]] + [vote.done_on or done.get(vote.text)] for vote in votes]
    writing.add_rows(Decision, VOTE, decided, of_record, by=by, events=())
    writing.add_rows(RecordTopic, ["topic"], [[topic] for topic in sorted(set(topics))], of_record, by=by, events=())
    after = spoken(record)
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


@transaction.atomic
def carry_out(*, by: User | None, decision: Decision, on: date) -> None:
    """落实: what was decided is done, whatever became of the month since."""
    hold_branches([decision.record.party_organization_id])
    row = Decision.objects.select_related("record__party_organization").get(pk=decision.pk)
    if row.done_on:
        raise Refusal(f"这项决议已于 {row.done_on} 落实")
    writing.change(by=by, record=row, values={"done_on": on}, action=CARRY_OUT, on=on)


def clear_parts(*, by: User | None, record: ActivityRecord) -> None:
    for model in PARTS:
        writing.remove_rows(model, "record_id", [record.pk], by=by, events=())


def spoken(record: ActivityRecord) -> dict[str, Any]:
    """The parts in the words of the trail."""
    absent = record.attendances.filter(present=False).select_related("member").order_by("member")
    return {
        "came": record.attendances.filter(present=True).count(),
        "absent": "、".join(f"{row.member}（{row.get_reason_display()}）" for row in absent),
        "decisions": "；".join(map(str, record.decisions.order_by("pk"))),
        "topics": "、".join(map(str, record.topics.order_by("topic"))),
    }
