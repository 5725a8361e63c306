"""What waits: members who are behind, for the treasurer; those who have not paid for so long that the rules speak of it, for the
secretary and the level above; reliefs to decide, hand-ups to confirm; each refund for whoever takes its next step, income and
spending for the treasurer, the year that is over for whoever publishes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, QuerySet, Value
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.parameters import values_on
from core.scope import Scope
from dues.models import Arrears, HandUp, Income, Refund, Relief, Spending
from dues.queries.branches import KINDS
from dues.queries.funds import had_funds, published
from dues.queries.steps import NEXT
from dues.queries.waiting import for_me
from dues.rules.amounts import yuan
from orgs.models import PartyOrganization

State = Refund.State
UNPAID = "/dues/arrears/?run=on"
STEP = "dues.step_days"


def _behind(permission: str) -> Callable[[Scope, date], QuerySet]:
    def rows(scope: Scope, on: date) -> QuerySet:
        least = int(values_on(on)["dues.unpaid_months"])
        found = Arrears.objects.within(scope.having(permission)).in_a_row(least)
        return found.select_related("member", "party_organization").order_by("-months", "-member")

    return rows


def _talks(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        what = f"{row.member} 连续 {row.run} 个月没有交纳党费，请了解原因、谈话教育、限期补交（党章第九条）"
        yield DueItem(str(row.party_organization), what, None, UNPAID, "查看")


def _own_behind(scope: Scope, on: date) -> QuerySet:
    found = Arrears.objects.within(scope.having(P.DUES_COLLECT)).select_related("member", "party_organization")
    return found.order_by("-months", "-member")


def _reminders(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = f"{reverse('dues_grid', args=[row.party_organization_id])}?month={row.first_month:%Y-%m}"
        what = f"{row.member} 欠交 {row.months} 个月党费，{yuan(row.owed)} 元"
        yield DueItem(str(row.party_organization), what, None, url, "收缴")


def _proposed(scope: Scope, on: date) -> QuerySet:
    rows = Relief.objects.to_decide(scope).select_related("member", "party_organization")
    return rows.order_by("studied_on", "pk")


def _reliefs(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        yield DueItem(str(row.party_organization), f"减免党费：{row}", None, reverse("dues_reliefs"), "审批")


def _sent(scope: Scope, on: date) -> QuerySet:
    return HandUp.objects.changeable(scope).sent().select_related("from_node").order_by("sent_on", "pk")


def _hand_ups(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        yield DueItem(str(row.from_node), f"上缴党费 {yuan(row.amount)} 元", None, reverse("dues_hand_ups"), "确认")


def _refunds(*states: str) -> Callable[[Scope, date], QuerySet]:
    return lambda scope, on: for_me(scope, *states).order_by("state_on", "pk")


def _steps(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        days = (on - row.state_on).days
        waited = f"，已等 {days} 天" if days else ""
        what = f"{row.get_kind_display()} {row.months} {yuan(row.amount)} 元，{row.get_state_display()}{waited}"
        step = NEXT[row.state][0].label
        yield DueItem(str(row.party_organization), what, row.act_by, reverse("refund", args=[row.pk]), step)


def _own(rows: QuerySet, scope: Scope) -> QuerySet:
    granted = scope.having(P.DUES_COLLECT)
    nodes = [grant.node_id for grant in granted.grants]
    return rows.filter(party_organization__in=nodes).select_related("party_organization").as_narrowed()  # type: ignore[attr-defined,no-any-return]


def _incomes(scope: Scope, on: date) -> QuerySet:
    rows = _own(Income.objects.filter(state=Income.State.ENTERED), scope)
    return rows.order_by("received_on", "pk")


def _openings(scope: Scope, on: date) -> QuerySet:
    """Of committees, for another one than who entered it."""
    granted = scope.having(P.DUES_REVIEW)
    rows = Income.objects.filter(granted.path_filter("party_organization__path"), state=Income.State.ENTERED)
    others = rows.exclude(party_organization__kind__in=KINDS).exclude(entered_by=scope.user_id)
    return others.select_related("party_organization").order_by("received_on", "pk").as_narrowed()


def _to_confirm(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        what = f"{row.get_source_display()} {yuan(row.amount)} 元，请核对依据后确认入账"
        yield DueItem(str(row.party_organization), what, row.act_by, reverse("income", args=[row.pk]), "确认")


def _spendings(scope: Scope, on: date) -> QuerySet:
    states = (Spending.State.REQUESTED, Spending.State.DISCUSSED)
    return _own(Spending.objects.filter(state__in=states), scope).order_by("asked_on", "pk")


def _to_book(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        asked = row.state == Spending.State.REQUESTED
        what = f"{row.purpose} {yuan(row.asked)} 元，{'请支部集体讨论、确认讨论记录' if asked else '已讨论决定，使用后上传凭证、列支'}"
        url = reverse("spending", args=[row.pk])
        yield DueItem(str(row.party_organization), what, row.act_by, url, "确认讨论" if asked else "列支")


def _unpublished(scope: Scope, on: date) -> QuerySet:
    """Party organizations that have not published the year that is over, with the day by which they should."""
    last = date(on.year - 1, 12, 31) + timedelta(days=int(values_on(on)["dues.publish_days"]))
    nodes = [grant.node_id for grant in scope.having(P.DUES_APPLY).grants]
    rows = PartyOrganization.objects.standing().filter(had_funds(on.year - 1), ~published(on.year - 1), pk__in=nodes)
    return rows.annotate(act_by=Value(last, DateField())).order_by("path").as_narrowed()


def _to_publish(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        what = f"{on.year - 1} 年度的经费收支请向党员公开"
        yield DueItem(str(row), what, row.act_by, reverse("fund_year", args=[row.pk, on.year - 1]), "公开")


def _kind(code: str, name: str, permission: P, *states: str) -> DueKind:
    return DueKind(code, name, permission, _refunds(*states), "state_on", _steps, "/dues/refunds/?mine=on", STEP)


due_kinds.add(
    DueKind("dues.behind", "欠交党费", P.DUES_COLLECT, _own_behind, "", _reminders, "/dues/arrears/"),
    DueKind(
        "dues.unpaid.own",
        "本支部长期不交党费",
        P.DUES_APPLY,
        _behind(P.DUES_APPLY),
        "",
        _talks,
        UNPAID,
    ),
    DueKind("dues.unpaid", "长期不交党费", P.DUES_REVIEW, _behind(P.DUES_REVIEW), "", _talks, UNPAID),
    DueKind("dues.reliefs", "党费减免待审批", P.DUES_REVIEW, _proposed, "", _reliefs, "/dues/reliefs/"),
    DueKind("dues.hand_ups", "上缴待确认", P.DUES_REVIEW, _sent, "", _hand_ups, "/dues/hand-ups/"),
    _kind("dues.refunds.apply", "返还待提交", P.DUES_APPLY, State.LISTED, State.RETURNED),
    _kind("dues.refunds.review", "返还待审核", P.DUES_REVIEW, State.APPLIED),
    _kind("dues.refunds.approve", "返还待审批、拨付", P.DUES_APPROVE, State.REVIEWED, State.APPROVED),
    _kind("dues.refunds.receive", "返还待确认到账", P.DUES_COLLECT, State.PAID),
    DueKind("dues.incomes", "经费收入待确认", P.DUES_COLLECT, _incomes, "received_on", _to_confirm, "/dues/", STEP),
    DueKind(
        "dues.openings", "期初党费结存待确认", P.DUES_REVIEW, _openings, "received_on", _to_confirm, "/dues/", STEP
    ),
    DueKind("dues.publications", "经费收支待公开", P.DUES_APPLY, _unpublished, "act_by", _to_publish, "/dues/"),
    DueKind("dues.spendings", "经费使用待办理", P.DUES_COLLECT, _spendings, "asked_on", _to_book, "/dues/", STEP),
)
