"""/dues/: a treasurer's own branch, and for those above the branches that collect."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.id_sets import among
from core.listing import Column, ListPage, Order
from core.pages import PageRequest, PermissionMixin
from dues.models import Refund
from dues.queries.books import balances_of
from dues.queries.branches import collecting, so_far
from dues.queries.funds import has_funds
from dues.queries.steps import NEXT
from dues.queries.waiting import waiting_for
from orgs.filters import OfBranchFilters


class DuesHome(PermissionMixin, View):
    """Whoever serves at one branch goes there, everybody else to the list."""

    permission = P.DUES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        own = list(collecting().within(request.scope.having(P.DUES_VIEW)).values_list("pk", flat=True)[:2])
        return redirect("dues_grid", own[0]) if len(own) == 1 else redirect("dues_branches")


class BranchFilters(OfBranchFilters):
    """What the branch has, and whether an application of it waits."""

    branch = "pk"
    funds = django_filters.ChoiceFilter(
        method="with_funds", label="活动经费", choices=[("yes", "有活动经费"), ("no", "没有活动经费")]
    )
    waits = django_filters.ChoiceFilter(
        method="waiting", label="返还申请", choices=[one for one in Refund.State.choices if one[0] in NEXT]
    )

    def with_funds(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.alias(funded=has_funds(timezone.localdate())).filter(funded=value == "yes")

    def waiting(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(pk__in=Refund.objects.filter(state=value).values("party_organization"))


def _waits(row: Any) -> str:
    """The oldest application of a branch: at which step, with whom, since how many days."""
    if not row.refund:
        return ""
    return f"{row.refund.months or '补助'} 待{row.waits.step}：{row.waits.node}（{row.waits.whom}），已 {row.days} 天"


class DuesBranches(ListPage):
    """Branches in the order of the tree: what was due this year until today, what came in, who is behind, what the books hold, and
    where an application waits."""

    title, unit = "各支部党费", "个"
    permission, export_permission = P.DUES_VIEW, P.REGISTRY_EXPORT
    template_name = "dues/branches.html"
    empty = "没有这样的党支部。"
    filters = BranchFilters
    columns = (
        Column("党支部", "name", kind="name", link=lambda row: reverse("dues_grid", args=[row.pk])),
        Column("上级党组织", "parent"),
        Column("今年至今应交（元）", "so_far.due", kind="number"),
        Column("其中已交（元）", "so_far.paid", kind="number"),
        Column("已交占应交", "so_far.percent", kind="percent"),
        Column("欠交党员", "so_far.behind", kind="number"),
        Column("党费结存（元）", lambda row: row.held["DUES"], kind="number"),
        Column(
            "活动经费（元）",
            lambda row: row.held["FUND"],
            kind="number",
            link=lambda row: reverse("funds", args=[row.pk]),
        ),
        Column(
            "返还申请",
            _waits,
            kind="words",
            link=lambda row: reverse("refund", args=[row.refund.pk]) if row.refund else "",
        ),
    )
    orders = (Order("place", ("path",), "隶属"),)

    def records(self) -> QuerySet:
        return collecting().within(self.request.scope.having(self.permission)).select_related("parent")

    def prepare(self, rows: list[Any]) -> None:
        """A constant number of queries for a page."""
        today, keys = timezone.localdate(), [row.pk for row in rows]
        years, held = so_far(keys, on=today), balances_of(keys)
        waiting = Refund.objects.waiting().filter(party_organization__in=among(keys))
        oldest = {
            one.party_organization_id: one
            for one in waiting.select_related("party_organization").order_by("-state_on", "-pk")
        }
        waits = waiting_for([*oldest.values()], on=today)
        for row in rows:
            row.so_far, row.held, row.refund = years[row.pk], held[row.pk], oldest.get(row.pk)
            if row.refund:
                row.waits, row.days = waits[row.refund.pk], (today - row.refund.state_on).days

    def extra(self) -> dict[str, Any]:
        return {"reviews": self.request.scope.may(P.DUES_REVIEW)}
