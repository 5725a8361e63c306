"""What a staged list would do to the records: new, changed field by field, unchanged, conflicts, missing, undecided.

Rows are taken chunk by chunk in the order of the file; the records they meet are fetched set-based. The preview and the
transaction that applies run the same comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from core.importing.kept_answers import known_same, settle_known
from core.importing.problems import DUPLICATE_DIFFERS, ERROR, IDENTITY_DOUBTFUL
from core.importing.sheets import tables_of
from core.importing.targets import Changes, ListRow, Merge, Record, Target
from core.models import ImportBatch, Listed, MissingRecord, StagedRow
from core.plain import fetch_plain
from core.rows import insert_rows, update_rows

CHUNK = 2_000
Outcome = StagedRow.Outcome
NOT_COMPARED = (Outcome.ERROR, Outcome.DUPLICATE, Outcome.ELSEWHERE)
COMPARED = ("outcome", "target_id", "changes", "conflicts", "undecided")
REFUSED = ("outcome", "problems", "target_id", "changes")
FETCHED = ("id", "sheet", "key", "values", "extras", "problems", "outcome", "target_id", "undecided")
COUNTED = {
    Outcome.NEW: "new",
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "unchanged",
    Outcome.DUPLICATE: "duplicates",
    Outcome.ERROR: "errors",
}
COUNTS = ("rows", *COUNTED.values(), "warnings", "conflicts", "missing", "undecided")  # rules §12


@dataclass(slots=True)
class Met:
    """A row with its record and what it would do to it."""

    row: ListRow
    target_id: int | None
    record: Record | None
    merge: Merge


class Comparison:
    """One comparison of a batch. Iterate `chunks()`, then `finish()`."""

    def __init__(self, batch: ImportBatch, target: Target, *, lock: bool) -> None:
        self.batch, self.target, self.lock, self.tables = batch, target, lock, tables_of(batch)
        self.claims_extent = target.claims and not any(table.is_error_workbook for table in self.tables)
        self.counts = dict.fromkeys(COUNTS, 0)
        self._taken: set[int] = set()  # records that a row has met: a second row with the same record differs
        self.present: set[int] = set()  # records in the file, whatever became of their row

    def chunks(self, rows: QuerySet[StagedRow] | None = None) -> Iterator[list[Met]]:
        """The rows that go in, of the batch or of some of its rows, chunk by chunk; outcomes are written to staging."""
        rows = StagedRow.objects.filter(batch=self.batch) if rows is None else rows
        ends = rows.aggregate(first=Min("id"), last=Max("id"))
        if ends["first"] is None:
            return
        for start in range(ends["first"], ends["last"] + 1, CHUNK):
            part = rows.filter(id__gte=start, id__lt=start + CHUNK).order_by("id")
            yield self._chunk(part)

    def _chunk(self, part: QuerySet[StagedRow]) -> list[Met]:
        compared, records = self._fetched(part)
        met: list[Met] = []
        rewritten, refused = [], []
        merged = [self._merge(row, pk, None if pk is None else records[pk]) for row, pk, *_ in compared]
        self._believe(compared, merged, records)
        again = {pk: merge for (_, pk, *_), merge in zip(compared, merged, strict=True) if pk and merge.conflicts}
        settle_known(source=self.batch.source, merges=again)
        for (row, target_id, sheet, problems, was), merge in zip(compared, merged, strict=True):
            record = None if target_id is None else records[target_id]
            if (
                merge.problem
            ):  # of a row in doubt the record is kept, and what differs, unless it was said to be another one
                problem = [
                    ERROR,
                    merge.problem,
                    self.tables[sheet].column_of(merge.at or self.target.run.source.key_field),
                ]
                doubted = target_id if merge.changes else None
                refused.append((row.id, Outcome.ERROR.value, [*problems, problem], doubted, merge.changes))
                continue
            outcome, problems_now, changes = self._verdict(merge, target_id)
            if problems_now or [outcome, problems_now, merge.undecided] != was:
                rewritten.append((row.id, outcome, problems_now, changes, merge.conflicts, merge.undecided))
            met.append(Met(row, target_id, record, merge))
        self.counts["errors"] += len(refused)
        for columns, changed in ((COMPARED, rewritten), (REFUSED, refused)):
            if changed:
                with transaction.atomic(savepoint=False):
                    update_rows(StagedRow, columns, changed)
        return met

    def _fetched(self, part: QuerySet[StagedRow]) -> tuple[list[tuple[Any, ...]], dict[int, Record]]:
        """The rows that can go in, each with its record's number, its sheet, its problems and how it stands; and the records."""
        staged = fetch_plain(part, FETCHED)
        rows = [ListRow(pk, key, values, extras) for pk, _, key, values, extras, *_ in staged]
        targets = self.target.match(rows)
        self.present.update(pk for pk in targets if pk is not None)
        compared = []
        for row, target_id, (_, sheet, _, _, _, problems, *was) in zip(rows, targets, staged, strict=True):
            if was[0] in NOT_COMPARED:
                if was[0] in COUNTED:
                    self.counts[COUNTED[was[0]]] += 1
            else:
                compared.append((row, target_id, sheet, problems, was))
        return compared, self.target.load(sorted({pk for _, pk, *_ in compared if pk is not None}), lock=self.lock)

    def _believe(
        self,
        compared: Sequence[tuple[ListRow, int | None, *tuple[Any, ...]]],
        merged: list[Merge],
        records: dict[int, Record],
    ) -> None:
        """Rows in doubt of which a clerk said that they mean their record are compared with it; those of which he denied it
        stay out and are not asked about."""
        doubted = {
            pk: at
            for at, ((_, pk, *_), merge) in enumerate(zip(compared, merged, strict=True))
            if pk is not None and merge.problem == IDENTITY_DOUBTFUL
        }
        doubts = {pk: merged[at] for pk, at in doubted.items()}
        for pk, is_same in known_same(source=self.batch.source, doubts=doubts).items():
            row = compared[doubted[pk]][0]
            row.sure = is_same
            merged[doubted[pk]] = self._merge(row, pk, records[pk]) if is_same else replace(doubts[pk], changes={})

    def _merge(self, row: ListRow, target_id: int | None, record: Record | None) -> Merge:
        if target_id is None:
            return self.target.merge(row, None)
        if target_id in self._taken:
            return Merge(problem=DUPLICATE_DIFFERS)
        merge = self.target.merge(row, record)
        if merge.problem != IDENTITY_DOUBTFUL:
            self._taken.add(target_id)
        return merge

    def _verdict(self, merge: Merge, target_id: int | None) -> tuple[str, int | None, Changes]:
        """Outcome, record and changes as staging keeps them, counted. A plain row keeps no record, so that few rows
        need to be rewritten."""
        self.counts["undecided"] += merge.undecided
        self.counts["conflicts"] += bool(merge.conflicts)
        changes = {} if target_id is None else merge.changes
        new = target_id is None and bool(merge.changes)  # a row that says nothing makes no record
        outcome = Outcome.NEW if new else Outcome.CHANGED if changes else Outcome.UNCHANGED
        self.counts[COUNTED[outcome]] += 1
        return outcome.value, target_id if changes or merge.conflicts else None, changes

    def finish(self) -> None:
        """Find what is missing, once all chunks are through. An error workbook claims no extent."""
        MissingRecord.objects.filter(batch=self.batch).delete()
        if self.claims_extent:
            listed = Listed.objects.filter(source=self.batch.source).values_list("object_id", flat=True)
            missing = sorted(self.target.expected(set(listed.iterator()) - self.present, self.batch.extent))
            rows = ((pk,) for pk in missing)
            self.counts["missing"] = insert_rows(MissingRecord, ("object_id",), rows, {"batch_id": self.batch.pk})
