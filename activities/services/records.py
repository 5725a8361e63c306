"""活动记录: saved while it is typed, handed in once, taken back, reviewed (rules §13).

A record is known by the key that its page made (`draft_key`): what is sent twice, by a double click or after a lost
connection, is written once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from activities.models import ActivityRecord, Campaign, Fingerprint
from activities.queries.branches import expected, limits_on, roll, seat_of
from activities.queries.checks import Filed, nearest, sheets
from activities.queries.reviews import others
from activities.rules.checks import Finding, Level, Seat, Sheet, Vote, findings
from activities.rules.hours import credited
from activities.rules.likeness import fingerprints, photo_prints, similarity
from activities.services.locking import hold_branches, locked
from activities.services.months import require_filing
from activities.services.obligations import settle
from activities.services.parts import clear_parts, replace_parts
from core import files, writing
from core.days import require_past
from core.refusals import Refusal
from core.rows import insert_rows
from members.models import Post
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS, steps
from orgs.services.locking import require_editable

STAMP = "stamp"  # in what was typed: by which a page knows whether it is what the page saw last
HANDED_IN = "这份记录已提交；要修改，请先撤回"
Status = ActivityRecord.Status
EDITABLE = frozenset(
    {
        "group", "held_on", "starts_at", "ends_at", "place", "venue", "host", "recorder", "lecturer", "topic", "content",
        "gathering", "working_time", "owners", "managers", "employees", "late_reason", "campaign",
        "adopted_from",
    }
)  # fmt: skip
DRAFT, DISCARD = "activities.draft", "activities.discard"
SUBMIT, WITHDRAW = "activities.submit", "activities.withdraw"


class Unfinished(Refusal):
    """A record has errors: `findings` are all of them, each with its sentence."""

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__("；".join(one.sentence for one in found))
        self.findings = tuple(found)


class TypedElsewhere(Refusal):
    """Another device saved the draft since the page was opened: neither overwrites the other unasked."""

    def __init__(self) -> None:
        super().__init__("这份记录刚在另一台设备上保存过，没有覆盖；请核对后选择保留哪一份")


@transaction.atomic
def save_draft(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    kind: str,
    draft_key: UUID,
    typed: Mapping[str, Any],
    at: datetime,
    known: Collection[str] | None = None,
) -> ActivityRecord:
    """Keep what was typed so far, good or not; the record begins with its first draft. Raises Refusal once it is handed in,
    and TypedElsewhere when the draft bears a stamp that the page does not know."""
    record = _opened(by, party_organization, kind, draft_key)
    if not record.open:
        raise Refusal(HANDED_IN)
    _require_known(record, known)
    if record.status == Status.DRAFT:  # what came back is still what was handed in
        writing.change(by=by, record=record, values={"kind": kind}, action=DRAFT)
    writing.derive(ActivityRecord.objects.filter(pk=record.pk), typed=dict(typed), typed_at=at)
    record.typed, record.typed_at = dict(typed), at
    return record


@transaction.atomic
def submit(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    kind: str,
    draft_key: UUID,
    values: Mapping[str, Any],
    seats: Iterable[Seat],
    on: date,
    votes: Iterable[Vote] = (),
    topics: Collection[str] = (),
    known: Collection[str] | None = None,
) -> ActivityRecord:
    """Hand a record in: its columns (`values`), who came, what was decided, what the Opinion asks for.

    Sent again as it was, it stays as it is. Raises Unfinished with all its errors; warnings stay with it for the review.
    """
    require_editable(values, EDITABLE)
    require_past(ActivityRecord, values, on=on)
    record = _opened(by, party_organization, kind, draft_key)
    given = {**values, "kind": kind}
    if not record.open:
        if all(getattr(record, name) == value for name, value in given.items()):
            return record
        raise Refusal(HANDED_IN)
    _require_known(record, known)
    _require_given(party_organization, given)
    filed = _as_filed(record, given, {seat.member_id: seat for seat in seats}, tuple(votes), on)
    [sheet] = sheets([filed], on=on)
    found = findings(sheet, limits_on(on))
    if wrong := [one for one in found if one.level is Level.ERROR]:
        raise Unfinished(wrong)
    reason = values.get("late_reason") or ("退回后补正" if record.submitted_on else "")
    require_filing(values["held_on"], reason=reason)
    if record.submitted_on and record.held_on:  # nothing is taken out of a locked month either
        require_filing(record.held_on, reason=reason)
    given |= {
        "status": Status.SUBMITTED,
        "submitted_on": record.submitted_on or on,
        "entered_by": _stand_in(by, party_organization, on),
    }
    also = replace_parts(by=by, record=record, seats=filed.seats, votes=filed.votes, topics=topics)
    changes = writing.put(record, given, on=on)
    path = party_organization.path
    writing.keep(by=by, record=record, changes=changes, action=SUBMIT, path=path, also=also)
    _derive(record, filed.record, sheet, found)
    settle(record, on=on)
    return record


@transaction.atomic
def withdraw(*, by: User | None, record: ActivityRecord, on: date) -> ActivityRecord:
    """Take a record back before it was reviewed, by whoever filed it: it is a draft again, and what it settled is open; handed in anew, it counts
    from that day."""
    row = locked(record)
    if row.status != Status.SUBMITTED:
        raise Refusal(f"“{row}”现在是“{row.get_status_display()}”，不能撤回")
    if by and others(ActivityRecord.objects.filter(pk=row.pk), by, on=on).exists():
        raise Refusal("这份记录由支部提交，由支部撤回；需要修改的，请在“审核”中写明原因退回")
    require_filing(row.held_on or on, reason="撤回")
    Fingerprint.objects.filter(record=row).delete()
    writing.change(by=by, record=row, values={"status": Status.DRAFT, "submitted_on": None}, action=WITHDRAW, on=on)
    settle(row, on=on)
    return row


@transaction.atomic
def discard(*, by: User | None, record: ActivityRecord) -> None:
    """Throw a draft away with its attachments; one that came back once stays."""
    row = locked(record)
    if row.status != Status.DRAFT:
        raise Refusal(f"“{row}”现在是“{row.get_status_display()}”，不能删除")
    if row.reviews.exists():
        raise Refusal("退回过的记录不能删除；请修改后重新提交，或说明未开展")
    names = list(row.attachments.values_list("file", flat=True))
    writing.remove_many(row.attachments.all(), by=by, action=DISCARD)
    clear_parts(by=by, record=row)
    writing.remove_many(ActivityRecord.objects.filter(pk=row.pk), by=by, action=DISCARD)
    transaction.on_commit(lambda: files.forget(*names))


def _opened(by: User | None, party_organization: PartyOrganization, kind: str, draft_key: UUID) -> ActivityRecord:
    """The record of a key, locked; the first time it is begun."""
    hold_branches([party_organization.pk])
    found = ActivityRecord.objects.select_related("party_organization").filter(draft_key=draft_key)
    if record := found.first():
        if record.party_organization_id != party_organization.pk:
            raise Refusal("这份草稿属于另一个党支部，没有保存；请重新打开后再填")
        return record
    if party_organization.kind not in BRANCH_KINDS or party_organization.dissolved_on:
        raise Refusal(f"{party_organization}不是党支部，或已撤销，不能填报活动记录")
    record = ActivityRecord(party_organization=party_organization, kind=kind, draft_key=draft_key)
    writing.add(by=by, record=record, action=DRAFT)
    return record


def stamp_of(record: ActivityRecord) -> str:
    """The stamp of what was typed last; empty where there is none."""
    return "".join(record.typed.get(STAMP, [])[:1])


def _require_known(record: ActivityRecord, known: Collection[str] | None) -> None:
    if known is not None and (stamp := stamp_of(record)) and stamp not in known:
        raise TypedElsewhere


def _require_given(branch: PartyOrganization, given: Mapping[str, Any]) -> None:
    """A campaign and an experience come from above; a campaign runs when the activity is held."""
    campaign, above = given.get("campaign"), steps(branch.path)
    if campaign and campaign.committee_id not in above:
        raise Refusal(f"“{campaign}”不是本支部上级开展的主题实践活动，请另选")
    if campaign and (day := given["held_on"]) and not Campaign.objects.on(day).filter(pk=campaign.pk).exists():
        raise Refusal(f"{day} 不在“{campaign}”的起止日期之内，请核对活动日期，或不选主题实践活动")
    if (learned := given.get("adopted_from")) and learned.committee_id not in above:
        raise Refusal("借鉴的经验不是本支部上级公布的，请从“典型经验”重新打开")


def _as_filed(
    record: ActivityRecord, given: Mapping[str, Any], seats: Mapping[int, Seat], votes: tuple[Vote, ...], on: date
) -> Filed:
    """The record as it would be, with who sat there by the roll of that day and the record that is most alike."""
    filled = copy(record)
    for name, value in given.items():
        setattr(filled, name, value)
    filled.submitted_on = record.submitted_on or on
    filled.similarity, filled.alike = nearest(filled.content, but=record.pk)
    if (learned := filled.adopted_from) and (same := similarity(filled.content, learned.outline)) > filled.similarity:
        filled.similarity, filled.alike = same, learned.record
    if not filled.held_on:
        return Filed(filled, tuple(seats.values()), votes, None)
    branch, day = record.party_organization, filled.held_on
    members = expected(branch, kind=filled.kind, day=day, group=filled.group)
    known = {one.pk: one for one in (*roll(branch, day=day), *(() if members is None else members))}
    if strangers := len(seats.keys() - known.keys()):  # whose names are not told
        raise Refusal(f"有 {strangers} 名党员 {day} 不在本支部名册上，请重新打开后再填")
    sat = {key: seat_of(day)(known[key]) for key in seats}
    seated = tuple(replace(seat, name=sat[key].name, votes=sat[key].votes) for key, seat in seats.items())
    return Filed(filled, seated, votes, None if members is None else frozenset(one.pk for one in members))


def _derive(record: ActivityRecord, filled: ActivityRecord, sheet: Sheet, found: Sequence[Finding]) -> None:
    """What follows from a record that was handed in."""
    derived = {
        "typed": {},
        "expected": len(sheet.seats),
        "present": sheet.present,
        "flags": ",".join(dict.fromkeys(one.code for one in found)),
        "similarity": filled.similarity,
        "alike": filled.alike,
        "credited": credited(kind=filled.kind, starts_at=filled.starts_at, ends_at=filled.ends_at),
    }
    writing.derive(ActivityRecord.objects.filter(pk=record.pk), **derived)
    for name, value in derived.items():
        setattr(record, name, value)
    Fingerprint.objects.filter(record=record).delete()
    looks = record.attachments.exclude(look="").values_list("look", flat=True)
    prints = [*fingerprints(filled.content), *(one for look in looks for one in photo_prints(look))]
    insert_rows(Fingerprint, ["record_id", "value"], [(record.pk, one) for one in prints])


def _stand_in(by: User | None, party_organization: PartyOrganization, on: date) -> User | None:
    """Who files for the secretary: a deputy, or somebody of the street."""
    if (
        by is None
        or Post.objects.on(on).filter(party_organization=party_organization, user=by, post="SECRETARY").exists()
    ):
        return None
    deputy = Post.objects.on(on).filter(party_organization=party_organization, user=by).exists()
    appointed = by.appointments.on(on).filter(role="SECRETARY", node=party_organization).exists()
    return None if appointed and not deputy else by
