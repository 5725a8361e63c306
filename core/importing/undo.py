"""Taking a batch back: what it changed is restored from the audit trail, unless a later edit touched it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from core import audit, writing
from core.id_sets import among, among_texts
from core.importing.apply import ADDED, CHANGED, UNDONE, history, update
from core.importing.targets import Changes, Record, Target, Written
from core.jobs import Progress
from core.locks import derived_once, hold
from core.models import AuditEntry, ImportBatch, Listed
from core.plain import fetch_plain
from core.standing import on_ended

CHUNK = 2_000


class Entry(NamedTuple):
    """What the batch did to a record, from the audit trail."""

    pk: int
    action: str
    key: int
    label: str
    changes: Changes


@dataclass(frozen=True)
class Left:
    """What stays as it is, because somebody used, edited or handed it over after the import, or because what it would
    belong to again has ended since."""

    id: int
    label: str
    columns: tuple[str, ...]  # empty: the whole new record stays


@dataclass
class Undone:
    deleted: int = 0
    restored: int = 0
    left: list[Left] = field(default_factory=list)


def take_back(batch: ImportBatch, target: Target, progress: Progress, *, trial: bool = False) -> Undone:
    """Restore and delete, chunk by chunk, newest first; derived data follows. In the turn of an import, in one transaction.

    A `trial` writes nothing and says what would be done.
    """
    if trial:
        return _take_back(batch, target, progress, trial=True)
    ids = [int(pk) for pk in _own(batch).values_list("object_id", flat=True)]
    target.lock_first(ids)
    hold(target.model, ids)
    with derived_once():
        return _take_back(batch, target, progress, trial=False)


def _take_back(batch: ImportBatch, target: Target, progress: Progress, *, trial: bool) -> Undone:
    undone, done = Undone(), 0
    ends = _own(batch).aggregate(total=Count("pk"), first=Min("pk"))
    total, model = ends["total"], target.model._meta.label_lower
    touched: list[int] = []
    for entries in _entries(batch):
        done += len(entries)
        keys = [entry.key for entry in entries]
        later = _later(batch, ends["first"], model, keys)
        records = target.load(keys, lock=not trial)
        entries = _manageable(target, entries, records, undone)
        added = [entry for entry in entries if entry.action == ADDED]
        changed = [entry for entry in entries if entry.action == CHANGED]
        restored = _restorable(target, changed, records, later, undone)
        deleted = _deletable(target, added, later, undone)
        if restored and not trial:
            update(batch, target, restored, UNDONE)
            target.undone(batch.pk, restored)
        if deleted and not trial:
            _delete(batch, target, deleted, records)
        touched += [one.id for one in restored]
        progress.step(done, total, "核对" if trial else "撤销")
    if trial:
        return undone
    progress.step(total, total, "更新统计")
    Listed.objects.filter(batch=batch).delete()
    target.refresh(touched)
    return undone


def _entries(batch: ImportBatch) -> Iterator[list[Entry]]:
    """The batch's own entries, newest first."""
    entries = _own(batch).order_by("-id")
    before: int | None = None
    columns = ("pk", "action", "object_id", "label", "changes")
    while chunk := fetch_plain((entries.filter(id__lt=before) if before else entries)[:CHUNK], columns):
        yield [Entry(pk, action, int(key), label, changes) for pk, action, key, label, changes in chunk]
        before = chunk[-1][0]


def _own(batch: ImportBatch) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(batch_id=batch.pk, action__in=(ADDED, CHANGED))


def _later(batch: ImportBatch, first: int, model: str, keys: Sequence[int]) -> dict[int, set[str]]:
    """Record → columns that somebody touched after the batch began. What was undone since does not count."""
    undone = ImportBatch.objects.filter(status=ImportBatch.Status.UNDONE).values("pk")
    others = Q(batch_id=None) | ~Q(batch_id=batch.pk) & ~Q(batch_id__in=undone)
    these = among_texts([str(key) for key in keys])
    entries = AuditEntry.objects.filter(others, model=model, object_id__in=these, id__gt=first)
    touched: dict[int, set[str]] = {}
    for key, changes in fetch_plain(entries, ("object_id", "changes")):
        touched.setdefault(int(key), set()).update(changes)
    return touched


def _manageable(target: Target, entries: list[Entry], records: dict[int, Record], undone: Undone) -> list[Entry]:
    """Those of records that are still the user's to change; what was handed over since stays as it is."""
    rows: Any = target.model._default_manager.filter(pk__in=among(records))
    mine = {*rows.changed_by(target.run.importer.scope).values_list("pk", flat=True)}
    for entry in entries:
        if entry.key in records and entry.key not in mine:
            undone.left.append(Left(entry.key, entry.label, tuple(entry.changes) if entry.action == CHANGED else ()))
    return [entry for entry in entries if entry.key in mine]


def _restorable(
    target: Target, entries: Sequence[Entry], records: dict[int, Record], later: dict[int, set[str]], undone: Undone
) -> list[Written]:
    """Changed records with the columns that get back what they held."""
    restored: list[Written] = []
    for entry in entries:
        pk, record = entry.key, records[entry.key]
        back: Changes = {}
        kept: list[str] = []
        for column, (before, after) in entry.changes.items():
            was, put = before, after
            if personal := target.personal.get(column):
                was, put = audit.opened(personal, before, pk), audit.opened(personal, after, pk)
            if column in later.get(pk, ()) or record[column] != put:
                kept.append(column)
            else:
                back[column] = [put, was]
        if kept:
            undone.left.append(Left(pk, entry.label, tuple(kept)))
        if back:
            after_record = record | {column: was for column, (_, was) in back.items()}
            restored.append(Written(pk, record, after_record, back))
    ended = on_ended(target.model, {one.id: one.after for one in restored})
    labels = {entry.key: entry.label for entry in entries}
    undone.left += [Left(one.id, labels[one.id], tuple(one.changes)) for one in restored if one.id in ended]
    restored = [one for one in restored if one.id not in ended]
    undone.restored += len(restored)
    return restored


def _deletable(target: Target, entries: Sequence[Entry], later: Collection[int], undone: Undone) -> list[int]:
    """New records that nobody edited and nothing refers to."""
    keys = {entry.key for entry in entries}
    used = _referred_to(target, keys, keys & {*later})
    undone.left += [Left(entry.key, entry.label, ()) for entry in entries if entry.key in used]
    free = [entry.key for entry in entries if entry.key not in used]
    undone.deleted += len(free)
    return free


def _delete(batch: ImportBatch, target: Target, free: Sequence[int], records: dict[int, Record]) -> None:
    target.forget(free)
    by, gone = target.run.importer.user, [Written(pk, records[pk], records[pk], {}) for pk in free]
    for model, column in target.owned:
        writing.remove_rows(model, column, free, by=by, events=())
    writing.remove_rows(target.model, "id", free, by=by, events=history(batch, target, UNDONE, gone))


def _referred_to(target: Target, ids: Collection[int], edited: Collection[int]) -> set[int]:
    """Which of the records something else refers to than their own rows and than records that go with them."""
    owned, these = {model for model, _ in target.owned}, among(ids)
    used: set[int] = set(edited)
    within: list[tuple[int, int]] = []  # record that refers, record that it refers to
    for relation in target.model._meta.related_objects:
        model, column = relation.related_model, relation.field.attname
        rows = model._base_manager.filter(**{f"{column}__in": these})
        if model is target.model:
            within += rows.values_list("pk", column)
        elif model not in owned:
            used.update(rows.values_list(column, flat=True))
    while more := {to for by, to in within if (by in used or by not in ids) and to not in used}:
        used |= more
    return used - {None}
