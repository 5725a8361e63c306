"""一街一簿: what a street's workbook looks like, and whose rows stand in one that came back.

What was typed under the list's words is read as in the list's own workbook (`reports.round_trip`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, NamedTuple

from core import pages
from core.cells import raw_text, read_text
from core.plain import to_plain
from core.refusals import Refusal
from core.workbooks.book import Book
from core.workbooks.forms import FormColumn, FormSheet, write_form
from core.workbooks.headers import find_header
from orgs.models import OrganizationFacts
from reports.models import GapAnswer, StreetBook
from reports.worklists import Asked, Worklist, WorklistRow

UNIT_KEY, BOOK_KEY, NAME, UNTIL = "单位编号", "簿号", "单位名称", "完成时限"
ANSWERED = ("reason", "planned_form", "planned_by")


class Filled(NamedTuple):
    """A row as it came back: whose it is, and what stands in the cells of `ANSWERED`; empty ones are absent."""

    number: int
    unit: int
    name: str
    texts: dict[str, str]


class BookProblem(NamedTuple):
    """What is wrong with a cell of a returned workbook: the sheet's own row, the column's letter, a sentence, and the unit."""

    row: int
    column: str
    sentence: str
    name: str = ""


@dataclass
class Reading:
    """A returned workbook: whose it is, the letters of its columns, its rows, and those that are nobody's."""

    book: int
    letters: dict[str, str]
    rows: list[Filled] = field(default_factory=list)
    problems: list[BookProblem] = field(default_factory=list)


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
    write_form(target, FormSheet(worklist.title, columns, [_cells(book, *unit) for unit in units], leading))


def _cells(book: StreetBook, facts: OrganizationFacts, line: WorklistRow) -> list[str | int | date | None]:
    unit = facts.organization
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
        *answer_cells(line.answer),
    ]


def answer_cells(answer: GapAnswer | None) -> list[str]:
    """An answer as the cells of a book show it."""
    return [str(to_plain(getattr(answer, name)) or "") if answer else "" for name in ANSWERED]


def read_book(source: Book, *, asked: Asked) -> Reading:
    """The rows of a workbook that came back. Raises Refusal, also from the reader."""
    headers = {UNIT_KEY: "unit", BOOK_KEY: "book", NAME: "name"}
    headers |= dict(zip((asked.reason, asked.way, UNTIL), ANSWERED, strict=True))
    for sheet in source.sheets:
        rows = list(source.rows(sheet))
        if header := find_header(rows, headers, required=[("unit",), ("book",), ("name",)]):
            break
    else:
        raise Refusal(f"“{source.name}”不是发出的一街一簿（缺少“{UNIT_KEY}”“{BOOK_KEY}”列），请交回系统发出的那一份")
    found, books = Reading(0, {name: column.letter for name, column in header.fields.items()}), set()
    for number, cells in rows:
        if number <= header.row:
            continue
        texts = {name: raw_text(cells[c.index]) for name, c in header.fields.items() if c.index < len(cells)}
        unit, book = (pages.number(texts.get(key)) for key in ("unit", "book"))
        name = read_text(texts.get("name")) or ""
        if unit and book:
            books.add(book)
            found.rows.append(Filled(number, unit, name, {key: texts[key] for key in ANSWERED if texts.get(key)}))
        else:
            sentence = "这一行没有单位编号，不是发出的行，未采用"
            found.problems.append(BookProblem(number, found.letters["unit"], sentence, name))
    if len(books) != 1:
        raise Refusal(f"“{source.name}”里有 {len(books)} 个簿号，应为 1 个。请每个街道单独交回，不要合并成一份")
    found.book = books.pop()
    return found
