"""Bulk changes as acts: what each wrote is known from the trail, and can be taken back (in the manner of an import's undo)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from accounts.models import User
from core import audit, writing
from core.id_sets import among
from core.jobs import Progress
from core.locks import derived_once, hold
from core.models import AuditEntry
from core.periods import over
from core.plain import to_plain
from core.refusals import Refusal
from core.scope import Scope
from core.standing import on_ended
from orgs.facts import refresh
from orgs.models import BulkAct, Coverage, FormerManagement, Organization

CHUNK = 2_000
UNDONE = "organizations.undo"
MODELS: dict[str, type[models.Model]] = {m._meta.label_lower: m for m in (Organization, Coverage, FormerManagement)}


@contextmanager
def acting(*, by: User, scope: Scope, title: str, reason: str, at: datetime) -> Iterator[BulkAct]:
    """Everything written inside belongs to one act, in one transaction."""
    with transaction.atomic():
        granted = scope.having(BulkAct.change_permission)  # another duty may stand elsewhere, or higher
        path = min((grant.path for grant in granted.grants), key=len, default="")
        act = BulkAct.objects.create(title=title[:200], reason=reason, done_at=at, done_by=by, path=path)
        with audit.in_batch(act.batch):
            yield act
        act.save(update_fields=["changed"])


@transaction.atomic
@derived_once()
def undo(*, act: BulkAct, by: User, scope: Scope, on: date, at: datetime, progress: Progress | None = None) -> BulkAct:
    """Restore what the act changed, unless it was edited since, is no longer the user's to change or would come back to a
    Party organization that has ended; chunk by chunk, the newest first. Raises Refusal."""
    act = BulkAct.objects.select_for_update(of=("self",), no_key=True).get(pk=act.pk)
    if act.undone_at:
        raise Refusal(f"“{act}”已于 {act.undone_at:%Y-%m-%d} 撤销")
    entries = AuditEntry.objects.filter(batch_id=act.batch, model__in=MODELS).order_by("-id")
    own = entries.filter(model=Organization._meta.label_lower).values_list("object_id", flat=True)
    ids = sorted({int(key) for key in own} | _covered(entries))
    hold(Organization, ids)
    mine = set(Organization.objects.changeable(scope).filter(pk__in=among(ids)).values_list("pk", flat=True))
    left: set[int] = set()
    touched: set[int] = set()
    total, done = entries.count(), 0
    before: int | None = None
    while chunk := list((entries.filter(id__lt=before) if before else entries)[:CHUNK]):
        for label, model in MODELS.items():
            _take_back([entry for entry in chunk if entry.model == label], model, by, act, mine, left, touched)
        before, done = chunk[-1].pk, done + len(chunk)
        (progress or Progress()).step(done, total, "撤销")
    refresh(sorted(touched), on=on)
    act.undone_at, act.undone_by, act.restored = at, by, len(touched - left)
    act.left = list(
        Organization.objects.filter(pk__in=among(sorted(left))).order_by("pk").values_list("name", flat=True)
    )
    act.save(update_fields=["undone_at", "undone_by", "restored", "left"])
    return act


def _covered(entries: models.QuerySet[AuditEntry]) -> set[int]:
    """Organizations of the coverages that the act began or ended."""
    keys = entries.filter(model=Coverage._meta.label_lower).values_list("object_id", flat=True)
    return set(Coverage.objects.filter(pk__in=among([int(key) for key in keys])).values_list("organization", flat=True))


def _take_back(
    entries: Sequence[AuditEntry],
    model: type[models.Model],
    by: User,
    act: BulkAct,
    mine: set[int],
    left: set[int],
    touched: set[int],
) -> None:
    """The entries of one model: what began with the act goes, what was changed gets back what it held."""
    records: dict[Any, Any] = model._base_manager.in_bulk([int(entry.object_id) for entry in entries])
    covered_anew = _covered_anew(records.values()) if model is Coverage else set()
    gone: list[int] = []
    back: list[tuple[models.Model, dict[str, Any], AuditEntry]] = []
    for entry in entries:
        record = records.get(int(entry.object_id))
        if record is None:
            continue
        unit = _unit(record)
        after = {name: pair[1] for name, pair in entry.changes.items()}
        if unit not in mine or any(to_plain(getattr(record, name)) != value for name, value in after.items()):
            left.add(unit)
        elif model is FormerManagement and unit in left:
            continue  # the organization stays where it is, and keeps where it was
        elif model is not Organization and entry.changes.get("organization_id", [0])[0] is None:
            gone.append(record.pk)
            touched.add(unit)
        elif record.pk in covered_anew:
            left.add(unit)
        else:
            back.append((record, {name: pair[0] for name, pair in entry.changes.items()}, entry))
            touched.add(unit)
    ended = on_ended(model, {record.pk: vars(record) | was for record, was, _ in back})
    left.update(_unit(record) for record, _, _ in back if record.pk in ended)
    back = [one for one in back if one[0].pk not in ended]
    reason = f"撤销“{act}”"[:250]
    if gone:
        writing.remove_many(model._base_manager.filter(pk__in=gone), by=by, action=UNDONE, reason=reason)
    _restore(model, back, by, reason)


def _unit(record: Any) -> int:
    """The organization that a record is, or belongs to."""
    return int(record.pk if isinstance(record, Organization) else record.organization_id)


def _covered_anew(rows: Iterable[Any]) -> set[int]:
    """Those ended coverages whose organization has another one by now."""
    ended = [(row, row.until) for row in rows if row.primary and row.until is not None]
    units = among([row.organization_id for row, _ in ended])
    theirs: dict[int, list[Coverage]] = defaultdict(list)
    for other in Coverage.objects.filter(organization__in=units, primary=True):
        theirs[other.organization_id].append(other)
    return {
        row.pk
        for row, until in ended
        if any(other.pk != row.pk and not over(other, until) for other in theirs[row.organization_id])
    }


def _restore(
    model: type[models.Model], back: list[tuple[models.Model, dict[str, Any], AuditEntry]], by: User, reason: str
) -> None:
    """Write the former values, each column set in one statement."""
    shapes: dict[tuple[str, ...], list[tuple[models.Model, dict[str, Any], AuditEntry]]] = {}
    for one in back:
        shapes.setdefault(tuple(sorted(one[1])), []).append(one)
    for columns, rows in shapes.items():
        version = ("version",) if model is Organization else ()
        writing.change_rows(
            model,
            (*columns, *version),
            [
                (record.pk, *[was[c] for c in columns], *[getattr(record, v) + 1 for v in version])
                for record, was, _ in rows
            ],
            by=by,
            events=[entry_back(entry, reason) for _, _, entry in rows],
        )


def entry_back(entry: AuditEntry, reason: str) -> audit.Event:
    """The entry that turns another round."""
    turned = {name: [after, before] for name, (before, after) in entry.changes.items()}
    return audit.Event(UNDONE, entry.model, entry.object_id, entry.label, entry.path, turned, reason)
