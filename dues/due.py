"""What waits: members who are behind, for the treasurer; members who have not paid for so long that the rules speak of it, for the secretary and the level above; reliefs to
decide, and what was handed up and waits for its confirmation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.parameters import values_on
from core.scope import Scope
from dues.models import Arrears, HandUp, Relief


def _behind(permission: str) -> Callable[[Scope, date], QuerySet]:
    def rows(scope: Scope, on: date) -> QuerySet:
        least = int(values_on(on)["dues.unpaid_months"])
        found = Arrears.objects.within(scope.having(permission)).filter(months__gte=least, run__gte=least)
        return found.select_related("member", "party_organization").order_by("-months", "-member")

    return rows


def _talks(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        what = f"{row.member} 连续 {row.run} 个月没有交纳党费，请了解原因、谈话教育、限期补交（党章第九条）"
        yield DueItem(str(row.party_organization), what, None, reverse("dues_arrears"), "查看")


def _own_behind(scope: Scope, on: date) -> QuerySet:
    found = Arrears.objects.within(scope.having(P.DUES_COLLECT)).select_related("member", "party_organization")
    return found.order_by("-months", "-member")


def _reminders(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = f"{reverse('dues_grid', args=[row.party_organization_id])}?month={row.first_month:%Y-%m}"
        what = f"{row.member} 欠交 {row.months} 个月党费，{row.owed} 元"
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
        yield DueItem(str(row.from_node), f"上缴党费 {row.amount} 元", None, reverse("dues_hand_ups"), "确认")


due_kinds.add(
    DueKind("dues.behind", "欠交党费", P.DUES_COLLECT, _own_behind, "", _reminders, "/dues/arrears/"),
    DueKind(
        "dues.unpaid.own",
        "本支部长期不交党费",
        P.DUES_APPLY,
        _behind(P.DUES_APPLY),
        "",
        _talks,
        "/dues/arrears/?age=long",
    ),
    DueKind(
        "dues.unpaid", "长期不交党费", P.DUES_REVIEW, _behind(P.DUES_REVIEW), "", _talks, "/dues/arrears/?age=long"
    ),
    DueKind("dues.reliefs", "党费减免待审批", P.DUES_REVIEW, _proposed, "", _reliefs, "/dues/reliefs/"),
    DueKind("dues.hand_ups", "上缴待确认", P.DUES_REVIEW, _sent, "", _hand_ups, "/dues/hand-ups/"),
)
