"""Handing out one workbook per street and merging what comes back."""

from __future__ import annotations

import tempfile
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from accounts.models import User
from core import audit
from core.parameters import values_on
from core.refusals import Refusal
from core.scope import Scope
from core.workbooks.reading import open_book
from orgs.models import Organization, OrganizationFacts
from orgs.rules.setup import Thresholds
from reports.books import NotAStreetBook, Problem, Reading, read_book, write_book
from reports.models import GapAnswer, StreetBook
from reports.services.gaps import Answer, write_answers
from reports.worklists import Line, Worklist, lines

Unit = tuple[OrganizationFacts, Line]


class NothingToHandOut(Refusal):
    """The list is empty."""


@dataclass(frozen=True)
class Returned:
    """What became of a workbook that came back."""

    book: StreetBook
    rows: int
    changed: int
    problems: tuple[Problem, ...]


@transaction.atomic
def hand_out(*, by: User, scope: Scope, worklist: Worklist, due_on: date | None, on: date, at: datetime) -> BinaryIO:
    """One workbook for each committee with units on the list, in a zip; the caller closes it. Logged as an export."""
    units = _by_committee(worklist, scope, on)
    if not units:
        raise NothingToHandOut("清单里没有单位,不用发簿")
    committees = [rows[0][0].managed_by for rows in units.values()]
    books = StreetBook.objects.bulk_create(
        StreetBook(
            worklist=worklist.code,
            committee=committee,
            handed_out_at=at,
            handed_out_by=by,
            rows=len(units[committee.pk]),
            due_on=due_on,
        )
        for committee in committees
    )
    total = sum(book.rows for book in books)
    audit.record_export(by=by, what=f"一街一簿:{worklist.title}", rows=total)
    target = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 (the response closes it)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for book in books:
            with archive.open(f"{book.committee.name} {worklist.title} {on:%Y-%m-%d}.xlsx", "w") as part:
                write_book(part, worklist=worklist, book=book, units=units[book.committee_id])  # type: ignore[arg-type]
    target.seek(0)
    return target


@transaction.atomic
def take_back(*, by: User, scope: Scope, worklist: Worklist, path: Path, name: str, at: datetime) -> Returned:
    """Merge a workbook that came back: cells that were filled in replace earlier answers, empty ones leave them.

    Rows with a problem are left out and named; the others count. Raises NotAStreetBook or Unreadable.
    """
    reading = read_book(open_book(path, name=name), asked=worklist.asked)
    book = StreetBook.objects.changeable(scope).select_related("committee").filter(pk=reading.book).first()
    if book is None or book.worklist != worklist.code:
        raise NotAStreetBook(f"“{name}”不是这份清单发给您管辖范围的簿,请核对后交回")
    answers = _answers(reading, scope)
    changed = write_answers(by=by, answers=answers, at=at)
    if book.returned_at is None:
        book.returned_at = at
        book.save(update_fields=["returned_at"])
    audit.record(
        by=by,
        action="books.return",
        target=book,
        path=book.committee.path,
        changes={"changed": [None, changed], "problems": [None, len(reading.problems)]},
    )
    problems = tuple(sorted(reading.problems, key=lambda problem: problem.row))
    return Returned(book, len(reading.rows) + len(problems), changed, problems)


def _by_committee(worklist: Worklist, scope: Scope, on: date) -> dict[int, list[Unit]]:
    """The units of the list with what is said about them, by managing committee, longest due first."""
    mine = worklist.records(scope.having(StreetBook.change_permission))
    rows = list(mine.order_by("managed_by__path", worklist.since, "pk"))
    said = lines(worklist, rows, scope=scope, thresholds=Thresholds.of(values_on(on)), on=on)
    grouped: dict[int, list[Unit]] = defaultdict(list)
    for row, line in zip(rows, said, strict=True):
        grouped[row.managed_by_id].append((row, line))
    return grouped


def _answers(reading: Reading, scope: Scope) -> dict[int, Answer]:
    """The answers of the rows whose unit is the scope's and still has its name; other rows become problems."""
    ids = [row.unit for row in reading.rows]
    names = dict(Organization.objects.changeable(scope).filter(pk__in=ids).values_list("pk", "name"))
    held = GapAnswer.objects.filter(organization__in=ids).in_bulk(field_name="organization_id")
    answers = {}
    for row in reading.rows:
        if names.get(row.unit) != row.name:
            reading.problems.append(
                Problem(row.row, "C", f"“{row.name}”与登记的名称不符,或已不归您管辖,这一行未采用;请不要改动单位名称")
            )
        elif row.reason or row.way or row.until:
            before = held.get(row.unit)
            answers[row.unit] = Answer(
                reason=row.reason or (before.reason if before else ""),
                planned_form=row.way or (before.planned_form if before else ""),
                planned_by=row.until or (before.planned_by if before else None),
                responsible=before.responsible if before else "",
            )
    return answers
