"""What a clerk settles after an import: conflicts one by one, and records that the list no longer holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.importing.kept_answers import answer, follow, keep
from core.importing.services import NotReady, target_of
from core.importing.targets import Record
from core.importing.wording import Teller
from core.locks import derived_once, one_at_a_time
from core.models import ImportBatch, MissingRecord, StagedRow
from core.refusals import Refusal
from core.rows import update_rows
from core.scope import Scope
from core.sources import Ending, EndingPlan, Importer, Values, sources

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

KEPT = "import.keep"


class NotTaken(Refusal):
    """A value cannot be taken over from here; the sentence says of which row, why, and where to do it."""


@dataclass
class Settled:
    """What became of the picked conflicts. `stale` ones had been edited meanwhile: they stay, with the new value."""

    done: int = 0
    stale: int = 0


@transaction.atomic
@derived_once()
def settle(
    *, batch: ImportBatch, picked: Collection[tuple[int, str]], take: bool, by: User, scope: Scope, on: date
) -> Settled:
    """Take over the list's value of the picked (row, column), or keep ours; a value against which ours was kept does not
    ask again when a later list of the source says the same. All or nothing; what is picked of one row is taken together.

    Raises NotReady before the batch is written, NotTaken for what the source does not take over, and a refusal when
    nothing is picked.
    """
    one_at_a_time()
    _require_ready(batch, picked, "处理", "不一致")
    teller, target = Teller(batch), target_of(batch, by=by)
    importer, records = target.run.importer, teller.source.model._default_manager
    chosen = StagedRow.objects.filter(batch=batch, pk__in={pk for pk, _ in picked})
    rows = chosen.select_for_update(no_key=True).in_bulk()
    reached = records.changeable(scope).changed_by(importer.scope)  # type: ignore[attr-defined]
    wanted = reached.filter(pk__in=[row.target_id for row in rows.values() if row.target_id])
    loaded = target.load(sorted(wanted.values_list("pk", flat=True)), lock=True)
    settled, kept, taken = Settled(), [], []
    for pk, columns in _by_row(picked).items():
        row = rows.get(pk)
        if row is None or row.target_id is None:
            continue
        if row.target_id not in loaded:
            raise _not_taken(row, teller, "这条登记不归您的党组织管理；请由管理它的党组织办理")
        record = loaded[row.target_id]
        theirs = _standing(row, columns, record, settled)
        if take:
            _take(row, {c: value for c, value in theirs.items() if record[c] != value}, teller, importer, on)
            taken.append(row)
        else:
            for column in theirs:
                _note_kept(batch, row, teller, column, by)
            kept += [answer(row.target_id, column, value) for column, value in theirs.items()]
        row.conflicts = {column: pair for column, pair in row.conflicts.items() if column not in theirs}
        settled.done += len(theirs)
    _require_reached(taken, records.changeable(scope).changed_by(importer.scope), teller)  # type: ignore[attr-defined]
    update_rows(
        StagedRow, ("conflicts", "target_id"), [(row.pk, row.conflicts, row.target_id) for row in rows.values()]
    )
    keep(source=batch.source, answers=kept)
    return settled


def _require_ready(batch: ImportBatch, picked: Collection, verb: str, what: str) -> None:
    if batch.status != ImportBatch.Status.APPLIED:
        raise NotReady(f"批次 {batch.pk} {batch.get_status_display()}，写入后才能{verb}{what}")
    if not picked:
        raise Refusal(f"请先勾选要{verb}的行")


def _by_row(picked: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for pk, column in picked:
        found.setdefault(pk, []).append(column)
    return found


def _standing(row: StagedRow, columns: Iterable[str], record: Record, settled: Settled) -> Values:
    """The list's values of the columns in which the record is still as it was shown; the others get what it is now."""
    theirs: Values = {}
    for column in columns:
        if column not in row.conflicts:
            continue
        was, value = row.conflicts[column]
        now = record[column]
        if now in (was, value):
            theirs[column] = value
        else:
            row.conflicts[column] = [now, value]
            settled.stale += 1
    return theirs


def _take(row: StagedRow, values: Values, teller: Teller, importer: Importer, on: date) -> None:
    if not values:
        return
    source, old = teller.source, row.target_id
    assert old is not None
    reason = f"采用批次 {row.batch_id}“{source.name}”的值"
    try:
        new = source.take(importer=importer, key=old, values=values, on=on, reason=reason)
    except ValidationError as error:
        raise _not_taken(row, teller, "；".join(error.messages)) from error
    except Refusal as refusal:
        raise _not_taken(row, teller, str(refusal)) from refusal
    if new != old:
        follow(source=source.code, old=old, new=new)
        row.target_id = new


def _require_reached(taken: Collection[StagedRow], reached: QuerySet, teller: Teller) -> None:
    """What was taken over may not lead a record out of the clerk's scope (rules §10)."""
    left = set(reached.filter(pk__in=[row.target_id for row in taken]).values_list("pk", flat=True))
    if gone := [row for row in taken if row.target_id not in left]:
        raise _not_taken(gone[0], teller, "采用后不再属于您的管辖范围；请由上级组织部门办理")


def _not_taken(row: StagedRow, teller: Teller, why: str) -> NotTaken:
    return NotTaken(f"第 {row.number} 行“{teller.title(row)}”不能采用，这次勾选的都没有写入：{why}")


def _note_kept(batch: ImportBatch, row: StagedRow, teller: Teller, column: str, by: User) -> None:
    """The decision to leave the record as it is goes into its history."""
    teller.learn([{column: value} for value in row.conflicts[column]])
    (difference,) = teller.differences({column: row.conflicts[column]})
    event = audit.Event(
        action=KEPT,
        model=teller.source.model._meta.label_lower,
        object_id=str(row.target_id),
        label=teller.title(row),
        path=batch.path,
        reason=f"{difference.label}保留“{difference.old}”，不采用“{teller.source.name}”的“{difference.new}”"[:250],
    )
    audit.record_many(by=by, events=[event])


def plan_ending(*, batch: ImportBatch, ending: Ending, picked: Collection[int], scope: Scope) -> EndingPlan:
    """What saying `ending` of the picked missing records would do. Raises Refusal."""
    if not picked:
        raise Refusal("请先勾选要标记的行")
    return ending.plan(scope, _missing(batch, picked))


@transaction.atomic
def end(*, batch: ImportBatch, ending: Ending, picked: Collection[int], by: User, scope: Scope, on: date) -> int:
    """Say it; the records leave the list of missing ones. Returns how many ended. Raises NotReady, and a refusal when
    nothing is picked."""
    one_at_a_time()
    _require_ready(batch, picked, "标记", "名单里没有的单位")
    reason = f"批次 {batch.pk}“{sources[batch.source].name}”中没有"
    ended = ending.apply(by, scope, _missing(batch, picked), on, reason)
    MissingRecord.objects.filter(batch=batch, pk__in=picked).delete()
    return ended


def _missing(batch: ImportBatch, picked: Collection[int]) -> list[int]:
    return list(MissingRecord.objects.filter(batch=batch, pk__in=picked).values_list("object_id", flat=True))
