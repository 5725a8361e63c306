"""Lists of a branch in workbooks: who pays by what. Read whole: all lines or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from core.cells import Cell, read_text
from core.crypto import blind_indexes
from core.months import YearMonth
from core.parameters import values_on
from core.refusals import Refusal, as_sentence
from core.workbooks.headers import LINES_SEARCHED, find_header
from core.workbooks.reading import open_book
from dues.rules.standards import assess
from dues.rules.words import read_month, read_payer, read_yuan
from dues.services.assessments import Line, first_month, require_month
from members.models import Member
from members.rules.persons import normalise_id_number
from orgs.models import PartyOrganization

WHO = {
    **dict.fromkeys(("姓名", "党员姓名", "党员", "交纳人"), "name"),
    **dict.fromkeys(("公民身份号码", "身份证号", "身份证号码", "证件号码"), "id_number"),
}
ASSESSED = {
    **WHO,
    **dict.fromkeys(("交纳人类别", "类别", "人员类别", "收入类型"), "payer"),
    **dict.fromkeys(("计算基数", "缴费基数", "基数", "月工资", "工资收入", "党费基数"), "base"),
    **dict.fromkeys(("自哪个月起", "起始月份", "起始月", "月份"), "since"),
    **dict.fromkeys(("说明", "备注"), "note"),
}
MOST_LINES = 2_000
SUMS = ("合计", "总计", "小计", "共计")  # what stands in the column of names below a table


class Problem(NamedTuple):
    """What is wrong with a line of the sheet."""

    row: int
    name: str
    what: str


def lines_of(
    path: Path, *, name: str, known: Mapping[str, str], required: tuple[tuple[str, ...], ...]
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """The lines below the first header that is found, as field → cell, each with its number. Raises Refusal."""
    book = open_book(path, name=name)
    for sheet in book.sheets:
        rows = book.rows(sheet)
        head = list(islice(rows, LINES_SEARCHED))
        if header := find_header(head, known, required):
            places = {one.field: one.index for one in header.columns if one.field}
            for number, cells in islice((row for row in chain(head, rows) if row[0] > header.row), MOST_LINES):
                yield number, {name: cells[at] for name, at in places.items() if at < len(cells)}
            return
    raise Refusal(f"“{name}”里没有找到表头，应有“姓名”等列，请核对文件")


def is_of_somebody(cells: Mapping[str, Cell]) -> bool:
    """Whether a line names a person: 合计 below a table and empty lines do not."""
    name = (read_text(cells.get("name")) or "").replace(" ", "").rstrip("：:")
    return bool(normalise_id_number(cells.get("id_number")) or (name and name not in SUMS))


@dataclass
class Roll:
    """The members of a branch as lists name them."""

    branch: PartyOrganization
    by_name: dict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    by_digest: dict[str, Member] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in Member.objects.on_the_roll().filter(party_organization=self.branch).order_by("pk"):
            self.by_name[one.name].append(one)
            if one.id_digest:
                self.by_digest[one.id_digest] = one

    def find(self, cells: Mapping[str, Cell]) -> list[Member]:
        """Who is meant: by the number where there is one, else by the name, which several may have."""
        if number := normalise_id_number(cells.get("id_number")):
            return [self.by_digest[one] for one in blind_indexes(number) if one in self.by_digest][:1]
        return self.by_name.get(read_text(cells.get("name")) or "", [])


def read_assessments(path: Path, *, name: str, branch: PartyOrganization, on: date) -> tuple[list[Line], list[Problem]]:
    """The lines that can be entered, and what is wrong with the others. Raises Refusal for a file that is no such list."""
    roll, lines, problems = Roll(branch), [], []
    taken: set[tuple[int, date]] = set()
    for row, cells in lines_of(path, name=name, known=ASSESSED, required=(("name", "id_number"), ("base", "payer"))):
        if not is_of_somebody(cells):
            continue
        who = read_text(cells.get("name")) or ""
        try:
            line = _line(roll, cells, who, on)
            if (line.member, line.since) in taken:
                raise Refusal("名单里这名党员同一个月份出现了两次")
            taken.add((line.member, line.since))
            lines.append(line)
        except Refusal as refusal:
            problems.append(Problem(row, who, as_sentence(refusal)))
    return lines, problems


def _line(roll: Roll, cells: Mapping[str, Cell], who: str, on: date) -> Line:
    found = roll.find(cells)
    if not found:
        raise Refusal(f"本支部名册上没有“{who}”，请核对姓名或证件号码")
    if len(found) > 1:
        raise Refusal(f"本支部有 {len(found)} 名“{who}”，请加上“公民身份号码”一列")
    [member] = found
    month = read_month(cells.get("since"), year=on.year)
    since = month.first_day if month else first_month(member, on.year)
    payer, base = read_payer(cells.get("payer")) or "WAGE", read_yuan(cells.get("base"))
    require_month(member, YearMonth.of(since), on=on)
    assess(payer, base, values_on(since))
    return Line(member.pk, payer, base if payer != "TOKEN" else None, since, (read_text(cells.get("note")) or "")[:200])
