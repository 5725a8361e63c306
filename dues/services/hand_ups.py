"""上缴 to the level above: sent by one, confirmed by another (rules §14)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from core import writing
from core.days import require_past
from core.locks import hold
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Book, EntryKind, HandUp
from dues.queries.hand_ups import held_by
from dues.rules.amounts import yuan
from dues.services.ledger import counter, post
from members.services.separation import require_another
from orgs.facts import refresh
from orgs.models import PartyOrganization

SEND, CONFIRM, SEND_BACK = "dues.hand_up", "dues.confirm_hand_up", "dues.return_hand_up"
Kind, State = HandUp.Kind, HandUp.State


@transaction.atomic
def send(
    *, by: User | None, node: PartyOrganization, amount: Decimal, first: YearMonth, last: YearMonth, sent_on: date,
    seen: int, at: datetime, on: date, kind: str = Kind.DUES.value, note: str = "",
) -> HandUp:  # fmt: skip
    """Hand an amount up to the Party organization above. `seen` is the newest line of the book that the page showed: where
    there is a newer one nothing is sent, so that a double click sends once."""
    require_past(HandUp, {"sent_on": sent_on}, on=on)
    row = PartyOrganization.objects.select_related("parent").get(pk=node.pk)
    if row.parent is None:
        raise Refusal(f"{row}没有上级党组织，不在本系统上缴")
    hold(PartyOrganization, [row.pk])
    held = held_by(row)
    if held.number != seen:
        raise Refusal(f"{row}的账上刚有新的登记，没有上缴；请核对最新的结存后再办")
    there, word = (held.gifts, "大额党费") if kind == Kind.GIFT else (held.dues, "党费")
    if not 0 < amount <= there:
        raise Refusal(f"金额请核对：{row}可上缴的{word}是 {yuan(there)} 元，现填 {yuan(amount)} 元")
    if kind == Kind.GIFT and not note.strip():
        raise Refusal("说明须写明大额党费的简要情况：谁自愿交纳、交纳多少")
    if last < first or last > YearMonth.of(on).plus(12):
        raise Refusal("终止月份不早于起始月份，不超过一年以后，请核对")
    text = f"上缴{row.parent}：{first} 至 {last} {word}"
    entry = post(
        by=by, party_organization=row, book=Book.DUES, kind=EntryKind.SENT_UP, amount=-amount, day=sent_on, text=text,
        at=at, on=on,
    )  # fmt: skip
    sent = HandUp(
        from_node=row, to_node=row.parent, kind=kind, first_month=first.first_day, last_month=last.first_day,
        amount=amount, note=note.strip(), sent_on=sent_on, sent_entry=entry, entered_by=by,
    )  # fmt: skip
    writing.add(by=by, record=sent, action=SEND, on=on)
    refresh((), on=on, nodes=[row.pk])
    return sent


@transaction.atomic
def confirm(*, by: User, hand_up: HandUp, at: datetime, on: date) -> HandUp:
    """It came in above: once, by another person than who sent it."""
    row = _waiting(hand_up)
    require_another(by, act="确认", earlier=[("上缴", row.entered_by, on)], of=row.from_node)
    entry = post(
        by=by, party_organization=row.to_node, book=Book.DUES, kind=EntryKind.FROM_BELOW, amount=row.amount, day=on,
        text=f"{row.from_node}上缴：{row.first_month:%Y-%m} 至 {row.last_month:%Y-%m} {row.get_kind_display()}", at=at, on=on,
    )  # fmt: skip
    values = {"state": State.CONFIRMED, "received_entry": entry, "decided_by": by, "decided_on": on}
    writing.change(by=by, record=row, values=values, action=CONFIRM, on=on)
    refresh((), on=on, nodes=[row.from_node_id])
    return row


@transaction.atomic
def send_back(*, by: User, hand_up: HandUp, reason: str, at: datetime, on: date) -> HandUp:
    """It did not come in as it was said: the lower book has it again."""
    if not reason.strip():
        raise Refusal("退回请写明原因")
    row = _waiting(hand_up)
    require_another(by, act="退回", earlier=[("上缴", row.entered_by, on)], of=row.from_node)
    counter(by=by, entry=row.sent_entry, reason=f"上级退回：{reason.strip()}"[:150], at=at, on=on)
    values = {"state": State.RETURNED, "decided_by": by, "decided_on": on, "reason": reason.strip()}
    writing.change(by=by, record=row, values=values, action=SEND_BACK, reason=reason.strip(), on=on)
    refresh((), on=on, nodes=[row.from_node_id])
    return row


def _waiting(hand_up: HandUp) -> HandUp:
    """The hand-up as it is, locked after both books."""
    hold(PartyOrganization, [hand_up.from_node_id, hand_up.to_node_id])
    rows = HandUp.objects.select_related("from_node", "to_node", "sent_entry__party_organization", "entered_by")
    row = rows.get(pk=hand_up.pk)
    if row.state != State.SENT:
        raise Refusal(f"“{row}”{row.get_state_display()}，不能再办理")
    return row
