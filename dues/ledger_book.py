"""A ledger as a workbook: amounts are numbers to the fen, so that whoever adds them up in Excel gets the total that stands there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from accounts.models import User
from core import audit
from core.formats import iso
from core.workbooks.writing import Value, write_rows
from dues.models import Book, Entry
from dues.rules.amounts import ZERO
from orgs.models import PartyOrganization

HEADERS = ("序号", "日期", "类别", "摘要", "收入", "支出", "余额", "登记人", "登记时间")


def ledger_book(node: PartyOrganization, book: Book, *, by: User, at: datetime) -> IO[bytes]:
    """The whole book, the oldest line first, with its totals below."""
    entries = Entry.objects.filter(party_organization=node, book=book).select_related("entered_by").order_by("number")
    title = f"{node} {book.label}台账"
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    leading = [title, f"{by.name} {iso(at)} 导出，金额单位：元"]
    count = write_rows(file, sheet=f"{book.label}台账", headers=HEADERS, rows=_lines(entries), leading=leading)  # type: ignore[arg-type]
    audit.record_export(by=by, what=title, rows=count)
    file.seek(0)
    return file


def _lines(entries: Iterable[Entry]) -> Iterator[Sequence[Value]]:
    came = went = balance = ZERO
    for one in entries:
        amount, balance = one.amount, one.balance
        came, went = came + max(amount, ZERO), went + max(-amount, ZERO)
        who = one.entered_by.name if one.entered_by else "系统"
        yield [one.number, one.day, one.get_kind_display(), one.text, max(amount, ZERO) or None, max(-amount, ZERO) or None,
               balance, who, one.entered_at]  # fmt: skip
    yield [None, None, "合计", None, came, went, balance, None, None]
