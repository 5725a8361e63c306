"""A list of payments of a branch, such as a bank or an online service gives: what is plain, and what a person has to look at
(rules §14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from core.cells import Cell, read_text
from core.months import YearMonth
from core.refusals import Refusal, as_sentence
from dues.lists import WHO, Roll, is_of_somebody, lines_of
from dues.queries.grid import grid
from dues.rules.amounts import yuan
from dues.rules.words import read_month, read_yuan
from members.models import Member
from orgs.models import PartyOrganization

PAID = {
    **WHO,
    **dict.fromkeys(("月份", "所属月份", "交纳月份", "缴费月份", "党费月份"), "month"),
    **dict.fromkeys(("金额", "交纳金额", "缴费金额", "实交", "实缴", "党费"), "amount"),
}


@dataclass
class PaidLine:
    """A line of the list: whose it may be, of which month, how much, and what is doubtful about it."""

    row: int
    name: str
    month: YearMonth | None = None
    amount: Decimal | None = None
    members: Sequence[Member] = ()
    doubts: list[str] = field(default_factory=list)
    typed: str = ""  # instead of the amount, where it is none
    wrong: str = ""  # about what was typed
    taken: bool | None = None  # as it was ticked on the page

    @property
    def ticked(self) -> bool:
        """Whether the page offers it for booking: what is plain, until somebody has looked."""
        return not self.doubts if self.taken is None else self.taken


def read_payments(path: Path, *, name: str, branch: PartyOrganization, month: YearMonth) -> list[PaidLine]:
    """Every line of a list; one without a month is of `month`. Raises Refusal for a file that is no such list."""
    roll = Roll(branch)
    lines = [
        _read(row, cells, roll, month)
        for row, cells in lines_of(path, name=name, known=PAID, required=(("name", "id_number"), ("amount",)))
        if is_of_somebody(cells)
    ]
    _compare(lines, branch)
    return lines


def _read(row: int, cells: Mapping[str, Cell], roll: Roll, month: YearMonth) -> PaidLine:
    line = PaidLine(row, (read_text(cells.get("name")) or "")[:60], members=roll.find(cells))
    try:
        line.month = read_month(cells.get("month"), year=month.year) or month
        line.amount = read_yuan(cells.get("amount"))
    except Refusal as refusal:
        line.doubts.append(as_sentence(refusal))
    if not line.members:
        line.doubts.append("本支部名册上没有这个人，请选择是谁，或者不登记。")
    elif len(line.members) > 1:
        line.doubts.append(f"本支部有 {len(line.members)} 名“{line.name}”，请选择是哪一名。")
    if line.amount is None and not line.doubts:
        line.doubts.append("没有金额。")
    return line


def _compare(lines: Sequence[PaidLine], branch: PartyOrganization) -> None:
    """What is due against what the list says."""
    years = {line.month.year for line in lines if line.month}
    open_now = {
        (cell.member, cell.month): cell
        for year in sorted(years)
        for row in grid(branch, year=year)
        for cell in row.cells
    }
    seen: set[tuple[int, date]] = set()
    for line in lines:
        if line.doubts or line.month is None or line.amount is None:
            continue
        key = (line.members[0].pk, line.month.first_day)
        cell = open_now.get(key)
        if key in seen:
            line.doubts.append("名单里这个人同一个月出现了两次。")
        elif cell is None or cell.amount is None:
            line.doubts.append(f"{line.month} 没有核定党费。")
        elif not cell.open:
            line.doubts.append(f"{line.month} 已交清（{yuan(cell.paid)} 元）。")
        elif line.amount != cell.open:
            line.doubts.append(f"{line.month} 待交 {yuan(cell.open)} 元，名单上是 {yuan(line.amount)} 元。")
        seen.add(key)
