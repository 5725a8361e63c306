"""/dues/: a treasurer's own branch, and for those above the branches that collect."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from accounts.permissions import Permission as P
from core.listing import Column, ListPage, Order
from core.pages import PageRequest, PermissionMixin
from dues.queries.branches import collecting
from orgs.filters import OfBranchFilters


class DuesHome(PermissionMixin, View):
    """Whoever serves at one branch goes there, everybody else to the list."""

    permission = P.DUES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        own = list(collecting().within(request.scope.having(P.DUES_VIEW)).values_list("pk", flat=True)[:2])
        return redirect("party", own[0]) if len(own) == 1 else redirect("dues_branches")


class BranchFilters(OfBranchFilters):
    branch = "pk"


class DuesBranches(ListPage):
    """Branches in the order of the tree."""

    title, unit = "各支部党费", "个"
    permission, export_permission = P.DUES_VIEW, P.REGISTRY_EXPORT
    empty = "没有这样的党支部。"
    filters = BranchFilters
    columns = (
        Column("党支部", "name", kind="name", link=lambda row: reverse("party", args=[row.pk])),
        Column("上级党组织", "parent"),
    )
    orders = (Order("place", ("path",), "隶属"),)

    def records(self) -> QuerySet:
        return collecting().select_related("parent")
