"""Rows that are held back because they look like another record: until the clerk says whether they mean the same one."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.id_sets import among
from core.importing.apply import write
from core.importing.comparison import Comparison
from core.importing.kept_answers import OTHER, SAME, keep, same
from core.importing.problems import ERROR, IDENTITY_DOUBTFUL
from core.importing.services import NotReady, keep_counts, target_of
from core.importing.wording import Teller
from core.jobs import Progress
from core.locks import derived_once, one_at_a_time
from core.models import ImportBatch, StagedRow

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

Status, Outcome = ImportBatch.Status, StagedRow.Outcome
SAID = "import.same"
CHUNK = 2_000


def held_back(batch: ImportBatch) -> QuerySet[StagedRow]:
    """The rows that wait: the only ones in error that know their record."""
    return StagedRow.objects.filter(batch=batch, outcome=Outcome.ERROR, target_id__isnull=False)


@transaction.atomic
@derived_once()
def accept(
    *, batch: ImportBatch, picked: Collection[int] | None, by: User, progress: Progress | None = None
) -> dict[str, int]:
    """The picked rows (None: all) mean the records that their old numbers led to: compare them; write them where the batch is
    written already. The same of a later list does not ask again. Returns the batch's counts. Raises NotReady."""
    _require_open(batch)
    waiting = held_back(batch) if picked is None else held_back(batch).filter(pk__in=picked)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        rows = list(StagedRow.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk"))
        _say(batch, rows, by, SAME)
        for row in rows:
            row.problems = [problem for problem in row.problems if problem[:2] != [ERROR, IDENTITY_DOUBTFUL]]
            row.outcome, row.target_id, row.changes = Outcome.UNCHANGED, None, {}
        StagedRow.objects.bulk_update(rows, ["problems", "outcome", "target_id", "changes"], batch_size=500)
    written = batch.status == Status.APPLIED
    comparison = Comparison(batch, target_of(batch, by=by), lock=written)
    compared = StagedRow.objects.filter(batch=batch, pk__in=among(ids))
    if written:
        write(comparison, progress or Progress(), len(ids), compared)
    else:
        deque(comparison.chunks(compared), maxlen=0)
    counts = {name: batch.counts[name] + count for name, count in comparison.counts.items()}
    return keep_counts(batch, counts | {"errors": counts["errors"] - len(ids)})


@transaction.atomic
def deny(*, batch: ImportBatch, picked: Collection[int], by: User) -> dict[str, int]:
    """The picked rows mean other units than the records: they stay out as errors and wait no longer, nor does the same of a
    later list. Returns the batch's counts. Raises NotReady."""
    _require_open(batch)
    rows = held_back(batch).filter(pk__in=picked)
    _say(batch, list(rows.order_by("pk")), by, OTHER)
    rows.update(target_id=None)
    return batch.counts


def _require_open(batch: ImportBatch) -> None:
    one_at_a_time()
    batch.refresh_from_db()
    if batch.status not in (Status.STAGED, Status.APPLIED):
        raise NotReady(f"批次 {batch.pk} {batch.get_status_display()}，不能再确认")


def _say(batch: ImportBatch, rows: list[StagedRow], by: User, column: str) -> None:
    """Keep the answers and write them into the histories."""
    keep(source=batch.source, answers=[same(row.target_id or 0, row.changes, column=column) for row in rows])
    word = "确认为" if column == SAME else "确认不是"
    teller = Teller(batch)
    label = teller.source.model._meta.label_lower
    events = (
        audit.Event(
            action=SAID,
            model=label,
            object_id=str(row.target_id),
            label=teller.title(row),
            path=batch.path,
            reason=f"批次 {batch.pk} 第 {row.number} 行“{teller.title(row)}”{word}同一单位"[:250],
        )
        for row in rows
    )
    audit.record_many(by=by, events=events)
