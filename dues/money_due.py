"""What waits of the money of branches: each refund for whoever takes its next step, income and spending for the treasurer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.parameters import values_on
from core.scope import Scope
from dues.models import Income, Refund, Spending
from dues.queries.waiting import NEXT, for_me

State = Refund.State


def _within_days(rows: QuerySet, since: str, on: date) -> QuerySet:
    """With the day by which the next step should be taken, the first to fall due first."""
    days = timedelta(days=int(values_on(on)["dues.step_days"]))
    return rows.annotate(act_by=Cast(F(since) + Value(days), DateField())).order_by(since, "pk")


def _refunds(*states: str) -> Callable[[Scope, date], QuerySet]:
    return lambda scope, on: _within_days(for_me(scope, *states), "state_on", on)


def _steps(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        days = (on - row.state_on).days
        waited = f"，已等 {days} 天" if days else ""
        what = f"{row.get_kind_display()} {row.months} {row.amount:,.2f} 元，{row.get_state_display()}{waited}"
        step = NEXT[row.state][0].label
        yield DueItem(str(row.party_organization), what, row.act_by, reverse("refund", args=[row.pk]), step)


def _own(rows: QuerySet, scope: Scope) -> QuerySet:
    granted = scope.having(P.DUES_COLLECT)
    nodes = [grant.node_id for grant in granted.grants]
    return rows.filter(party_organization__in=nodes).select_related("party_organization").as_narrowed()  # type: ignore[attr-defined,no-any-return]


def _incomes(scope: Scope, on: date) -> QuerySet:
    rows = _own(Income.objects.filter(state=Income.State.ENTERED), scope)
    return _within_days(rows, "received_on", on)


def _to_confirm(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        what = f"{row.get_source_display()} {row.amount:,.2f} 元，请核对依据后确认入账"
        yield DueItem(str(row.party_organization), what, row.act_by, reverse("income", args=[row.pk]), "确认")


def _spendings(scope: Scope, on: date) -> QuerySet:
    states = (Spending.State.REQUESTED, Spending.State.DISCUSSED)
    return _within_days(_own(Spending.objects.filter(state__in=states), scope), "asked_on", on)


def _to_book(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        asked = row.state == Spending.State.REQUESTED
        what = f"{row.purpose} {row.asked:,.2f} 元，{'请支部集体讨论、确认讨论记录' if asked else '已讨论决定，使用后上传凭证、列支'}"
        url = reverse("spending", args=[row.pk])
        yield DueItem(str(row.party_organization), what, row.act_by, url, "确认讨论" if asked else "列支")


def _kind(code: str, name: str, permission: P, *states: str) -> DueKind:
    return DueKind(code, name, permission, _refunds(*states), "act_by", _steps, "/dues/refunds/?mine=on")


due_kinds.add(
    _kind("dues.refunds.apply", "返还待提交", P.DUES_APPLY, State.LISTED, State.RETURNED),
    _kind("dues.refunds.review", "返还待审核", P.DUES_REVIEW, State.APPLIED),
    _kind("dues.refunds.approve", "返还待审批、拨付", P.DUES_APPROVE, State.REVIEWED, State.APPROVED),
    _kind("dues.refunds.receive", "返还待确认到账", P.DUES_COLLECT, State.PAID),
    DueKind("dues.incomes", "经费收入待确认", P.DUES_COLLECT, _incomes, "act_by", _to_confirm, "/dues/"),
    DueKind("dues.spendings", "经费使用待办理", P.DUES_COLLECT, _spendings, "act_by", _to_book, "/dues/"),
)
