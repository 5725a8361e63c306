"""Records as the automatic checks read them: of one that is being handed in, and of many that are reviewed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from activities.models import ActivityRecord, Attachment, Attendance, Decision, Fingerprint
from activities.queries.branches import limits_on
from activities.rules.checks import WITH_A_ROLL, Finding, Seat, Sheet, Vote, findings
from activities.rules.likeness import fingerprints, looks_alike, photo_prints, similarity
from core.scope import Scope

CANDIDATES = 20  # records whose texts or photos are compared in full


@dataclass(frozen=True)
class Filed:
    """A record with who came and what was decided, written or about to be."""

    record: ActivityRecord
    seats: tuple[Seat, ...]
    votes: tuple[Vote, ...]
    roll: frozenset[int] | None  # who should have come; None where nobody must


def filed(records: Iterable[ActivityRecord]) -> list[Filed]:
    """Records with what hangs on them. That the roll is complete was checked when they came. Two queries."""
    found = list(records)
    keys = [record.pk for record in found]
    seats: dict[int, list[Seat]] = {key: [] for key in keys}
    votes: dict[int, list[Vote]] = {key: [] for key in keys}
    for row in Attendance.objects.filter(record__in=keys).select_related("member").order_by("member"):
        seats[row.record_id].append(Seat(row.member_id, row.member.name, row.present, row.votes, row.reason, row.note))
    from_decisions = ("record_id", "text", "yes", "no", "abstained", "responsible", "due_on", "done_on")
    for key, *told_of in Decision.objects.filter(record__in=keys).order_by("pk").values_list(*from_decisions):
        votes[key].append(Vote(*told_of))
    return [
        Filed(
            record,
            tuple(seats[record.pk]),
            tuple(votes[record.pk]),
            frozenset(seat.member_id for seat in seats[record.pk]) if record.kind in WITH_A_ROLL else None,
        )
        for record in found
    ]


def checked(records: Iterable[ActivityRecord], scope: Scope, *, on: date) -> dict[int, list[Finding]]:
    """What the checks say of each record, by its id; as many queries for many as for one. They name no record beyond the
    scope."""
    limits, rows = limits_on(on), filed(records)
    read = sheets(rows, scope, on=on)
    return {one.record.pk: findings(sheet, limits) for one, sheet in zip(rows, read, strict=True)}


def sheets(rows: Sequence[Filed], scope: Scope | None = None, *, on: date) -> list[Sheet]:
    """What the checks read, of all records at once, for somebody with the scope or for nobody."""
    shown = Attachment.objects.filter(record__in=[one.record.pk for one in rows], content_type__startswith="image/")
    photos = list(shown.order_by("pk"))
    known, elsewhere, alike = _known_photos(photos), _elsewhere(rows), _alike(rows, scope)
    return [
        Sheet(
            kind=one.record.kind,
            filed_on=one.record.submitted_on or on,
            held_on=one.record.held_on,
            starts_at=one.record.starts_at,
            ends_at=one.record.ends_at,
            apart=one.record.gathering == ActivityRecord.Gathering.APART,
            place=one.record.place,
            host=one.record.host,
            topic=one.record.topic,
            lecturer=one.record.lecturer,
            content=one.record.content,
            late_reason=one.record.late_reason,
            seats=one.seats,
            votes=one.votes,
            roll=one.roll,
            similarity=one.record.similarity,
            alike=alike.get(one.record.alike_id or 0, ""),
            known_photos=tuple(known.get(one.record.pk, ())),
            taken_on=tuple(photo.taken_on for photo in photos if photo.record_id == one.record.pk and photo.taken_on),
            elsewhere=tuple(elsewhere.get(one.record.pk, ())),
        )
        for one in rows
    ]


def nearest(text: str, *, but: int) -> tuple[int, ActivityRecord | None]:
    """The handed-in record, other than the one with this id, whose text is most alike, and how much, in per cent."""
    prints = fingerprints(text)
    if not prints:
        return 0, None
    found = Fingerprint.objects.filter(value__in=prints).exclude(record=but).order_by("-record")
    keys = found.values_list("record", flat=True).distinct()[:CANDIDATES]
    others = ActivityRecord.objects.filter(pk__in=list(keys)).only("pk", "content", "held_on", "kind")
    best = max(((similarity(text, one.content), one.pk, one) for one in others), default=None)
    return (best[0], best[2]) if best and best[0] else (0, None)


def _known_photos(photos: Collection[Attachment]) -> dict[int, list[str]]:
    """Photos that another record shows too, whatever their size and quality; their names by record. Two queries."""
    prints = {number for one in photos for number in photo_prints(one.look)}
    if not prints:
        return {}
    keys = Fingerprint.objects.filter(value__in=prints).order_by("-record").values_list("record", flat=True)
    records = list(keys.distinct()[: CANDIDATES * len(photos)])
    shown = list(Attachment.objects.filter(record__in=records).exclude(look="").values_list("record", "look"))
    found: dict[int, list[str]] = {}
    for one in photos:
        if any(record != one.record_id and looks_alike(one.look, look) for record, look in shown):
            found.setdefault(one.record_id, []).append(one.name)
    return found


def _elsewhere(meant: Sequence[Filed]) -> dict[int, list[str]]:
    """Who is said to be at another meeting at the same time."""
    timed = [one for one in meant if one.record.held_on and one.record.starts_at and one.record.ends_at]
    if not timed:
        return {}
    members = {seat.member_id for one in timed for seat in one.seats if seat.present}
    rows = Attendance.objects.filed().filter(
        present=True, member__in=members, record__held_on__in={one.record.held_on for one in timed}
    )
    columns = ("member", "record", "record__held_on", "record__starts_at", "record__ends_at")
    others = [row for row in rows.values_list(*columns) if row[3] and row[4]]
    found: dict[int, list[str]] = {}
    for one in timed:
        mine = one.record
        names = {seat.member_id: seat.name for seat in one.seats if seat.present}
        for member, record, day, starts, ends in others:
            overlaps = day == mine.held_on and starts < mine.ends_at and mine.starts_at < ends
            if member in names and record != mine.pk and overlaps:
                found.setdefault(mine.pk, []).append(names[member])
    return found


def _alike(meant: Sequence[Filed], scope: Scope | None) -> dict[int, str]:
    """What the most alike records within the scope are called, with their branch."""
    keys = {one.record.alike_id for one in meant if one.record.alike_id}
    if not keys or scope is None:
        return {}
    rows = ActivityRecord.objects.within(scope).filter(pk__in=keys).select_related("party_organization")
    return {row.pk: f"{row.party_organization} {row}" for row in rows}
