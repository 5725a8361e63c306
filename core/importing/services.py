"""The import road, step by step. The wizard and the command line call nothing else.

    receive → (mapping.look → mapping.adopt) → stage → compare → apply → undo

A batch that was staged and compared can be looked at; `apply` compares again inside its transaction.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from core import audit, files
from core.days import require_past
from core.importing import staged_rows
from core.importing.apply import write
from core.importing.comparison import COUNTED, Comparison
from core.importing.reports import count_warnings
from core.importing.sheets import ALL_SHEETS, Table, looked_through, no_table, tables
from core.importing.undo import Undone, take_back
from core.jobs import Progress
from core.locks import derived_once, one_at_a_time
from core.masking import struck
from core.models import ImportBatch, StagedRow
from core.refusals import Refusal
from core.reveal import require_reason
from core.rows import analyze
from core.sources import Run, Source, sources
from core.workbooks.reading import open_book

if TYPE_CHECKING:
    from accounts.models import User
    from core.importing.targets import Target

Status = ImportBatch.Status
KEPT = timedelta(days=7)  # uploaded lists and staged rows are erased after that
UNFINISHED = (Status.UPLOADED, Status.MAPPED, Status.STAGED)


@contextmanager
def many_small_objects() -> Iterator[None]:
    """Let Python not look for cycles meanwhile: rows make millions of small lists and no cycle, and every look goes
    through all that Django holds: the comparison alone takes three times as long with it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class NotReady(Refusal):
    """A step was asked for that does not follow the batch's state."""


class Gone(Refusal):
    """The uploaded file or the staged rows were erased after seven days."""


def receive(
    path: Path,
    *,
    name: str,
    source: Source,
    by: User | None,
    as_of: date,
    extent: str = "",
    keep: bool = True,
    on: date | None = None,
) -> ImportBatch:
    """Take in a file under the name the clerk knows it by. With `keep` a copy stays until the batch is done.

    Raises `Unreadable` when the file as a whole cannot be read, and a `Refusal` for a user without the right.
    """
    require_past(ImportBatch, {"as_of": as_of}, on=on)
    open_book(path, name=name)
    importer = source.admit(by, on or timezone.localdate())
    if extent:
        source.check_extent(extent)
    batch = ImportBatch(
        source=source.code,
        file_name=struck(Path(name).name)[:200],
        sha256=_digest(path),
        as_of=as_of,
        extent=extent,
        created_by=by,
        node_id=importer.node_id,
        path=importer.path,
    )
    batch.save()
    if keep:
        batch.file = f"imports/{batch.pk}"
        with path.open("rb") as content:
            files.keep(content, batch.file)
        batch.save(update_fields=["file"])
    return batch


@many_small_objects()
def stage(
    batch: ImportBatch,
    *,
    path: Path | None = None,
    sheet: str | None = None,
    only: Sequence[str] | None = None,
    progress: Progress | None = None,
    on: date | None = None,
) -> None:
    """Read the list into staging and check every row, as it is today (`on`, else the server's day). In parts, so that
    others can write meanwhile; begun anew, it leaves nothing of an attempt that was broken off.

    Of a batch whose columns were assigned by hand (`mapping.adopt`) the assigned sheets are read.
    `sheet`: one by name, `*` for all with a recognisable header, None for the first of them; `only`: those ticked.
    Sheets that are not imported still tell which records are in the file.
    """
    target = target_of(batch, on=on)
    with nullcontext(path) if path else opened(batch) as place:
        _stage(batch, place, target, sheet, only, progress or Progress())


def _stage(
    batch: ImportBatch, path: Path, target: Target, sheet: str | None, only: Sequence[str] | None, progress: Progress
) -> None:
    source, book = target.run.source, open_book(path, name=batch.file_name)
    batch.rows.all().delete()
    mapped = batch.columns if batch.status == Status.MAPPED else {}  # what the clerk assigned by hand
    chosen = {name: Table.from_json(name, kept) for name, kept in mapped.items()}
    only = list(chosen) or only
    batch.sheets, batch.columns = [], {}
    elsewhere = 0
    for table, rows in tables(book, source, chosen):
        if _wanted(table, batch.sheets, sheet, only):
            at = len(batch.sheets)
            batch.sheets.append(table.sheet)
            table, rows = looked_through(table, rows)
            batch.columns[table.sheet] = table.as_json()
            for read in staged_rows.stage_table(table, rows, target, sheet=at):
                progress.step(read, 0, f"读取“{table.sheet}”")
        elif not table.is_error_workbook:
            elsewhere += 1
            staged_rows.stage_elsewhere(table, rows, target, sheet=1_000 + elsewhere)
    if not batch.sheets:
        raise no_table(book, source, sheet)
    staged_rows.settle_repeats(batch, source)
    analyze(StagedRow, "id", "batch_id", "sheet", "key", "outcome")
    batch.status = Status.STAGED
    batch.save(update_fields=["sheets", "columns", "status"])


@many_small_objects()
def compare(batch: ImportBatch, *, progress: Progress | None = None) -> dict[str, int]:
    """Say what applying would do, without doing it; the rows keep their outcome for the preview. In parts, as `stage`."""
    comparison = Comparison(batch, target_of(batch), lock=False)
    total, done, progress = batch.rows.count(), 0, progress or Progress()
    for met in comparison.chunks():
        done += len(met)
        progress.step(done, total, "比对")
    with transaction.atomic():
        comparison.finish()
        return keep_counts(batch, comparison.counts)


def apply(batch: ImportBatch, *, progress: Progress | None = None, on: date | None = None) -> dict[str, int]:
    """Compare once more and write, in one transaction, one import at a time. A second call does nothing.

    A record that somebody registers by hand at the same moment makes the whole run once again.
    """
    try:
        return _apply(batch, progress or Progress(), on)
    except IntegrityError:
        return _apply(batch, progress or Progress(), on)


@many_small_objects()
@transaction.atomic
def _apply(batch: ImportBatch, progress: Progress, on: date | None) -> dict[str, int]:
    one_at_a_time()
    batch.refresh_from_db()
    if batch.status == Status.APPLIED:
        return batch.counts
    if batch.status != Status.STAGED or _erased(batch):
        raise NotReady(f"批次 {batch.pk} {batch.get_status_display()}，不能写入；请重新上传名单")
    comparison = Comparison(batch, target_of(batch, on=on), lock=True)
    total = batch.rows.count()
    with derived_once():  # last of all: nobody waits for the sums longer than it takes to add to them
        write(comparison, progress, total)
        batch.status, batch.applied_at = Status.APPLIED, timezone.now()
        batch.save(update_fields=["status", "applied_at"])
        return keep_counts(batch, comparison.counts)


@many_small_objects()
def foresee_undo(batch: ImportBatch, *, by: User, progress: Progress | None = None) -> Undone:
    """What `undo` would restore, delete and leave, without doing it."""
    return take_back(batch, _undoable(batch, by=by), progress or Progress(), trial=True)


@many_small_objects()
@transaction.atomic
def undo(batch: ImportBatch, *, by: User, progress: Progress | None = None, on: date | None = None) -> Undone:
    """Take the batch back: what it changed is restored unless a later edit touched it, what it added is deleted."""
    one_at_a_time()
    batch.refresh_from_db()
    undone = take_back(batch, _undoable(batch, by=by, on=on), progress or Progress())
    batch.status, batch.undone_at, batch.undone_by = Status.UNDONE, timezone.now(), by
    batch.save(update_fields=["status", "undone_at", "undone_by"])
    return undone


def _undoable(batch: ImportBatch, *, by: User, on: date | None = None) -> Target:
    target = target_of(batch, by=by, on=on)
    if batch.status != Status.APPLIED:
        raise NotReady(f"批次 {batch.pk} 的状态是“{batch.get_status_display()}”，只有已写入的批次可以撤销")
    return target


@transaction.atomic
def forget(batch: ImportBatch) -> None:
    """Remove a batch that was only to be checked, and its rows. Checked inside one transaction, to be rolled back, it would keep
    every writer out on SQLite."""
    batch.rows.all().delete()
    batch.delete()


def target_of(batch: ImportBatch, *, by: User | None = None, on: date | None = None) -> Target:
    """The records as this user (else the uploader) meets them on behalf of the batch."""
    source, today = sources[batch.source], on or timezone.localdate()
    importer = source.admit(by or batch.created_by, today)
    return source.target(Run(source=source, importer=importer, as_of=batch.as_of, today=today, batch_id=batch.pk))


@transaction.atomic
def erase_old(*, today: date) -> int:
    """Erase uploaded files and staged rows after seven days.

    Of a batch that was written rows with conflicts stay until these are settled; one that was not is 已过期.
    """
    one_at_a_time()
    old = ImportBatch.objects.filter(created_at__date__lt=today - KEPT)
    for batch in old.exclude(file=""):
        files.forget(batch.file)
    old.exclude(file="").update(file="", heads={})
    open_ones = old.filter(status__in=UNFINISHED)
    erased = StagedRow.objects.filter(Q(batch__in=open_ones) | Q(batch__in=old, conflicts={})).delete()[0]
    open_ones.update(status=Status.EXPIRED)
    return erased


def _erased(batch: ImportBatch) -> bool:
    """Whether rows that the preview told of are no longer there."""
    return batch.rows.exclude(outcome=StagedRow.Outcome.ELSEWHERE).count() < batch.counts.get("rows", 0)


def keep_counts(batch: ImportBatch, counts: Mapping[str, int]) -> dict[str, int]:
    """Keep them with the batch, with all rows and their warnings."""
    rows = sum(counts[name] for name in COUNTED.values())
    batch.counts = {**counts, "rows": rows, "warnings": count_warnings(batch)}
    batch.save(update_fields=["counts"])
    return batch.counts


def opened(batch: ImportBatch) -> AbstractContextManager[Path]:
    """Where the uploaded file can be read meanwhile. Raises `Gone`."""
    _require_kept(batch)
    return files.opened(batch.file)


@transaction.atomic
def original(batch: ImportBatch, *, by: User, reason: str) -> IO[bytes]:
    """The file as it was uploaded, once it is written down why. Raises `ReasonMissing`, `Gone`."""
    _require_kept(batch)
    require_reason(reason)
    audit.record_export(by=by, what=f"上传的文件 {batch}", rows=batch.counts.get("rows", 0), reason=reason.strip())
    return files.content(batch.file)


def _require_kept(batch: ImportBatch) -> None:
    if not files.is_kept(batch.file):
        raise Gone(f"批次 {batch.pk} 的文件已按规定删除，请重新上传名单")


def _wanted(table: Table, chosen: Sequence[str], sheet: str | None, only: Sequence[str] | None) -> bool:
    if only is not None:
        return table.sheet in only
    if sheet is None:
        return not chosen or table.is_error_workbook  # what was handed out to be corrected comes back whole
    return sheet in (ALL_SHEETS, table.sheet)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
