"""Handing out one workbook per street and merging what comes back.

Issuing belongs to the level above: it hands out to the committees below it, and a newer book replaces the older one. The
street fetches its book, fills it in and returns it, as often as it takes. Nothing that came back is taken away.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import audit, writing
from core.importing.marks import digest
from core.importing.problems import problems
from core.importing.round_trip import Origin
from core.masking import struck
from core.parameters import values_on
from core.plain import from_plain
from core.refusals import Refusal
from core.scope import Grant, Scope
from core.sources import Importer, Run, sources
from core.workbooks.reading import open_book
from orgs.models import Organization, OrganizationFacts, PartyOrganization
from orgs.rules.setup import Thresholds
from reports.books import ANSWERED, BookProblem, Reading, answer_cells, read_book, write_book
from reports.models import GapAnswer, StreetBook
from reports.round_trip import ANSWERS
from reports.services.gaps import Answer, write_answers
from reports.worklists import Worklist, WorklistRow, lines

Unit = tuple[OrganizationFacts, WorklistRow]
SHOWN = 20  # characters of a cell that a problem quotes


class Issue(NamedTuple):
    """A book that would go out: to whom, about which units, and which one it replaces."""

    committee: PartyOrganization
    units: list[Unit]
    before: StreetBook | None


@dataclass(frozen=True)
class Issuing:
    """What handing out would do; `held` are books from a level above that have not come back: they stay."""

    issues: list[Issue]
    held: list[StreetBook]


@dataclass(frozen=True)
class Returned:
    """What became of a workbook that came back."""

    book: StreetBook
    rows: int
    changed: int
    problems: tuple[BookProblem, ...]
    replaced: bool  # a newer one has been handed out since


def plan(*, scope: Scope, worklist: Worklist, on: date) -> Issuing:
    """One book for each committee below the user's own with units on the list."""
    found = recipients(scope=scope, worklist=worklist)
    units = _by_committee(worklist, scope.having(StreetBook.change_permission), on)
    return Issuing([issue._replace(units=units[issue.committee.pk]) for issue in found.issues], found.held)


def recipients(*, scope: Scope, worklist: Worklist) -> Issuing:
    """The plan without the units, which take long to read."""
    granted = scope.having(StreetBook.change_permission)
    found = Issuing([], [])
    newest = {book.committee_id: book for book in StreetBook.objects.within(scope).newest(worklist.code)}
    managing = worklist.records(granted).order_by().values("managed_by")
    for committee in PartyOrganization.objects.filter(pk__in=managing).order_by("path"):
        above, before = _grant_above(granted, committee), newest.get(committee.pk)
        if above is None:
            continue
        if before and before.is_open and before.issued_from and len(before.issued_from.path) < len(above.path):
            found.held.append(before)
        else:
            found.issues.append(Issue(committee, [], before))
    return found


@transaction.atomic
def hand_out(
    *, by: User, scope: Scope, worklist: Worklist, due_on: date | None, on: date, at: datetime
) -> list[StreetBook]:
    """Hand out what `plan` says; older books stay, and what came back with them. Raises Refusal when all of
    the list is with committees that got their books from above."""
    planned = plan(scope=scope, worklist=worklist, on=on)
    if not planned.issues:
        raise Refusal("清单里没有要发给下级的单位，不用发簿")
    granted = scope.having(StreetBook.change_permission)
    books = [
        StreetBook(
            worklist=worklist.code,
            committee=issue.committee,
            issued_from_id=above.node_id if (above := _grant_above(granted, issue.committee)) else None,
            handed_out_at=at,
            handed_out_by=by,
            rows=len(issue.units),
            issued={str(facts.pk): answer_cells(line.answer) for facts, line in issue.units},
            due_on=due_on,
        )
        for issue in planned.issues
    ]
    return writing.add_many(books, by=by, action="books.issue", reason=f"一街一簿：{worklist.title}")


def pack(*, by: User, scope: Scope, worklist: Worklist, books: Sequence[StreetBook], on: date) -> BinaryIO:
    """The workbooks of books in a zip; the caller closes it. Logged as an export."""
    target = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 (the response closes it)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for book in books:
            with archive.open(f"{book.committee.name} {worklist.title} {on:%Y-%m-%d}.xlsx", "w") as part:
                write_book(part, worklist=worklist, book=book, units=_units_of(book, worklist, scope, on))  # type: ignore[arg-type]
    audit.record_export(by=by, what=f"一街一簿：{worklist.title}", rows=sum(book.rows for book in books))
    target.seek(0)
    return target


def fetch(*, by: User, scope: Scope, worklist: Worklist, book: StreetBook, on: date) -> BinaryIO:
    """The workbook of one book; the caller closes it. Logged as an export."""
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
    write_book(target, worklist=worklist, book=book, units=_units_of(book, worklist, scope, on))
    audit.record_export(by=by, what=f"一街一簿：{worklist.title}（{book.committee}）", rows=book.rows)
    target.seek(0)
    return target


def take_back(*, by: User, scope: Scope, worklist: Worklist, path: Path, name: str, at: datetime) -> Returned:
    """Merge a workbook that came back: cells that were filled in since it went out replace earlier answers. It is read
    before anything is locked.

    Rows with a problem are left out, named and kept with the book; the others count. Raises Refusal.
    """
    reading = read_book(open_book(path, name=name), asked=worklist.asked)
    with transaction.atomic():
        return _merge(reading, by=by, scope=scope, worklist=worklist, name=name, at=at)


def _merge(reading: Reading, *, by: User, scope: Scope, worklist: Worklist, name: str, at: datetime) -> Returned:
    books = StreetBook.objects.changeable(scope)
    book = books.select_related("committee").filter(pk=reading.book).first()
    if book is None or book.worklist != worklist.code:
        raise Refusal(f"“{name}”不是这份清单发给您管辖范围的簿，请核对后交回")
    answers = _answers(reading, worklist.asked.source, book, by=by, scope=scope, on=timezone.localdate(at))
    changed = write_answers(by=by, answers=answers, at=at)
    rows = len({row.number for row in reading.rows} | {problem.row for problem in reading.problems})
    reading.problems += _unanswered(reading, scope, worklist, book)
    found = tuple(sorted(reading.problems, key=lambda problem: (not problem.column, problem.row)))
    writing.change(
        by=by,
        record=book,
        values={"returned_at": at, "problems": [problem._asdict() for problem in found]},
        action="books.return",
        path=book.committee.path,
        reason=f"更新 {changed} 家",
    )
    replaced = books.newest(worklist.code).filter(committee=book.committee_id).exclude(pk=book.pk).exists()
    return Returned(book, rows, changed, found, replaced)


def _grant_above(granted: Scope, committee: PartyOrganization) -> Grant | None:
    """The highest of the grants that stands above a committee; above the root's own units stands the root."""
    above = [grant for grant in granted.grants if Scope(granted.user_id, (grant,)).holds_below(committee.path)]
    return min(above, key=lambda grant: len(grant.path), default=None)


def _by_committee(
    worklist: Worklist, granted: Scope, on: date, only: Collection[int] | None = None
) -> dict[int, list[Unit]]:
    """The units of the list (or those of them) with what is said about them, by managing committee, longest due first."""
    mine = worklist.records(granted)
    mine = mine if only is None else mine.filter(pk__in=only)
    rows = list(mine.order_by("managed_by__path", worklist.since, "pk"))
    listed = lines(worklist, rows, scope=granted, thresholds=Thresholds.of(values_on(on)), on=on)
    grouped: dict[int, list[Unit]] = defaultdict(list)
    for row, line in zip(rows, listed, strict=True):
        grouped[row.managed_by_id].append((row, line))
    return grouped


def _units_of(book: StreetBook, worklist: Worklist, scope: Scope, on: date) -> list[Unit]:
    """The units that the book went out with and that are still on the list and with the committee; of a book from before
    they were noted, those that are there now."""
    only = [int(key) for key in book.issued] if book.issued else None
    return _by_committee(worklist, scope, on, only).get(book.committee_id, [])


def _answers(reading: Reading, source: str, book: StreetBook, *, by: User, scope: Scope, on: date) -> dict[int, Answer]:
    """The answers of the rows whose unit is the scope's and still has its name; other rows become problems.

    Cells are read as in the list's own workbook (`core.importing.round_trip`): one that says what it said when the book
    went out was not filled in, and what was answered since stays. What was filled in counts, whoever answered meanwhile.
    """
    returning, run = ANSWERS[source], Run(sources[source], Importer(by, scope, 0, ""), on, on, 0)
    readers, blank = returning.readers(run), GapAnswer()
    ids = [row.unit for row in reading.rows]
    names = dict(Organization.objects.changeable(scope).filter(pk__in=ids).values_list("pk", "name"))
    held = GapAnswer.objects.filter(organization__in=ids).in_bulk(field_name="organization_id")
    answers = {}
    for row in reading.rows:
        issued = zip(ANSWERED, book.issued.get(str(row.unit), ["", "", ""]), strict=True)
        origin = Origin(row.unit, {name: digest(text) for name, text in issued}, {})
        edits, wrong = returning.edits(row.texts, origin, readers)
        found = [
            (name, f"{returning.by_name[name].header}“{struck(row.texts[name])[:SHOWN]}”：{problems[code].sentence}")
            for code, name in wrong
        ]
        if names.get(row.unit) != row.name:
            found = [("name", f"“{row.name}”与登记的名称不符，或已不归您管辖，这一行未采用；请不要改动单位名称")]
        reading.problems += [BookProblem(row.number, reading.letters[name], why, row.name) for name, why in found]
        if edits and not found:
            before = held.get(row.unit, blank)
            now = {name: getattr(before, name) for name in (*ANSWERED, "responsible")}
            now |= {name: getattr(blank, name) for name in edits}  # erased, unless something else is said
            now |= from_plain(GapAnswer, {name: value for name, value in edits.items() if value is not None})
            answers[row.unit] = Answer(**now)
    return answers


def _unanswered(reading: Reading, scope: Scope, worklist: Worklist, book: StreetBook) -> list[BookProblem]:
    """The units of the book that are still on the list and about which nobody has said anything: a book is not back while
    there is one, however often the file came. Those with a problem of their own are named already."""
    rows = {row.unit: row.number for row in reading.rows}
    answered = GapAnswer.objects.exclude(reason="", planned_form="", planned_by=None).values("organization_id")
    silent = worklist.records(scope).filter(pk__in=[int(key) for key in book.issued], managed_by=book.committee_id)
    names = silent.exclude(pk__in=answered).order_by("pk").values_list("pk", "organization__name")
    wrong, named = ({getattr(problem, of) for problem in reading.problems} for of in ("row", "name"))
    empty = [(rows.get(pk, 0), name) for pk, name in names if name not in named]
    return [BookProblem(row, "", "还没有填写", name) for row, name in empty if row not in wrong]
