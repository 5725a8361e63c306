"""一街一簿: what a street's workbook looks like, and what is read from one that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, NamedTuple

from core import pages
from core.cells import Cell, CellProblem, raw_text, read_date, read_text
from core.refusals import Refusal
from core.workbooks.book import Book
from core.workbooks.forms import FormColumn, Page, write_form
from core.workbooks.headers import Header, find_header
from orgs.models import OrganizationFacts
from reports.models import StreetBook
from reports.worklists import Asked, Worklist, WorklistRow, is_way

UNIT_KEY, BOOK_KEY, NAME = "单位编号", "簿号", "单位名称"
UNTIL = "完成时限"
LONGEST_REASON = 200


class NotAStreetBook(Refusal):
    """The workbook is not one that was handed out here."""


@dataclass(frozen=True)
class Filled:
    """A row as it came back; what was left empty is empty."""

    row: int
    unit: int
    name: str
    reason: str
    way: str
    until: date | None


class Problem(NamedTuple):
    """What is wrong with a cell of a returned workbook: the sheet's own row, the column's letter, a sentence, and the unit."""

    row: int
    column: str
    sentence: str
    name: str = ""


@dataclass
class Reading:
    """A returned workbook: whose it is, its good rows and its problems."""

    book: int
    rows: list[Filled] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def write_book(
    target: BinaryIO, *, worklist: Worklist, book: StreetBook, units: Sequence[tuple[OrganizationFacts, WorklistRow]]
) -> None:
    """Write the workbook of one committee: three columns to fill in, the rest locked, the keys hidden."""
    asked, until = worklist.asked, f"，请于 {book.due_on:%Y-%m-%d} 前交回" if book.due_on else ""
    columns = (
        FormColumn(UNIT_KEY, hidden=True),
        FormColumn(BOOK_KEY, hidden=True),
        FormColumn(NAME, width=34, wrap=True),
        FormColumn("统一社会信用代码", width=21),
        FormColumn("人数", width=8),
        FormColumn("正式党员", width=9),
        FormColumn("为什么", width=36, wrap=True),
        FormColumn("起始日期", width=12),
        FormColumn("建议", width=36, wrap=True),
        FormColumn(asked.reason, width=30, editable=True),
        FormColumn(asked.way, width=16, editable=True, choices=asked.ways),
        FormColumn(UNTIL, width=13, editable=True),
    )
    leading = (
        f"{worklist.title}（{book.committee}）",
        f"共 {len(units)} 家。请填写后三列{until}。{asked.way}从下拉列表中选择，完成时限写成 2026-12-31 这样。",
    )
    write_form(target, Page(worklist.title, columns, [_cells(book, *unit) for unit in units], leading))


def _cells(book: StreetBook, facts: OrganizationFacts, line: WorklistRow) -> list[str | int | date | None]:
    unit, answer = facts.organization, line.answer
    return [
        unit.pk,
        book.pk,
        unit.name,
        unit.credit_code or unit.old_number,
        facts.size,
        facts.formal,
        line.why,
        getattr(facts, "since", None),
        line.step.sentence,
        answer.reason if answer else "",
        answer.planned_form if answer else "",
        f"{answer.planned_by:%Y-%m-%d}" if answer and answer.planned_by else "",
    ]


def read_book(source: Book, *, asked: Asked) -> Reading:
    """Read a workbook that came back. Raises NotAStreetBook, or Unreadable from the reader."""
    fields = {
        UNIT_KEY: "unit",
        BOOK_KEY: "book",
        NAME: "name",
        asked.reason: "reason",
        asked.way: "way",
        UNTIL: "until",
    }
    for sheet in source.sheets:
        rows = list(source.rows(sheet))
        header = find_header(rows, fields, required=[("unit",), ("book",), ("name",)])
        if header is not None:
            return _read(header, [row for row in rows if row[0] > header.row], asked, source.name)
    raise NotAStreetBook(f"“{source.name}”不是发出的一街一簿（缺少“{UNIT_KEY}”“{BOOK_KEY}”列），请交回系统发出的那一份")


def _read(header: Header, rows: Iterable[tuple[int, list[Cell]]], asked: Asked, name: str) -> Reading:
    columns = header.fields
    found = Reading(book=0)
    books = set()
    for number, cells in rows:
        values = {key: cells[c.index] if c.index < len(cells) else None for key, c in columns.items()}
        unit, book = _whole(values["unit"]), _whole(values["book"])
        unit_name = read_text(values["name"]) or ""
        if not unit or not book:
            sentence = "这一行没有单位编号，不是发出的行，未采用"
            found.problems.append(Problem(number, columns["unit"].letter, sentence, unit_name))
            continue
        books.add(book)
        problems = _problems(values, asked)
        found.problems += [Problem(number, columns[key].letter, said, unit_name) for key, said in problems.items()]
        if not problems:
            found.rows.append(
                Filled(
                    number,
                    unit,
                    unit_name,
                    read_text(values.get("reason")) or "",
                    read_text(values.get("way")) or "",
                    read_date(values.get("until"), latest=date.max),
                )
            )
    if len(books) != 1:
        raise NotAStreetBook(f"“{name}”里有 {len(books)} 个簿号，应为 1 个。请每个街道单独交回，不要合并成一份")
    found.book = books.pop()
    return found


def _problems(values: dict[str, Cell], asked: Asked) -> dict[str, str]:
    """What is wrong with a row, by field."""
    wrong = {}
    reason, way = read_text(values.get("reason")), read_text(values.get("way"))
    if reason and len(reason) > LONGEST_REASON:
        wrong["reason"] = f"{asked.reason}有 {len(reason)} 个字，超过 {LONGEST_REASON} 个字，请缩短"
    if way and not is_way(way):
        wrong["way"] = f"“{way}”不在可选的{asked.way}里，请从下拉列表中选择"
    try:
        read_date(values.get("until"), latest=date.max)
    except CellProblem:
        wrong["until"] = f"“{raw_text(values.get('until'))}”不是日期，请写成 2026-12-31 这样"
    return wrong


def _whole(cell: Cell) -> int:
    """The number of a hidden key; 0 for anything else."""
    return pages.number(raw_text(cell) if cell is not None else "") or 0
