"""收缴: what members paid is booked, never overwritten: what was wrong is countered, with a reason (rules §14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from core.days import require_past
from core.id_sets import among
from core.locks import hold
from core.parameters import values_on
from core.refusals import Refusal
from core.rows import update_rows
from dues.models import Book, Due, Entry, EntryKind, Payment
from dues.rules.amounts import ZERO, exact, set_by, yuan
from dues.services.ledger import post
from dues.services.months import restate, restate_arrears
from members.models import Member
from orgs.facts import refresh
from orgs.models import PartyOrganization

NAMED = 3  # cells that a refusal names
Kind, Method = Payment.Kind, Payment.Method


class Cell(NamedTuple):
    """What was received of a member for a month, given by its first day."""

    member: int
    month: date
    amount: Decimal


class How(NamedTuple):
    """On which day, in which way, against which receipt."""

    paid_on: date
    method: str = Method.CASH.value
    receipt_no: str = ""


@transaction.atomic
def collect(
    *, by: User | None, party_organization: PartyOrganization, cells: Sequence[Cell], how: How, seen: int, at: datetime,
    on: date, more: bool = False,
) -> Entry:  # fmt: skip
    """Book what members paid, all or nothing. `seen` is the newest payment that the page showed: a month for which another one
    came since is refused, so that nothing is booked twice. `more`: they mean to pay more than is due."""
    if not cells:
        raise Refusal("还没有填金额：在要登记的格子里填写收到的金额")
    require_past(Payment, how._asdict(), on=on)
    hold(PartyOrganization, [party_organization.pk])
    dues = _dues(party_organization, cells, on)
    paid = Payment.objects.filter(due__in=among([due.pk for due in dues.values()]), pk__gt=seen)
    if paid.filter(party_organization=party_organization).exists():
        raise Refusal("这几个月刚登记过交纳，没有重复登记；请看最新的情况")
    _require_no_more(dues, cells, on, meant=more)
    total = sum((cell.amount for cell in cells), Decimal(0))

    def parts(entry: Entry) -> list[Payment]:
        return [
            Payment(entry=entry, party_organization=party_organization, member_id=cell.member,
                    due=dues[cell.member, cell.month], amount=cell.amount, **how._asdict())
            for cell in cells
        ]  # fmt: skip

    entry = post(
        by=by, party_organization=party_organization, book=Book.DUES, kind=EntryKind.COLLECTED, amount=total,
        day=how.paid_on, text=_text(cells), at=at, on=on, parts=parts,
    )  # fmt: skip
    restate_paid([due.pk for due in dues.values()], on=on)
    return entry


@transaction.atomic
def correct(*, by: User | None, payment: Payment, reason: str, at: datetime, on: date) -> Entry:
    """更正: counter a payment that was entered wrong; what is right is entered anew."""
    if not reason.strip():
        raise Refusal("更正请写明原因")
    hold(PartyOrganization, [payment.party_organization_id])
    row = Payment.objects.select_related("entry", "party_organization", "member").get(pk=payment.pk)
    if row.counter_of_id or Payment.objects.filter(counter_of=row).exists():
        raise Refusal(f"“{row}”是更正或已更正，不能再更正")
    _hold_months([row.member_id])

    def parts(entry: Entry) -> list[Payment]:
        told = {"party_organization": row.party_organization, "member": row.member, "due_id": row.due_id}
        return [
            Payment(entry=entry, kind=row.kind, amount=-row.amount, paid_on=on, method=row.method,
                    receipt_no=row.receipt_no, counter_of=row, **told)
        ]  # fmt: skip

    kind = EntryKind.GIFT if row.kind == Kind.GIFT else EntryKind.COLLECTED
    text = f"更正第 {row.entry.number} 号中{row.member}的交纳：{reason.strip()}"
    entry = post(
        by=by, party_organization=row.party_organization, book=Book.DUES, kind=kind, amount=-row.amount, day=on,
        text=text, at=at, on=on, parts=parts,
    )  # fmt: skip
    if row.due_id:
        restate_paid([row.due_id], on=on)
    return entry


@transaction.atomic
def receive_gift(
    *, by: User | None, member: Member, amount: Decimal, how: How, note: str, seen: int, at: datetime, on: date
) -> Entry:
    """大额党费: what a member gives at once beyond the dues, from 1,000 元 on (parameter). It goes up whole (DUES-6). `seen` is
    the newest payment that the page showed: where the member has given something since, nothing is booked."""
    require_past(Payment, how._asdict(), on=on)
    least = set_by(values_on(on), "gift_from")
    if amount < least:
        raise Refusal(f"金额在 {yuan(least)} 元以上的才登记为大额党费，{yuan(amount)} 元请作为当月党费多交登记")
    if not note.strip():
        raise Refusal("简要情况请写明，随款逐级上报")
    row = Member.objects.select_related("party_organization").get(pk=member.pk)
    hold(PartyOrganization, [row.party_organization_id])
    if Payment.objects.filter(member=row, kind=Kind.GIFT, pk__gt=seen).exists():
        raise Refusal(f"刚登记过{row}的大额党费，没有重复登记；请看最新的情况")

    def parts(entry: Entry) -> list[Payment]:
        told = {"party_organization": row.party_organization, "member": row, "kind": Kind.GIFT}
        return [Payment(entry=entry, amount=amount, **told, **how._asdict())]

    return post(
        by=by, party_organization=row.party_organization, book=Book.DUES, kind=EntryKind.GIFT, amount=amount,
        day=how.paid_on, text=f"{row}自愿交纳大额党费：{note.strip()}", at=at, on=on, parts=parts,
    )  # fmt: skip


def restate_paid(dues: Collection[int], *, on: date) -> None:
    """What was paid of months follows from their payments."""
    paid = Payment.objects.filter(due__in=among(dues)).order_by().values_list("due").annotate(total=Sum("amount"))
    found = dict(paid)
    update_rows(Due, ("paid",), [(key, exact(found.get(key))) for key in sorted(dues)])
    rows = Due.objects.filter(pk__in=among(dues))
    months = list(rows.values_list("member", "member__party_organization", "party_organization"))
    touched = restate_arrears({member for member, *_ in months}, on=on)
    refresh((), on=on, nodes=touched.union(*(places for _, *places in months)))


def _hold_months(members: Collection[int]) -> None:
    """Lock all months of members, before what was paid of one of them, or how far behind they are, is added up."""
    rows = Due.objects.filter(member__in=among(members)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def _dues(party_organization: PartyOrganization, cells: Sequence[Cell], on: date) -> Mapping[tuple[int, date], Due]:
    """The months that are paid, locked; those that lie ahead are laid out. Raises Refusal for one that is not due here."""
    wanted = {(cell.member, cell.month) for cell in cells}
    if len(wanted) != len(cells) or any(cell.amount <= 0 for cell in cells):
        raise Refusal("每个格子填写一个大于 0 的金额")
    members, last = {member for member, _ in wanted}, max(month for _, month in wanted)
    if last.year > on.year + 1:
        raise Refusal(f"{last:%Y-%m} 还太远，预交不超过下一年")
    there = Due.objects.filter(member__in=among(members), month=last).values_list("member", flat=True)
    if members.difference(there):  # it lies ahead, or began and no night has laid it out yet
        restate(members, on=on, through=last)
    rows = Due.objects.filter(member__in=among(members), month__in={month for _, month in wanted})
    _hold_months(members)
    rows = rows.filter(party_organization=party_organization)
    found = {
        (due.member_id, due.month): due for due in rows.select_related("member") if (due.member_id, due.month) in wanted
    }
    if missing := sorted(wanted - found.keys()):
        names = dict(
            Member.objects.filter(
                pk__in={pk for pk, _ in missing[:NAMED]}, party_organization=party_organization
            ).values_list("pk", "name")
        )
        words = "、".join(f"{names.get(pk, '（不在本支部）')} {month:%Y-%m}" for pk, month in missing[:NAMED])
        raise Refusal(f"{words} 没有核定党费，请先核定再登记交纳")
    return found


def _require_no_more(dues: Mapping[tuple[int, date], Due], cells: Sequence[Cell], on: date, *, meant: bool) -> None:
    """Refuse more than is due unless it is `meant`, and so much of one member that it is 大额党费 always: that goes up whole."""
    least, beyond = set_by(values_on(on), "gift_from"), defaultdict[int, Decimal](Decimal)
    for cell in cells:
        due = dues[cell.member, cell.month]
        more = due.paid + cell.amount - due.amount
        beyond[cell.member] += max(min(more, cell.amount), ZERO)
        if beyond[cell.member] >= least:
            raise Refusal(f"{due.member} 多交了 {yuan(beyond[cell.member])} 元，{yuan(least)} 元以上的请登记为大额党费")
        if more > 0 and not meant:
            paid = f"应交 {yuan(due.amount)} 元，已交 {yuan(due.paid)} 元，再交 {yuan(cell.amount)} 元"
            hint = "党员自愿多交的，请勾选“自愿多交”后再保存"
            raise Refusal(f"{due.member} {due.month:%Y-%m} {paid}就多交了 {yuan(more)} 元；{hint}")


def _text(cells: Sequence[Cell]) -> str:
    months = sorted({cell.month for cell in cells})
    span = f"{months[0]:%Y-%m}" if len(months) == 1 else f"{months[0]:%Y-%m} 至 {months[-1]:%Y-%m}"
    return f"收缴 {span} 党费，{len({cell.member for cell in cells})} 人"
