"""What a clerk settles after an import: conflicts one by one, and records that the list no longer holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.importing.answers import answer, keep
from core.importing.sealing import opened, seal
from core.importing.services import NotReady, target_of
from core.importing.telling import Teller
from core.models import ImportBatch, MissingRecord, StagedRow
from core.refusals import Refusal
from core.scope import Scope
from core.sources import Ending, EndingPlan, sources

if TYPE_CHECKING:
    from accounts.models import User

KEPT = "import.keep"


class NotTaken(Refusal):
    """Values of this kind of list are not taken over from here."""


class NothingPicked(Refusal):
    """No line was ticked."""


@dataclass
class Settled:
    """What became of the picked conflicts. `stale` ones had been edited meanwhile: they stay, with the new value."""

    done: int = 0
    stale: int = 0


@transaction.atomic
def settle(
    *, batch: ImportBatch, picked: Collection[tuple[int, str]], take: bool, by: User, scope: Scope, on: date
) -> Settled:
    """Take over the list's value of the picked (row, column), or keep ours; a value against which ours was kept does not
    ask again when a later list of the source says the same.

    Raises NotReady before the batch is written, NothingPicked, NotTaken, and the source's Refusal for a column that it
    does not take over.
    """
    if batch.status != ImportBatch.Status.APPLIED:
        raise NotReady(f"批次 {batch.pk} {batch.get_status_display()},写入后才能处理不一致")
    if not picked:
        raise NothingPicked("请先勾选要处理的行")
    source, teller = sources[batch.source], Teller(batch)
    if take and source.take is None:
        raise NotTaken(f"“{source.name}”的不一致不能在这里采用,请在对应登记的页面办理")
    rows = StagedRow.objects.select_for_update().filter(batch=batch, pk__in={pk for pk, _ in picked}).in_bulk()
    wanted = [row.target_id for row in rows.values() if row.target_id]
    reached = source.model._default_manager.within(scope).filter(pk__in=wanted)  # type: ignore[attr-defined]
    target = target_of(batch, by=by)
    records, personal = target.load(sorted(reached.values_list("pk", flat=True)), lock=True), target.personal
    settled, kept = Settled(), []
    for pk, column in picked:
        row = rows.get(pk)
        if row is None or column not in row.conflicts or row.target_id not in records:
            continue
        ours, theirs = (opened(value) for value in row.conflicts[column])
        now = records[row.target_id][column]
        if now not in (ours, theirs):
            row.conflicts[column] = [seal(now), seal(theirs)] if column in personal else [now, theirs]
            settled.stale += 1
            continue
        if not take:
            _note_kept(batch, row, teller, column, by)
            kept.append(answer(row.target_id, column, theirs))
        elif now != theirs:
            _take(batch, row, column, by, on)
        del row.conflicts[column]
        settled.done += 1
    StagedRow.objects.bulk_update(rows.values(), ["conflicts"], batch_size=500)
    keep(source=batch.source, answers=kept)
    return settled


def _take(batch: ImportBatch, row: StagedRow, column: str, by: User, on: date) -> None:
    source = sources[batch.source]
    assert source.take is not None
    assert row.target_id is not None
    reason = f"采用批次 {batch.pk}“{source.name}”的值"
    source.take(by=by, key=row.target_id, values={column: opened(row.conflicts[column][1])}, on=on, reason=reason)


def _note_kept(batch: ImportBatch, row: StagedRow, teller: Teller, column: str, by: User) -> None:
    """The decision to leave the record as it is goes into its history."""
    teller.learn([{column: value} for value in row.conflicts[column]])
    (told,) = teller.differences({column: row.conflicts[column]})
    event = audit.Event(
        action=KEPT,
        model=teller.source.model._meta.label_lower,
        object_id=str(row.target_id),
        label=teller.title(row),
        path=batch.path,
        reason=f"{told.label}保留“{told.old}”,不采用“{teller.source.name}”的“{told.new}”"[:250],
    )
    audit.record_many(by=by, events=[event])


def plan_ending(*, batch: ImportBatch, ending: Ending, picked: Collection[int], scope: Scope) -> EndingPlan:
    """What saying `ending` of the picked missing records would do. Raises NothingPicked."""
    if not picked:
        raise NothingPicked("请先勾选要标记的行")
    return ending.plan(scope, _missing(batch, picked))


@transaction.atomic
def end(*, batch: ImportBatch, ending: Ending, picked: Collection[int], by: User, scope: Scope, on: date) -> int:
    """Say it; the records leave the list of missing ones. Returns how many ended. Raises NotReady, NothingPicked."""
    if batch.status != ImportBatch.Status.APPLIED:
        raise NotReady(f"批次 {batch.pk} {batch.get_status_display()},写入后才能标记名单里没有的单位")
    if not picked:
        raise NothingPicked("请先勾选要标记的行")
    reason = f"批次 {batch.pk}“{sources[batch.source].name}”中没有"
    ended = ending.apply(by, scope, _missing(batch, picked), on, reason)
    MissingRecord.objects.filter(batch=batch, pk__in=picked).delete()
    return ended


def _missing(batch: ImportBatch, picked: Collection[int]) -> list[int]:
    return list(MissingRecord.objects.filter(batch=batch, pk__in=picked).values_list("object_id", flat=True))
