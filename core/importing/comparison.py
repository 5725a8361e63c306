"""What a staged list would do to the records: new, changed field by field, unchanged, conflicts, missing, undecided.

Rows are taken chunk by chunk in the order of the file; the records they meet are fetched set-based. The preview and the
transaction that applies run the same comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from core.importing.answers import known_same, settle_known
from core.importing.problems import DUPLICATE_DIFFERS, ERROR, IDENTITY_DOUBTFUL
from core.importing.sheets import Table
from core.importing.targets import Changes, Merge, Record, Row, Target, parts
from core.models import ImportBatch, Listed, MissingRecord, StagedRow
from core.plain import fetch_plain
from core.rows import insert_rows, update_rows
from core.sources import Source

CHUNK = 2_000
Outcome = StagedRow.Outcome
NOT_COMPARED = (Outcome.ERROR, Outcome.DUPLICATE, Outcome.ELSEWHERE)
COMPARED = ("outcome", "target_id", "changes", "conflicts", "undecided")
FETCHED = ("id", "sheet", "key", "values", "extras", "outcome", "target_id", "undecided")


@dataclass(slots=True)
class Met:
    """A row with its record and what it would do to it."""

    row: Row
    target_id: int | None
    record: Record | None
    merge: Merge


@dataclass
class Counts:
    """The counts of the command line, filled while comparing."""

    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome.values, 0))
    conflicts: int = 0  # rows with at least one conflict
    undecided: int = 0
    missing: int = 0


class Comparison:
    """One comparison of a batch. Iterate `chunks()`, then `finish()`."""

    def __init__(self, batch: ImportBatch, source: Source, target: Target, *, lock: bool) -> None:
        self.batch, self.source, self.target, self.lock = batch, source, target, lock
        self.tables = [Table.from_json(name, batch.columns[name]) for name in batch.sheets]
        self.claims_extent = target.claims and not any(table.is_error_workbook for table in self.tables)
        self.tally = Counts()
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
            staged = fetch_plain(part, FETCHED)
            with transaction.atomic():
                met = self._chunk(staged)
            yield met

    def _chunk(self, staged: list[tuple]) -> list[Met]:
        rows = [Row(pk, key, values, extras) for pk, _, key, values, extras, *_ in staged]
        targets = self.target.match(rows)
        self.present.update(pk for pk in targets if pk is not None)
        compared = []
        for row, target_id, (_, sheet, _, _, _, *was) in zip(rows, targets, staged, strict=True):
            if was[0] in NOT_COMPARED:
                self.tally.outcomes[was[0]] += 1
            else:
                compared.append((row, target_id, sheet, was))
        records = self.target.load(sorted({pk for _, pk, *_ in compared if pk is not None}), lock=self.lock)
        met: list[Met] = []
        rewritten: list[tuple] = []
        refused: dict[int, tuple[str, int, int | None, Changes]] = {}
        merged = [self._merge(row, pk, None if pk is None else records[pk]) for row, pk, *_ in compared]
        self._believe(compared, merged, records)
        again = {pk: merge for (_, pk, *_), merge in zip(compared, merged, strict=True) if pk and merge.conflicts}
        settle_known(source=self.batch.source, merges=again)
        for (row, target_id, sheet, was), merge in zip(compared, merged, strict=True):
            record = None if target_id is None else records[target_id]
            if merge.problem:
                doubted = target_id if merge.changes else None  # unless it was said to be another one
                refused[row.id] = (merge.problem, self._column(sheet, merge.at), doubted, merge.changes)
                continue
            outcome, told, changes = self._verdict(merge, target_id)
            if told or [outcome, told, merge.undecided] != was:
                rewritten.append((row.id, outcome, told, changes, merge.conflicts, merge.undecided))
            met.append(Met(row, target_id, record, merge))
        if rewritten:
            update_rows(StagedRow, COMPARED, rewritten)
        self._refuse(refused)
        return met

    def _believe(
        self, compared: Sequence[tuple[Row, int | None, int, list]], merged: list[Merge], records: dict[int, Record]
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

    def _column(self, sheet: int, field: str) -> int:
        """The sheet's column of a field, of the key when it has no name."""
        wanted = field or self.source.key_field
        return next((c.index for c in self.tables[sheet].columns if c.field == wanted), 0)

    def _refuse(self, refused: dict[int, tuple[str, int, int | None, Changes]]) -> None:
        """Rows that turn out to be errors now: one more problem. Of one in doubt the record is kept,
        and what differs."""
        self.tally.outcomes[Outcome.ERROR] += len(refused)
        if refused:
            rows = []
            for pk, before in StagedRow.objects.filter(pk__in=refused).values_list("pk", "problems"):
                code, column, target_id, differing = refused[pk]
                rows.append((pk, Outcome.ERROR.value, [*before, [ERROR, code, column]], target_id, differing))
            update_rows(StagedRow, ("outcome", "problems", "target_id", "changes"), rows)

    def _merge(self, row: Row, target_id: int | None, record: Record | None) -> Merge:
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
        tally = self.tally
        tally.undecided += merge.undecided
        tally.conflicts += bool(merge.conflicts)
        changes = {} if target_id is None else merge.changes
        new = target_id is None and bool(merge.changes)  # a row that says nothing makes no record
        outcome = Outcome.NEW if new else Outcome.CHANGED if changes else Outcome.UNCHANGED
        tally.outcomes[outcome] += 1
        return outcome.value, target_id if changes or merge.conflicts else None, changes

    def finish(self) -> Counts:
        """Find what is missing, once all chunks are through. An error workbook claims no extent."""
        MissingRecord.objects.filter(batch=self.batch).delete()
        if self.claims_extent:
            listed = Listed.objects.filter(source=self.batch.source).values_list("object_id", flat=True)
            absent = sorted(set(listed.iterator()) - self.present)
            for part in parts(absent):
                missing = sorted(self.target.expected(part, self.batch.extent))
                self.tally.missing += insert_rows(
                    MissingRecord, ("batch_id", "object_id"), ((self.batch.pk, pk) for pk in missing)
                )
        return self.tally
