"""The only writer of the ledger: every fen that comes in or goes out is one `post` (rules §14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Sum

from accounts.models import User
from core import writing
from core.days import require_past
from core.locks import hold
from core.models import AppendOnly
from core.months import YearMonth
from core.numbering import reserve_ids
from core.refusals import Refusal
from dues.models import Book, Closing, Entry, EntryKind
from dues.queries.books import Standing, standing
from dues.rules.amounts import FEN, exact, yuan
from orgs.facts import refresh
from orgs.models import PartyOrganization

POST, CLOSE = "dues.post", "dues.close"


@transaction.atomic
def post(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    book: Book,
    kind: EntryKind,
    amount: Decimal,
    day: date,
    text: str,
    at: datetime,
    on: date,
    counter_of: Entry | None = None,
    parts: Callable[[Entry], Sequence[AppendOnly]] | None = None,
) -> Entry:
    """Book an amount (below zero: it goes out) as the next line of a book. `parts` gives the rows that it consists of, unsaved;
    their amounts add up to it.

    The Party organization is locked; whoever books for several locks all of them before. Raises Refusal for more than the book holds, and for a day that is closed or has not come.
    """
    hold(PartyOrganization, [party_organization.pk])
    found = standing(party_organization.pk, book)
    _require_open(party_organization, book, day, found, on)
    if amount != amount.quantize(FEN):
        raise Refusal(f"金额 {amount:,} 元不是整分，请核对")
    if (balance := found.balance + amount) < 0:
        raise Refusal(f"{party_organization}的{book.label}余额 {yuan(found.balance)} 元，不足以支出 {yuan(-amount)} 元")
    entry = Entry(
        pk=reserve_ids(Entry, 1)[0], party_organization=party_organization, book=book, number=found.number + 1, day=day,
        kind=kind, amount=amount, balance=balance, text=text[:200], counter_of=counter_of, entered_by=by, entered_at=at,
    )  # fmt: skip
    rows = _numbered(parts(entry) if parts else ())
    if rows and sum((row.amount for row in rows), Decimal(0)) != amount:  # type: ignore[attr-defined]
        raise ValueError("the parts of an entry add up to it")
    writing.add(by=by, record=entry, action=POST, at=at, on=on, parts=rows)
    if rows:
        columns = [column.attname for column in rows[0]._meta.concrete_fields]
        values = [[getattr(row, name) for name in columns] for row in rows]
        writing.add_rows(type(rows[0]), columns, values, by=by, events=())
    refresh((), on=on, nodes=[party_organization.pk])
    return entry


def counter(*, by: User | None, entry: Entry, reason: str, at: datetime, on: date) -> Entry:
    """冲正: the same amount the other way, today, once. The line that it corrects stays."""
    if not reason.strip():
        raise Refusal("冲正请写明原因")
    hold(PartyOrganization, [entry.party_organization_id])
    if entry.kind == EntryKind.COUNTER or Entry.objects.filter(counter_of=entry).exists():
        raise Refusal(f"“{entry}”是冲正或已冲正，不能再冲正")
    return post(
        by=by, party_organization=entry.party_organization, book=Book(entry.book), kind=EntryKind.COUNTER,
        amount=-entry.amount, day=on, text=f"冲正第 {entry.number} 号：{reason.strip()}", at=at, on=on,
        counter_of=entry,
    )  # fmt: skip


@transaction.atomic
def close(
    *, by: User, party_organization: PartyOrganization, book: Book, month: YearMonth, at: datetime, on: date
) -> Closing:
    """结账: nothing is booked into the month or before it any more."""
    hold(PartyOrganization, [party_organization.pk])
    found = standing(party_organization.pk, book)
    if month.last_day >= on:
        raise Refusal(f"{month} 还没有结束，月末以后才能结账")
    if found.closed_through and found.closed_through >= month.last_day:
        raise Refusal(f"{party_organization}的{book.label}已结账至 {found.closed_through}")
    rows = Entry.objects.filter(party_organization=party_organization, book=book, day__lte=month.last_day)
    then = rows.aggregate(number=Max("number"), balance=Sum("amount"))
    if then["number"] is None:
        raise Refusal(f"{month} 以前没有{book.label}台账，不需要结账")
    row = Closing(
        party_organization=party_organization, book=book, through=month.last_day, number=then["number"],
        balance=exact(then["balance"]), closed_by=by, closed_at=at,
    )  # fmt: skip
    writing.add(by=by, record=row, action=CLOSE, at=at, on=on)
    return row


def close_through(
    *, by: User, party_organization: PartyOrganization, book: Book, month: YearMonth, at: datetime, on: date
) -> None:
    """Close a month unless that is done."""
    closed = standing(party_organization.pk, book).closed_through
    if closed is None or closed < month.last_day:
        close(by=by, party_organization=party_organization, book=book, month=month, at=at, on=on)


def _require_open(party_organization: PartyOrganization, book: Book, day: date, found: Standing, on: date) -> None:
    require_past(Entry, {"day": day}, on=on)
    if found.closed_through and day <= found.closed_through:
        raise Refusal(f"{party_organization}的{book.label}已结账至 {found.closed_through}，请用以后的日期登记")


def _numbered(rows: Sequence[AppendOnly]) -> Sequence[AppendOnly]:
    """The rows with their own numbers, which the proof covers."""
    if rows:
        for row, key in zip(rows, reserve_ids(type(rows[0]), len(rows)), strict=True):
            row.pk = key
    return rows
