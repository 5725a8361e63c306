"""Reads of batches and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core.models import ImportBatch, StagedRow
from core.scope import Scope
from core.sources import Source, sources

Outcome = StagedRow.Outcome


@dataclass(frozen=True)
class Kind:
    """A kind of rows that a preview can show alone. `count` names the batch's count, or is empty."""

    code: str
    name: str
    condition: Q
    count: str


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("new", "新增", Q(outcome=Outcome.NEW), "new"),
        Kind("changed", "有变化", Q(outcome=Outcome.CHANGED), "changed"),
        Kind("unchanged", "未变", Q(outcome=Outcome.UNCHANGED), "unchanged"),
        Kind("duplicates", "重复", Q(outcome=Outcome.DUPLICATE), "duplicates"),
        Kind("errors", "错误", Q(outcome=Outcome.ERROR), "errors"),
        Kind("warnings", "提醒", ~Q(problems=[]) & ~Q(outcome=Outcome.ERROR), "warnings"),
        Kind("conflicts", "与其他来源不一致", ~Q(conflicts={}), "conflicts"),
        Kind("undecided", "待判定", Q(undecided=True), "undecided"),
    )
}


def sources_for(scope: Scope) -> list[Source]:
    """The kinds of lists that the scope may import."""
    return [source for source in sources if scope.may(source.permission)]


def batches(scope: Scope) -> QuerySet[ImportBatch]:
    """The batches that the scope may see: of its nodes, and of lists that it may import itself."""
    reached = Q(pk__in=[])
    for source in sources_for(scope):
        reached |= Q(source=source.code) & scope.having(source.permission).path_filter("path")
    return ImportBatch.objects.within(scope).filter(reached)


def rows_of(batch: ImportBatch, kind: str) -> QuerySet[StagedRow]:
    """The rows of one kind, in the order of the file; all of them for an empty kind."""
    rows = StagedRow.objects.filter(batch=batch).exclude(outcome=Outcome.ELSEWHERE)
    return rows.filter(KINDS[kind].condition) if kind else rows


def open_conflicts(scope: Scope) -> QuerySet[StagedRow]:
    """Rows of all written batches of the scope in which a value waits to be settled; each comes with its batch."""
    written = batches(scope).filter(status=ImportBatch.Status.APPLIED, counts__conflicts__gt=0)
    rows = StagedRow.objects.within(scope).filter(batch__in=written, target_id__isnull=False).exclude(conflicts={})
    return rows.select_related("batch")


def sought(rows: QuerySet[StagedRow], text: str) -> QuerySet[StagedRow]:
    """Rows by their number in the sheet or by the beginning of their code."""
    text = text.strip().upper()
    if not text:
        return rows
    found = Q(key__startswith=text)
    if text.isdecimal() and len(text) < 8:
        found |= Q(number=int(text))
    return rows.filter(found)
