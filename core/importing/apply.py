"""Writing what a comparison found: records, what hangs on them, and one audit entry for each that is new or changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from core import audit, writing
from core.id_sets import among
from core.importing.comparison import Comparison, Met
from core.importing.targets import Changes, Merge, Record, Target, Written
from core.jobs import Progress
from core.models import ImportBatch, Listed, StagedRow
from core.rows import insert_rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

ADDED, CHANGED, UNDONE = "import.add", "import.change", "import.undo"


def write(comparison: Comparison, progress: Progress, total: int, rows: QuerySet[StagedRow] | None = None) -> None:
    """Apply a comparison chunk by chunk. Inside the transaction in which `one_at_a_time` was called.

    `rows`: only these, of a batch that is written already; what its list lacks stays as it was found.
    """
    batch, target, done = comparison.batch, comparison.target, 0
    touched: list[int] = []
    for met in comparison.chunks(rows):
        new, changed = _write_chunk(batch, target, met)
        comparison.present.update(new)
        touched += [*new, *changed]
        done += len(met)
        progress.step(done, total, "写入")
    if rows is None:
        comparison.finish()
    progress.step(total, total, "更新组织情况")
    target.refresh(touched)


def _write_chunk(batch: ImportBatch, target: Target, met: Sequence[Met]) -> tuple[list[int], list[int]]:
    """Write one chunk; returns the ids of the records that were added, and of those that were changed."""
    fresh = [one for one in met if one.target_id is None and one.merge.changes]
    known = [one for one in met if one.target_id is not None and (one.merge.changes or one.merge.quiet)]
    ids = target.ids_for([one.merge for one in fresh]) if fresh else []
    new = [Written(pk, None, _added(one.merge), one.merge.changes) for pk, one in zip(ids, fresh, strict=True)]
    changed = [_changed(one, target) for one in known]
    _insert(batch, target, new)
    update(batch, target, changed, CHANGED)
    target.written(new, changed)
    if target.claims:
        _list(batch, ids, [one.target_id for one in met if one.target_id is not None])
    return ids, [one.id for one in changed]


def _added(merge: Merge) -> Record:
    record = merge.record or {column: now for column, (_, now) in merge.changes.items()}
    return record | merge.aside if merge.aside else record


def _changed(one: Met, target: Target) -> Written:
    assert one.target_id is not None
    assert one.record is not None
    changes: Changes = one.merge.changes | one.merge.quiet
    after = one.record | {column: now for column, (_, now) in changes.items()} | one.merge.aside
    return Written(one.target_id, one.record, after, changes)


def _insert(batch: ImportBatch, target: Target, new: Sequence[Written]) -> None:
    if not new:
        return
    columns = sorted(set().union(*(one.after for one in new)))
    blank, given = {column: target.defaults[column] for column in columns}, itemgetter("id", *columns)
    rows = (given(blank | one.after | {"id": one.id}) for one in new)
    by = target.run.importer.user
    writing.add_rows(target.model, ("id", *columns), rows, by=by, events=history(batch, target, ADDED, new))


def update(batch: ImportBatch, target: Target, changed: Sequence[Written], action: str) -> None:
    """Every row gives all columns that any of them changes; the records are locked, so none is overwritten."""
    if not changed:
        return
    columns = sorted({*target.aside, *(column for one in changed for column in one.changes)})
    version = ("version",) if target.versioned else ()
    rows = (
        [one.id, *[one.after[column] for column in columns], *[one.after[v] + 1 for v in version]] for one in changed
    )
    events = history(batch, target, action, changed)
    writing.change_rows(target.model, (*columns, *version), rows, by=target.run.importer.user, events=events)


def history(batch: ImportBatch, target: Target, action: str, written: Iterable[Written]) -> Iterator[audit.Event]:
    """One audit entry a record. Personal values are encrypted."""
    label, written = target.model._meta.label_lower, list(written)
    for one, changes in zip(written, _told(written, target), strict=True):
        yield audit.Event(
            action=action,
            model=label,
            object_id=str(one.id),
            label=target.label_of(one.after),
            path=target.path_of(one.after),
            changes=changes,
            batch_id=batch.pk,
        )


def _told(written: Sequence[Written], target: Target) -> list[Changes]:
    """The changes as the trail keeps them: personal values encrypted, column by column."""
    kept = [one.changes.copy() for one in written]
    for name, column in target.personal.items():
        of = [(changes, one.id) for changes, one in zip(kept, written, strict=True) if name in changes]
        keys, sides = [pk for _, pk in of], zip(*(changes[name] for changes, _ in of), strict=True)
        sealed = [audit.encrypted_column(column, values, keys) for values in sides]  # before and after
        for (changes, _), pair in zip(of, zip(*sealed, strict=True), strict=True):
            changes[name] = [*pair]
    return kept


def _list(batch: ImportBatch, new: Sequence[int], known: Sequence[int]) -> None:
    """Note which records this source lists, the first time it does."""
    listed = Listed.objects.filter(source=batch.source, object_id__in=among(known)) if known else Listed.objects.none()
    first = [*new, *sorted(set(known) - set(listed.values_list("object_id", flat=True)))]
    insert_rows(Listed, ("object_id",), ((pk,) for pk in first), {"source": batch.source, "batch_id": batch.pk})
