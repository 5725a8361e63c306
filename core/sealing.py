"""Sealing the audit trail: a chain of keyed digests over runs of entries, in which a change or a gap shows (DESIGN §4).

Nobody waits for a seal: it takes only entries that are older than SETTLED, by when every transaction that could still
add one before them has long ended. Personal values enter by their digests, so that new keys leave the chain as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core.crypto import chain_digest
from core.models import AuditEntry, AuditSeal

SETTLED = timedelta(hours=1)  # no transaction lives as long
RUN = 10_000  # entries under one seal
COLUMNS = (
    "pk", "at", "user_id", "user_name", "action", "model", "object_id", "label", "path", "changes", "reason",
    "batch_id", "address",
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What a check of the chain found: seals and entries that were read, and every problem in a sentence."""

    seals: int
    entries: int
    unsealed: int
    last_digest: str
    problems: tuple[str, ...]


@transaction.atomic
def seal(*, at: datetime) -> int:
    """Seal what has settled since the last seal; returns how many entries."""
    last = AuditSeal.objects.order_by("-last_id").first()
    unsettled = AuditEntry.objects.filter(pk__gt=last.last_id if last else 0, at__gte=at - SETTLED)
    before_id = unsettled.order_by("pk").values_list("pk", flat=True).first()
    sealed = 0
    while True:
        rows = AuditEntry.objects.filter(pk__gt=last.last_id if last else 0).order_by("pk")
        run = list((rows.filter(pk__lt=before_id) if before_id else rows).values_list("pk", flat=True)[:RUN])
        if not run:
            return sealed
        entries = AuditEntry.objects.filter(pk__gte=run[0], pk__lte=run[-1])
        digest = chain_digest(last.digest if last else "", _texts(entries))
        last = AuditSeal.objects.create(first_id=run[0], last_id=run[-1], entries=len(run), digest=digest, sealed_at=at)
        sealed += len(run)


def verify() -> Checked:
    """Compute the chain again and compare."""
    problems: list[str] = []
    before, after, entries, seals = "", 0, 0, 0
    for one in AuditSeal.objects.order_by("last_id").iterator():
        found = AuditEntry.objects.filter(pk__gt=after, pk__lte=one.last_id)
        count = found.count()
        digest = chain_digest(before, _texts(found))
        if count != one.entries:
            change = f"少了 {one.entries - count} 条" if count < one.entries else f"多了 {count - one.entries} 条"
            problems.append(f"第 {one.first_id}–{one.last_id} 条之间{change}")
        elif digest != one.digest:
            problems.append(f"第 {one.first_id}–{one.last_id} 条之间有内容被改动,或封存记录被改动")
        before, after = one.digest, one.last_id
        entries, seals = entries + count, seals + 1
    unsealed = AuditEntry.objects.filter(pk__gt=after).count()
    return Checked(seals, entries, unsealed, before, tuple(problems))


def _texts(entries: QuerySet) -> Iterator[str]:
    for row in entries.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=2_000):
        values = dict(zip(COLUMNS, row, strict=True))
        values["at"] = values["at"].astimezone(UTC).isoformat()
        values["changes"] = _by_digest(values["changes"])
        yield json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _by_digest(value: Any) -> Any:
    """The value with every sealed one replaced by its digest."""
    if isinstance(value, dict):
        if "cipher" in value:
            return {"digest": value.get("digest")}
        return {key: _by_digest(one) for key, one in value.items()}
    return [_by_digest(one) for one in value] if isinstance(value, list) else value
