"""经费: income from elsewhere and what money is used for. The secretary enters and asks, the treasurer checks and books; each has
its papers (rules §14)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.models import User
from accounts.permissions import Permission as P
from core import files, writing
from core.attachments import Content, cleaned, keeping, same_kept
from core.days import require_past
from core.locks import hold
from core.parameters import values_on
from core.refusals import Refusal
from dues.models import Book, Entry, EntryKind, Income, Spending, Voucher
from dues.queries.books import has_begun, standing
from dues.rules.amounts import exact, set_by, yuan
from dues.rules.refunds import payroll_note
from dues.rules.uses import FORBIDDEN, USES
from dues.services import ledger
from members.services.separation import require_another, require_seat
from orgs.facts import refresh
from orgs.models import PartyOrganization

MOST = 9  # papers of one income or spending
ENTER, BOOK, DROP = "dues.enter_income", "dues.book_income", "dues.drop_income"
ASK, DISCUSS, SPEND, RETURN = "dues.ask_spending", "dues.discuss_spending", "dues.spend", "dues.return_spending"
ATTACH, DETACH = "dues.attach", "dues.detach"
OPEN = {Income: (Income.State.ENTERED,), Spending: (Spending.State.REQUESTED, Spending.State.DISCUSSED)}
Row = TypeVar("Row", bound=Income | Spending)


def enters(party_organization: PartyOrganization) -> P:
    """By which permission income is entered: at a branch that of the secretary, at a committee that of whoever reviews."""
    return P.DUES_APPLY if party_organization.is_branch else P.DUES_REVIEW


def books(party_organization: PartyOrganization) -> P:
    """By which it is booked: that of the treasurer, at a committee that of another one who reviews."""
    return P.DUES_COLLECT if party_organization.is_branch else P.DUES_REVIEW


def sources_of(party_organization: PartyOrganization) -> tuple[Income.Source, ...]:
    """A committee holds dues, and no activity money."""
    return tuple(Income.Source) if party_organization.is_branch else (Income.Source.RETAINED,)


# --- income ---
@transaction.atomic
def enter_income(
    *, by: User, party_organization: PartyOrganization, source: str, amount: Decimal, received_on: date, giver: str,
    paper: str, on: date, payroll: Decimal | None = None,
) -> Income:  # fmt: skip
    """登记收入 with what it is based on; the treasurer confirms it."""
    _begin(by, party_organization, enters(party_organization), on)
    if source not in sources_of(party_organization):
        raise Refusal(f"{party_organization}只登记期初党费结存，经费收入由党支部登记")
    told: dict[str, Any] = {
        "source": source,
        "amount": amount,
        "received_on": received_on,
        "giver": giver,
        "paper": paper,
    }
    _require_new(Income.objects.filter(party_organization=party_organization, state=Income.State.ENTERED, **told))
    row = Income(party_organization=party_organization, payroll=payroll, entered_by=by, **told)
    if row.entry_kind == EntryKind.OPENING and has_begun(row.party_organization_id, row.book):
        raise Refusal("来源请核对：台账已有记录，期初余额只能最先登记")
    writing.add(by=by, record=row, action=ENTER, on=on)
    return row


@transaction.atomic
def book_income(*, by: User, income: Income, at: datetime, on: date) -> Income:
    """确认入账: the money is there and its papers are."""
    row = _locked(income, by, books(income.party_organization), on, Income.State.ENTERED)
    require_another(by, act="确认", earlier=[("登记", row.entered_by, on)])
    _require_papers(row, "依据")
    if row.entry_kind == EntryKind.OPENING and has_begun(row.party_organization_id, row.book):
        raise Refusal("台账已有记录，期初余额只能最先登记，请退回")
    entry = ledger.post(
        by=by, party_organization=row.party_organization, book=row.book, kind=row.entry_kind, amount=row.amount,
        day=row.received_on, text=f"{row.giver}：{row.paper}", at=at, on=on,
    )  # fmt: skip
    values = {"state": Income.State.BOOKED, "booked_by": by, "entry": entry}
    writing.change(by=by, record=row, values=values, action=BOOK, at=at, on=on)
    return row


@transaction.atomic
def drop_income(*, by: User, income: Income, reason: str, on: date) -> Income:
    """退回 what was entered by mistake, or what did not come."""
    row = _locked(income, by, books(income.party_organization), on, Income.State.ENTERED)
    return _returned(by, row, Income.State.DROPPED, DROP, reason, on)


# --- spending ---
@transaction.atomic
def ask_spending(
    *, by: User, party_organization: PartyOrganization, use: str, purpose: str, asked: Decimal, on: date
) -> Spending:
    """申请使用 for one of the allowed uses; of a forbidden one the refusal says why."""
    _begin(by, party_organization, P.DUES_APPLY, on)
    if USES[use] in FORBIDDEN:
        raise Refusal(f"活动经费不能用于{USES[use].name}：{USES[use].why_not}")
    row = Spending(
        party_organization=party_organization, use=use, purpose=purpose, asked=asked, asked_on=on, asked_by=by
    )
    same = {"use": use, "purpose": purpose, "asked": asked, "asked_on": on, "state": Spending.State.REQUESTED}
    _require_new(Spending.objects.filter(party_organization=party_organization, **same))
    _require_funds(row)
    writing.add(by=by, record=row, action=ASK, on=on)
    return row


@transaction.atomic
def discuss(
    *, by: User, spending: Spending, discussed_on: date, present: int, agreed: int, minutes: str, on: date
) -> Spending:
    """集体讨论: when, how many, how many agreed, what was said; confirmed by another one than who asked (DUES-13)."""
    row = _locked(spending, by, P.DUES_COLLECT, on, Spending.State.REQUESTED)
    require_another(by, act="确认讨论", earlier=[("提出", row.asked_by, row.asked_on)])
    require_past(Spending, {"discussed_on": discussed_on}, on=on)
    if present < 2:
        raise Refusal("参加讨论人数须在两人以上，请核对")
    if agreed > present:
        raise Refusal(f"同意人数 {agreed} 人，多于参加讨论的 {present} 人，请核对")
    if agreed * 2 <= present:
        raise Refusal(f"同意人数 {agreed} 人，没有过参加讨论的 {present} 人的半数，不能使用；可以退回")
    values = {
        "state": Spending.State.DISCUSSED, "discussed_on": discussed_on, "present": present, "agreed": agreed,
        "minutes": minutes, "discussed_by": by,
    }  # fmt: skip
    writing.change(by=by, record=row, values=values, action=DISCUSS, on=on)
    return row


@transaction.atomic
def spend(*, by: User, spending: Spending, amount: Decimal, day: date, at: datetime, on: date) -> Spending:
    """列支 what was really paid, no more than was decided, with its vouchers."""
    row = _locked(spending, by, P.DUES_COLLECT, on, Spending.State.DISCUSSED)
    require_another(by, act="列支", earlier=[("提出", row.asked_by, row.asked_on)])
    if amount > row.asked:
        raise Refusal(f"实际金额 {yuan(amount)} 元超过讨论决定的 {yuan(row.asked)} 元，请另行提出")
    if row.discussed_on and day < row.discussed_on:
        raise Refusal(f"使用日期请填写 {row.discussed_on} 讨论决定当天或以后")
    _require_papers(row, "凭证")
    entry = ledger.post(
        by=by, party_organization=row.party_organization, book=Book.FUND, kind=EntryKind.SPENT, amount=-amount, day=day,
        text=f"{row.get_use_display()}：{row.purpose}", at=at, on=on,
    )  # fmt: skip
    values = {"state": Spending.State.SPENT, "amount": amount, "spent_on": day, "booked_by": by, "entry": entry}
    writing.change(by=by, record=row, values=values, action=SPEND, at=at, on=on)
    refresh((), on=on, nodes=[row.party_organization_id])
    return row


@transaction.atomic
def return_spending(*, by: User, spending: Spending, reason: str, on: date) -> Spending:
    """退回 what was not agreed to, or is not going to be spent."""
    row = _locked(spending, by, P.DUES_COLLECT, on, *OPEN[Spending])
    return _returned(by, row, Spending.State.RETURNED, RETURN, reason, on)


@transaction.atomic
def counter(*, by: User, row: Income | Spending, reason: str, at: datetime, on: date) -> Entry:
    """冲正 of what was booked wrong, by the treasurer; what is right is entered anew."""
    hold(PartyOrganization, [row.party_organization_id])
    require_seat(by, books(row.party_organization), row.party_organization, on=on)
    if row.entry is None:
        raise Refusal("还没有入账，不需要冲正；可以退回")
    return ledger.counter(by=by, entry=row.entry, reason=reason, at=at, on=on)


def deductible(income: Income, *, on: date) -> str:
    """What the unit may deduct of what it gave this year: a note, no bound (组通字〔2014〕42号). Empty where nothing is known."""
    if not income.payroll or income.source != Income.Source.FEE:
        return ""
    same = Income.objects.filter(party_organization=income.party_organization_id, source=Income.Source.FEE)
    rows = (
        same.exclude(state=Income.State.DROPPED)
        .filter(entry__countered_by=None)
        .filter(received_on__year=income.received_on.year)
    )
    given = exact(rows.aggregate(sum=Sum("amount"))["sum"])
    return payroll_note(given, income.payroll, set_by(values_on(on), "payroll_rate"))


# --- papers ---
def attach(*, by: User, to: Income | Spending, data: bytes, name: str, at: datetime, on: date) -> Voucher:
    """Keep a paper with what is not booked yet. The same file again is the one that is there."""
    with keeping(data) as (kept, file), transaction.atomic():
        return _attached(by, to, kept, file, cleaned(name, kept.suffix), hashlib.sha256(data).hexdigest(), at, on)


@transaction.atomic
def detach(*, by: User, voucher: Voucher, on: date) -> None:
    """Take a paper away by whoever added it, before it was booked."""
    to = voucher.spending or voucher.income
    assert to
    _writable(to, by, on)
    if voucher.added_by_id != by.pk:
        raise Refusal("只能删除自己上传的文件")
    writing.remove_many(Voucher.objects.filter(pk=voucher.pk), by=by, action=DETACH)
    transaction.on_commit(lambda: files.forget(voucher.file))


def _attached(
    by: User, to: Income | Spending, kept: Content, file: str, name: str, digest: str, at: datetime, on: date
) -> Voucher:
    row = _writable(to, by, on)
    there: Voucher | None = same_kept(row.vouchers.all(), digest=digest, file=file, most=MOST, of="项")
    if there:
        return there
    of: Any = {"spending": row} if isinstance(row, Spending) else {"income": row}
    voucher = Voucher(
        party_organization=row.party_organization, name=name, content_type=kept.content_type, size=len(kept.data),
        sha256=digest, file=file, added_by=by, added_at=at, **of,
    )  # fmt: skip
    writing.add(by=by, record=voucher, action=ATTACH, on=on)
    return voucher


# --- what they share ---
def _begin(by: User, party_organization: PartyOrganization, permission: P, on: date) -> None:
    hold(PartyOrganization, [party_organization.pk])
    if party_organization.dissolved_on:
        raise Refusal(f"{party_organization}已撤销，不能再办理")
    require_seat(by, permission, party_organization, on=on)


def _locked(row: Row, by: User, permission: P, on: date, *states: str) -> Row:
    """The row as it is, locked with its Party organization, in one of the states."""
    hold(PartyOrganization, [row.party_organization_id])
    rows = type(row)._default_manager.select_for_update(of=["self"], no_key=True)
    found: Any = rows.select_related("party_organization").get(pk=row.pk)
    require_seat(by, permission, found.party_organization, on=on)
    if found.state not in states:
        raise Refusal(f"“{found}”现在是“{found.get_state_display()}”，不能再办理这一步")
    return found


def _writable(row: Row, by: User, on: date) -> Row:
    try:
        return _locked(row, by, books(row.party_organization), on, *OPEN[type(row)])
    except Refusal:
        return _locked(row, by, enters(row.party_organization), on, *OPEN[type(row)])


def _returned(by: User, row: Row, state: str, action: str, reason: str, on: date) -> Row:
    if not reason.strip():
        raise Refusal("退回请写明原因")
    values = {"state": state, "reason": reason.strip()}
    writing.change(by=by, record=row, values=values, action=action, reason=reason.strip(), on=on)
    return row


def _require_new(same: QuerySet[Any]) -> None:
    """Nothing is entered twice: a form that was sent again says the same in every word."""
    if found := same.first():
        raise Refusal(f"刚登记过同样的“{found}”，没有重复登记；确有两笔的，请在文字上区分")


def _require_papers(row: Income | Spending, word: str) -> None:
    if not row.vouchers.exists():
        raise Refusal(f"还没有上传{word}，请先上传照片或文件")


def _require_funds(row: Spending) -> None:
    balance = standing(row.party_organization_id, Book.FUND).balance
    if row.asked > balance:
        raise Refusal(f"经费余额 {yuan(balance)} 元，申请 {yuan(row.asked)} 元超过余额")
