"""/dues/: a treasurer's own branch, and for those above the branches that collect."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.listing import Column, ListPage, Order
from core.pages import PageRequest, PermissionMixin
from dues.queries.branches import collecting, so_far
from orgs.filters import OfBranchFilters


class DuesHome(PermissionMixin, View):
    """Whoever serves at one branch goes there, everybody else to the list."""

    permission = P.DUES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        own = list(collecting().within(request.scope.having(P.DUES_VIEW)).values_list("pk", flat=True)[:2])
        return redirect("dues_grid", own[0]) if len(own) == 1 else redirect("dues_branches")


class BranchFilters(OfBranchFilters):
    branch = "pk"


class DuesBranches(ListPage):
    """Branches in the order of the tree: what was due this year until today, what came in, who is behind."""

    title, unit = "各支部党费", "个"
    permission, export_permission = P.DUES_VIEW, P.REGISTRY_EXPORT
    template_name = "dues/branches.html"
    empty = "没有这样的党支部。"
    filters = BranchFilters
    columns = (
        Column("党支部", "name", kind="name", link=lambda row: reverse("dues_grid", args=[row.pk])),
        Column("上级党组织", "parent"),
        Column("今年应交（元）", "so_far.due", kind="number"),
        Column("今年已交（元）", "so_far.paid", kind="number"),
        Column("收缴率", "so_far.percent", kind="percent"),
        Column("欠交党员", "so_far.behind", kind="number"),
    )
    orders = (Order("place", ("path",), "隶属"),)

    def records(self) -> QuerySet:
        return collecting().select_related("parent")

    def prepare(self, rows: list[Any]) -> None:
        """Two queries for a page."""
        found = so_far([row.pk for row in rows], on=timezone.localdate())
        for row in rows:
            row.so_far = found[row.pk]

    def extra(self) -> dict[str, Any]:
        return {"reviews": self.request.scope.may(P.DUES_REVIEW)}
