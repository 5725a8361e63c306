"""Sealing the audit trail: a chain of keyed digests over runs of entries, in which a change or a gap shows (rules §10).

A seal covers its entries whole, ciphertexts too, the seal before it, and what it says of itself: range, count, time, key.
The head of the chain also stands outside the database (`core.seal_log`). Nothing is sealed on top of a chain that does
not hold, or that ends otherwise than the log says: a forgery would be signed again.

Nobody waits for a seal: it takes only entries that are older than SETTLED, by when every transaction that could still
add one before them has long ended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, QuerySet

from core import audit, seal_log
from core.append_only import rewriting
from core.crypto import Undecipherable, chain_digest, current_key_id
from core.jobs import enqueue
from core.locks import alone_with
from core.models import AuditEntry, AuditSeal, Job
from core.refusals import Refusal
from core.rows import update_rows

if TYPE_CHECKING:
    from accounts.models import User

SETTLED = timedelta(hours=1)  # no transaction lives as long
OVERDUE = timedelta(days=2)  # the check is nightly
JOB = "core.seal"  # the nightly job: it verifies and seals
PROVE = "core.prove"  # the one that compares rows that only grow with the trail
RUN = 10_000  # entries under one seal
CHUNK = 2_000
DIGESTS_ONLY, WHOLE = 1, 2  # versions of a seal: the first did not cover ciphertexts, nor what it says of itself
COLUMNS = (
    "pk", "at", "user_id", "user_name", "action", "model", "object_id", "label", "path", "changes", "reason",
    "batch_id", "address",
)  # fmt: skip
OTHER_KEY = "没有一段相符：也可能是 FIELD_KEYS 中的密钥不是封存时的密钥，请先与另行保存的密钥核对"
WHAT_TO_DO = (
    "没有继续封存，记录不会丢失。请不要重启或改动数据库，先由审计管理员抄录上述内容并向单位安全负责人报告，"
    "再由系统管理员对照备份查明原因；查清后用 manage.py audit_verify --accept 说明原因、继续封存"
)


@dataclass
class Checked:
    """What a check of the chain found: seals and entries that were read, and every problem in a sentence."""

    seals: int = 0
    entries: int = 0
    unsealed: int = 0
    last_digest: str = ""
    problems: list[str] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)  # last entry → digest of the seals that do not fit
    accepted: int = 0  # of those, the ones that a person accepted


@transaction.atomic
def seal(*, at: datetime) -> Checked:
    """Verify the chain, then seal what has settled since the last seal. Raises Refusal."""
    alone_with(JOB)
    checked = verify()
    if checked.problems:
        raise Refusal(f"审计记录与封存不符：{'；'.join(checked.problems)}。{WHAT_TO_DO}")
    _seal_settled(checked, at)
    return checked


@transaction.atomic
def seal_meanwhile(*, at: datetime) -> Checked:
    """Seal what has settled, by day: so whoever owns the database cuts off the entries of two hours at most and not those
    since last night. Only the heads are compared; where they differ nothing is sealed, and the night says so."""
    alone_with(JOB)
    checked = Checked(problems=_differences(seal_log.read()))
    if not checked.problems:
        _seal_settled(checked, at)
    return checked


def _seal_settled(checked: Checked, at: datetime) -> None:
    last = AuditSeal.objects.order_by("-last_id").first()
    after = last.last_id if last else 0
    _begin_log(last, at)
    until = _settled_until(after, at)
    while run := list(_between(after, until).values_list("pk", flat=True)[:RUN]):
        fresh = AuditSeal(
            first_id=run[0], last_id=run[-1], entries=len(run), sealed_at=at, version=WHOLE, key=current_key_id()
        )
        fresh.digest = _digest(fresh, last.digest if last else "", _between(after, run[-1]))
        fresh.save()
        last, after = fresh, fresh.last_id
        checked.seals, checked.entries, checked.last_digest = checked.seals + 1, checked.entries + len(run), last.digest
        checked.unsealed -= len(run)
    transaction.on_commit(_tell_log)


def verify() -> Checked:
    """Compute the chain again and compare it, and with the log outside."""
    outside, checked = seal_log.read(), Checked()
    before, after, version = "", 0, DIGESTS_ONLY
    for one in AuditSeal.objects.order_by("last_id").iterator():
        found = _between(after, one.last_id)
        count = found.count()
        if wrong := _wrong(one, before, found, count, version):
            checked.broken[one.last_id] = one.digest
            if outside.accepted.get(one.last_id) == one.digest:
                checked.accepted += 1
            else:
                checked.problems.append(f"第 {one.first_id}–{one.last_id} 条之间{wrong}")
        before, after, version = one.digest, one.last_id, one.version
        checked.entries, checked.seals = checked.entries + count, checked.seals + 1
    if checked.seals and len(checked.problems) == checked.seals:
        checked.problems.append(OTHER_KEY)
    checked.last_digest, checked.unsealed = before, AuditEntry.objects.filter(pk__gt=after).count()
    checked.problems += _differences(outside)
    return checked


@transaction.atomic
def reseal(renew: Callable[[str, str, Any], Any], *, at: datetime) -> int:
    """Write the trail's `changes` anew, as `renew` gives them for a model and record with new ciphertexts, and seal the chain with the current
    key; returns how many entries were written. Old head and new head go to the log outside.

    Each run is verified as it was before it is rewritten; all in one transaction. Raises Refusal.
    """
    outside, former = seal_log.read(), AuditSeal.objects.order_by("-last_id").first()
    if problems := _differences(outside):
        raise Refusal(f"审计记录与封存不符，没有更换密钥：{'；'.join(problems)}")
    was, now, after, version, rows = "", "", 0, DIGESTS_ONLY, 0
    with rewriting():
        for one in AuditSeal.objects.order_by("last_id"):
            found = _between(after, one.last_id)
            wrong = _wrong(one, was, found, found.count(), version)
            if wrong and outside.accepted.get(one.last_id) != one.digest:
                raise Refusal(f"第 {one.first_id}–{one.last_id} 条之间{wrong}，没有更换密钥")
            rows += _rewrite(found, renew)
            was, after, version = one.digest, one.last_id, one.version
            one.version, one.key = WHOLE, current_key_id()
            now = one.digest = _digest(one, now, found)
            one.save(update_fields=["digest", "version", "key"])
        rows += _rewrite(AuditEntry.objects.filter(pk__gt=after), renew)
    if former:
        seal_log.append([seal_log.line(seal_log.RESEALED, at=at, last_id=after, digest=now, former=former.digest)])
    return rows


@transaction.atomic
def accept(*, by: User, reason: str, at: datetime) -> Checked:
    """Go on after a person has looked into what does not fit (a restored backup, a lost log): what stands now is taken as it
    is, with an entry, and a line in the log outside that names every seal that does not fit."""
    checked = verify()
    last_id = AuditSeal.objects.aggregate(last=Max("last_id"))["last"] or 0
    changes = {"problems": [checked.problems, []]}
    audit.record_many(by=by, events=[audit.Event("core.seal_accept", "", "", "审计封存", "", changes, reason)], at=at)
    line = seal_log.line(
        seal_log.ACCEPTED, at=at, last_id=last_id, digest=checked.last_digest, by=by.username, reason=reason,
        accepted=checked.broken,
    )  # fmt: skip
    transaction.on_commit(partial(seal_log.append, [line]))
    enqueue(kind=JOB, arguments={}, by=by)  # to be checked again at once
    return checked


@dataclass(frozen=True)
class State:
    """How the trail stands: the newest seal, and what the last night's checks found, of the trail and of what it proves."""

    digest: str
    sealed_at: datetime | None
    unsealed: int
    checked_at: datetime | None
    broken: bool  # one of them found something
    problem: str  # in a sentence; empty when all is well


def state(*, now: datetime) -> State:
    """How the trail stands, for those who watch over it."""
    last = AuditSeal.objects.order_by("-last_id").first()
    unsealed = AuditEntry.objects.filter(pk__gt=last.last_id if last else 0).count()
    ended = Job.objects.filter(status__in=(Job.Status.DONE, Job.Status.FAILED)).order_by("-finished_at")
    check, proof = (ended.filter(kind=kind).first() for kind in (JOB, PROVE))
    checked_at = check.finished_at if check else None
    errors = [one.error for one in (check, proof) if one and one.status == Job.Status.FAILED]
    broken, problem = bool(errors), "；".join(errors)
    if not problem and check and checked_at and now - checked_at > OVERDUE:
        problem = "夜间核对已停了两天以上，请系统管理员检查后台进程"
    return State(last.digest if last else "", last.sealed_at if last else None, unsealed, checked_at, broken, problem)


def _settled_until(after: int, at: datetime) -> int:
    """The last entry before which nothing can come any more. One whose time lies in the future, since a clock was wrong,
    is settled when one that is settled came after it."""
    fresh = AuditEntry.objects.filter(pk__gt=after)
    young = fresh.filter(at__gte=at - SETTLED, at__lte=at).order_by("pk").values_list("pk", flat=True).first()
    old = fresh.filter(at__lt=at - SETTLED)
    return (old.filter(pk__lt=young) if young else old).aggregate(last=Max("pk"))["last"] or 0


def _begin_log(last: AuditSeal | None, at: datetime) -> None:
    """Open the log before the first seal that needs one, with the head of the chain from before there was a log."""
    if not seal_log.read().found:
        line = seal_log.line(
            seal_log.SEALED, at=at, last_id=last.last_id if last else 0, digest=last.digest if last else ""
        )
        seal_log.append([line])


def _tell_log() -> None:
    """Add every seal that the log does not have yet: also those of a night that was killed before it did."""
    fresh = AuditSeal.objects.filter(last_id__gt=seal_log.read().last_id).order_by("last_id")
    seal_log.append(
        seal_log.line(seal_log.SEALED, at=one.sealed_at, last_id=one.last_id, digest=one.digest, entries=one.entries)
        for one in fresh
    )


def _differences(outside: seal_log.Outside) -> list[str]:
    """Where the seals are others than those that the log outside has, in sentences."""
    if not outside.found:
        lost = AuditSeal.objects.filter(version=WHOLE).exists()
        return ["数据库以外的封存日志不见了"] if lost else []
    kept = dict(
        AuditSeal.objects.filter(last_id__in={*outside.heads, *outside.former}).values_list("last_id", "digest")
    )
    wrong, before = (
        [last for last, digest in sorted(heads.items()) if last and kept.get(last) != digest]
        for heads in (outside.heads, outside.former)
    )
    if not wrong or (outside.former and not before):
        return []
    gone = [last for last in wrong if last not in kept]
    what = "不在数据库中，末尾可能被截去，或恢复了较早的备份" if gone else "与数据库中的不同，封存可能被重做"
    return [f"封存日志中截至第 {(gone or wrong)[0]} 条的封存{what}（共 {len(wrong)} 段）"]


def _wrong(one: AuditSeal, before: str, found: QuerySet, count: int, version: int) -> str:
    """What is wrong with a seal, given the one before and the entries that it covers; empty when nothing is."""
    if count != one.entries:
        return f"少了 {one.entries - count} 条" if count < one.entries else f"多了 {count - one.entries} 条"
    try:
        same = one.version >= version and _digest(one, before, found) == one.digest
    except Undecipherable as problem:
        return f"无法核对：{problem}"
    return "" if same else "有内容被改动，或封存记录被改动"


def _between(after: int, until: int) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")


def _digest(one: AuditSeal, before: str, entries: QuerySet) -> str:
    """The digest of a seal by its version, over the one before and its entries."""
    if one.version == DIGESTS_ONLY:
        return chain_digest(before, _texts(entries, _by_digest))
    head = [one.version, one.key, one.first_id, one.last_id, one.entries, one.sealed_at.astimezone(UTC).isoformat()]
    return chain_digest(before, chain([json.dumps(head)], _texts(entries)), key_id=one.key)


def _texts(entries: QuerySet, convert: Callable[[Any], Any] = lambda changes: changes) -> Iterator[str]:
    for row in entries.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=CHUNK):
        values = dict(zip(COLUMNS, row, strict=True))
        values["at"] = values["at"].astimezone(UTC).isoformat()
        values["changes"] = convert(values["changes"])
        yield json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _by_digest(value: Any) -> Any:
    """The value with every ciphertext replaced by its digest."""
    if isinstance(value, dict):
        if "cipher" in value:
            return {"digest": value.get("digest")}
        return {key: _by_digest(one) for key, one in value.items()}
    return [_by_digest(one) for one in value] if isinstance(value, list) else value


def _rewrite(entries: QuerySet, renew: Callable[[str, str, Any], Any]) -> int:
    """Write the changes of entries anew where `renew` gives others; returns how many."""
    rows, after = 0, 0
    columns = ("pk", "model", "object_id", "changes")
    while found := list(entries.filter(pk__gt=after).order_by("pk").values_list(*columns)[:CHUNK]):
        fresh = [(pk, new) for pk, model, key, changes in found if (new := renew(model, key, changes)) != changes]
        if fresh:
            update_rows(AuditEntry, ["changes"], fresh)
        rows, after = rows + len(fresh), found[-1][0]
    return rows
