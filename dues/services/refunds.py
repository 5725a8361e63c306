"""返还 and 补助: each step by another person, at the place that it belongs to, with the amount reckoned anew from the ledger
(rules §14). What is sent twice, or by two at once, is done once: the branch is locked and the state asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.id_sets import among
from core.locks import hold
from core.months import YearMonth
from core.parameters import values_on
from core.refusals import Refusal, refuse
from dues.models import Book, EntryKind, Refund, RefundMonth, RefundStep
from dues.queries.paid import paid_totals
from dues.queries.steps import MOVES, NEXT, OWN, Rights, acted_on, rights_of, unlike_steps
from dues.rules.amounts import ZERO, set_by, yuan
from dues.rules.months import months_between
from dues.rules.refunds import refundable
from dues.services import ledger
from members.queries.people import person
from members.rules.separation import barred
from members.services.separation import refuse_same, require_seat
from orgs.facts import refresh
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS
from orgs.models.party import steps as ids_of

State, Step, Kind = Refund.State, RefundStep.Step, Refund.Kind
MOST_MONTHS = 12
ACTIONS = {step: f"{Refund._meta.label_lower}_{step.value.lower()}" for step in Step}


@transaction.atomic
def draw_up(
    *, by: User, party_organization: PartyOrganization, first: YearMonth, last: YearMonth, purpose: str, at: datetime,
    on: date,
) -> Refund:  # fmt: skip
    """清单: what the branch collected in months that are over and of which it has no refund yet."""
    seat = _begin(by, party_organization, on)
    if not first <= last < YearMonth.of(on) or last >= first.plus(MOST_MONTHS):
        raise Refusal(f"截止月份须是已经结束的月份，不早于起始月份，一次不超过 {MOST_MONTHS} 个月")
    months = months_between(first.first_day, last.first_day)
    asked_for = RefundMonth.objects.filter(party_organization=party_organization, month__in=months).order_by("month")
    if found := [f"{row.month:%Y-%m}" for row in asked_for]:
        raise Refusal(f"起始月份请核对：{'、'.join(found)} 的党费已申请返还，每个月只返还一次")
    row = Refund(
        party_organization=party_organization, first_month=first.first_day, last_month=last.first_day, purpose=purpose,
        state_on=on,
    )  # fmt: skip
    for name, value in _reckoned(row, on).items():
        setattr(row, name, value)
    _list(row, by, seat, at, on)
    rows = [[party_organization.pk, month] for month in months]
    writing.add_rows(RefundMonth, ["party_organization_id", "month"], rows, {"refund_id": row.pk}, by=by, events=())
    return row


@transaction.atomic
def ask_grant(
    *, by: User, party_organization: PartyOrganization, amount: Decimal, purpose: str, at: datetime, on: date
) -> Refund:
    """申请补助 from retained dues of the committee above, for a branch in difficulty (意见三-3)."""
    seat = _begin(by, party_organization, on)
    told: dict[str, Any] = {"kind": Kind.GRANT, "amount": amount, "purpose": purpose, "state_on": on}
    if Refund.objects.filter(party_organization=party_organization, state=State.LISTED, **told).exists():
        raise Refusal("刚生成过同样的补助申请，没有重复生成；请在“返还党费”中查看")
    row = Refund(party_organization=party_organization, **told)
    _list(row, by, seat, at, on)
    return row


@transaction.atomic
def apply(*, by: User, refund: Refund, at: datetime, on: date) -> Refund:
    """Hand in the list, or one that came back, reckoned anew."""
    row = _locked(refund, Step.APPLY)
    seat = require_seat(by, P.DUES_APPLY, row.party_organization, on=on)
    return _take(row, Step.APPLY, by, seat, at, on, values=_reckoned(row, on))


def review(*, by: User, refund: Refund, at: datetime, on: date) -> Refund:
    """审核 by a committee above the branch."""
    return _advance(refund, Step.REVIEW, by, at, on)


def approve(*, by: User, refund: Refund, at: datetime, on: date) -> Refund:
    """审批 at county level or above; the committee there pays."""
    return _advance(refund, Step.APPROVE, by, at, on)


@transaction.atomic
def approve_many(
    *, by: User, refunds: Collection[int], at: datetime, on: date
) -> tuple[list[Refund], list[tuple[Refund, str]]]:
    """审批 of many at once, all in one transaction: those that were approved, and those that stay, each with the reason."""
    wanted = Refund.objects.filter(pk__in=among(refunds))
    hold(PartyOrganization, wanted.values_list("party_organization", flat=True))
    rows = list(wanted.select_related("party_organization").order_by("pk"))
    rights, differing = rights_of(rows, Step.APPROVE, by, on=on), _differing(rows)
    stay = {row.pk: why for row in rows if (why := _why_not(row, Step.APPROVE, rights, differing))}
    chosen = [row for row in rows if row.pk not in stay]
    for payer in {rights.payer(row) for row in chosen}:
        paid_by = [row for row in chosen if rights.payer(row) == payer]
        values = {"state": State.APPROVED, "state_on": on, "payer": payer}
        keys = [row.pk for row in paid_by]
        writing.change_many(Refund.objects.filter(pk__in=among(keys)).select_related("party_organization"), values,
                            by=by, action=ACTIONS[Step.APPROVE], on=on)  # fmt: skip
    steps = [_step(row, Step.APPROVE, by, rights.seat(row), at) for row in chosen]
    writing.add_many(steps, by=by, action=ACTIONS[Step.APPROVE], on=on)
    refresh((), on=on, nodes={row.party_organization_id for row in chosen})
    return chosen, [(row, stay[row.pk]) for row in rows if row.pk in stay]


@transaction.atomic
def pay(*, by: User, refund: Refund, day: date, at: datetime, on: date) -> Refund:
    """拨付 from the dues that the paying committee holds. The months of the refund are closed with it, so that what was
    returned for them stays what was paid."""
    row, rights = _checked(refund, Step.PAY, by, on)
    branch, payer = row.party_organization, row.payer
    assert payer, "an approved refund has one"
    if day < row.state_on:
        raise Refusal(f"日期请填写 {row.state_on} 审批当天或以后")
    kind = EntryKind.REFUND_PAID if row.kind == Kind.REFUND else EntryKind.GRANT_PAID
    told: dict[str, Any] = {"by": by, "at": at, "on": on}
    entry = ledger.post(
        party_organization=payer, book=Book.DUES, kind=kind, amount=-row.amount, day=day, text=f"拨付 {row}", **told
    )
    if row.last_month:
        ledger.close_through(party_organization=branch, book=Book.DUES, month=YearMonth.of(row.last_month), **told)
    return _take(row, Step.PAY, by, rights.seat(row), at, on, values={"paid_entry": entry})


@transaction.atomic
def receive(*, by: User, refund: Refund, day: date, at: datetime, on: date) -> Refund:
    """到账确认 by the branch's treasurer: what was paid is activity money from now on."""
    row = _locked(refund, Step.RECEIVE)
    branch, paid = row.party_organization, row.paid_entry
    if paid is None or -paid.amount != row.amount:
        raise Refusal(
            f"拨付的台账是 {yuan(-paid.amount if paid else ZERO)} 元，与申请的 {yuan(row.amount)} 元不一致，请报告上级"
        )
    seat = require_seat(by, P.DUES_COLLECT, branch, on=on)
    refuse_same(by, act=Step.RECEIVE.label, earlier=acted_on([row], Step.RECEIVE)[row.pk])
    if day < paid.day:
        raise Refusal(f"日期请填写 {paid.day} 拨付当天或以后")
    entry = ledger.post(
        by=by, party_organization=branch, book=Book.FUND, kind=EntryKind(row.kind), amount=row.amount, day=day,
        text=f"{row} 到账", at=at, on=on,
    )  # fmt: skip
    return _take(row, Step.RECEIVE, by, seat, at, on, values={"received_entry": entry})


@transaction.atomic
def send_back(*, by: User, refund: Refund, reason: str, at: datetime, on: date, reject: bool = False) -> Refund:
    """退回 to the branch, which may mend and apply anew, or 不予返还; by whoever would take the next step."""
    step = Step.REJECT if reject else Step.RETURN
    row = _locked(refund, step)
    if not reason.strip():
        raise Refusal(f"{step.label}请写明原因")
    _, permission = NEXT[row.state]
    county = permission == P.DUES_APPROVE
    seat = require_seat(by, permission, row.party_organization, on=on, county=county)
    refuse_same(by, act=step.label, earlier=acted_on([row], step)[row.pk], of=row.party_organization)
    if reject:
        _free_months(row, by)
    values = {"payer": None} if row.payer_id else {}
    return _take(row, step, by, seat, at, on, values=values, reason=reason.strip())


@transaction.atomic
def withdraw(*, by: User, refund: Refund, at: datetime, on: date) -> Refund:
    """撤回 by the branch before the review; its months are free again."""
    row = _locked(refund, Step.WITHDRAW)
    seat = require_seat(by, P.DUES_APPLY, row.party_organization, on=on)
    _free_months(row, by)
    return _take(row, Step.WITHDRAW, by, seat, at, on)


def why_not(*, by: User, refund: Refund, on: date) -> str:
    """Why somebody whose turn it is would be refused the next step, without trying it; empty where nothing is in the way."""
    step, permission = NEXT[refund.state]
    if permission not in OWN:
        rights = rights_of([refund], step, by, on=on)
        return _why_not(refund, step, rights, _differing([refund]))
    return barred(person(by), act=step.label, earlier=acted_on([refund], step)[refund.pk])


# --- what the steps share ---
@transaction.atomic
def _advance(refund: Refund, step: RefundStep.Step, by: User, at: datetime, on: date) -> Refund:
    row, rights = _checked(refund, step, by, on)
    values = {"payer": rights.payer(row)} if step == Step.APPROVE else {}
    return _take(row, step, by, rights.seat(row), at, on, values=values)


def _list(row: Refund, by: User, seat: PartyOrganization, at: datetime, on: date) -> None:
    writing.add(by=by, record=row, action=ACTIONS[Step.LIST], at=at, on=on)
    _note(row, Step.LIST, by, seat, at)
    refresh((), on=on, nodes=[row.party_organization_id])


def _begin(by: User, party_organization: PartyOrganization, on: date) -> PartyOrganization:
    hold(PartyOrganization, [party_organization.pk])
    if party_organization.kind not in BRANCH_KINDS or party_organization.dissolved_on:
        raise Refusal(f"{party_organization}不是党支部，或已撤销，不能申请")
    return require_seat(by, P.DUES_APPLY, party_organization, on=on)


def _locked(refund: Refund, step: RefundStep.Step) -> Refund:
    """The refund as it is, locked with its branch and whoever pays. Raises Refusal where the step is not its next one."""
    hold(PartyOrganization, [refund.party_organization_id, refund.payer_id])
    rows = Refund.objects.select_for_update(of=["self"], no_key=True)
    row = rows.select_related("party_organization", "payer", "paid_entry").get(pk=refund.pk)
    if row.payer_id != refund.payer_id:  # approved meanwhile: the payer is locked with the branch, in one go
        raise Refusal(f"“{row}”刚由他人办理，请重新打开")
    if row.state not in MOVES[step].since:
        raise Refusal(f"“{row}”现在是“{row.get_state_display()}”，不能{step.label}")
    return row


def _checked(refund: Refund, step: RefundStep.Step, by: User, on: date) -> tuple[Refund, Rights]:
    """The refund, locked, of which this person may take the step, with the amount that the ledger gives."""
    row = _locked(refund, step)
    rights = rights_of([row], step, by, on=on)
    refuse(_why_not(row, step, rights, _differing([row])))
    return row, rights


def _why_not(row: Refund, step: RefundStep.Step, rights: Rights, differing: Mapping[int, str]) -> str:
    if row.state not in MOVES[step].since:
        return f"现在是“{row.get_state_display()}”，不能{step.label}"
    if step == Step.PAY and row.payer_id not in ids_of(row.party_organization.path):
        return f"审批以后{row.party_organization}已不隶属{row.payer}，不能由它拨付；请退回，由支部重新申请"
    return rights.objection(row) or differing.get(row.pk, "")


def _differing(rows: Sequence[Refund]) -> dict[int, str]:
    """Those of which the ledger says something else than was applied for, with both figures; and those that are not what
    their last step, which the trail proves, left them."""
    months = {row.pk: _months(row) for row in rows if row.kind == Kind.REFUND}
    totals = paid_totals(months.values())
    found = {
        row.pk: f"申请时收缴合计 {yuan(row.paid_total)} 元，台账现在是 {yuan(totals[months[row.pk]])} 元；请退回，由支部重新申请"
        for row in rows
        if row.pk in months and totals[months[row.pk]] != row.paid_total
    }
    stored = Refund.objects.filter(pk__in=among([row.pk for row in rows]))
    return found | {row.pk: f"{why}；请不要办理，报告系统管理员和审计管理员" for row, why in unlike_steps(stored)}


def _reckoned(row: Refund, on: date) -> dict[str, Decimal]:
    """What the ledger and the rate of the day give; nothing of a grant, which is what was asked for."""
    if row.kind != Kind.REFUND:
        return {}
    months = _months(row)
    paid, rate = paid_totals([months])[months], set_by(values_on(on), "refund_rate")
    if not (amount := refundable(paid, rate)):
        raise Refusal(f"{row.months} 台账上没有可以返还的党费，请先登记收缴")
    return {"paid_total": paid, "rate": rate, "amount": amount}


def _months(row: Refund) -> tuple[int, date, date]:
    """Whose dues of which months; a grant has none."""
    assert row.first_month, "it has months"
    assert row.last_month, "it has months"
    return row.party_organization_id, row.first_month, row.last_month


def _take(
    row: Refund, step: RefundStep.Step, by: User, seat: PartyOrganization, at: datetime, on: date, *,
    values: dict[str, Any] | None = None, reason: str = "",
) -> Refund:  # fmt: skip
    given = {**(values or {}), "state": MOVES[step].to, "state_on": on}
    writing.change(by=by, record=row, values=given, action=ACTIONS[step], reason=reason, at=at, on=on)
    _note(row, step, by, seat, at, reason)
    refresh((), on=on, nodes=[row.party_organization_id])
    return row


def _note(
    row: Refund, step: RefundStep.Step, by: User, seat: PartyOrganization, at: datetime, reason: str = ""
) -> None:
    writing.add(by=by, record=_step(row, step, by, seat, at, reason), action=ACTIONS[step], at=at)


def _step(
    row: Refund, step: RefundStep.Step, by: User, seat: PartyOrganization, at: datetime, reason: str = ""
) -> RefundStep:
    told = {"paid_total": row.paid_total, "amount": row.amount, "reason": reason}
    return RefundStep(refund=row, step=step, by=by, node=seat, at=at, **told)


def _free_months(row: Refund, by: User) -> None:
    writing.remove_rows(RefundMonth, "refund_id", [row.pk], by=by, events=())
