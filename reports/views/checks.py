"""核查: the overview with numbers, and each check as a list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.paging import bounded_count
from core.pages import PageRequest, PermissionMixin
from core.parameters import values_on
from orgs.sources.authority import RETURNED
from reports.checks import UNIT, Check, Look, checks
from reports.filters import organization_url
from reports.round_trip import organization_columns


def look_of(request: PageRequest) -> Look:
    """What the request may look into today."""
    today = timezone.localdate()
    return Look(request.scope, today, values_on(today))


class ChecksPage(PermissionMixin, View):
    """All checks with how many records wait in each."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        look = look_of(request)
        asked = [check for check in checks if request.scope.may(check.permission)]
        rows = [(check, bounded_count(check.find(look)) if check.counted else None) for check in asked]
        return render(request, "reports/checks.html", {"rows": rows})


class CheckPage(ListPage):
    """One check: its records, and what makes them leave the list."""

    permission = Permission.FIGURES_VIEW
    export_permission = Permission.REGISTRY_EXPORT
    template_name = "reports/check.html"

    @cached_property
    def check(self) -> Check:
        """The check that the address names, for those who may look."""
        if self.kwargs["code"] not in checks:
            raise Http404
        check = checks[self.kwargs["code"]]
        if not self.request.scope.may(check.permission):
            raise PermissionDenied
        return check

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.check.title

    @property
    def unit(self) -> str:  # type: ignore[override]
        return self.check.unit

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """The check's columns; a workbook of organizations comes back as such."""
        shown = self.check.columns
        return organization_columns(shown, name=UNIT) if self.returning_source else shown

    @property
    def returning_source(self) -> str:  # type: ignore[override]
        """The list of organizations, where the check lists some."""
        return RETURNED if UNIT in self.check.columns else ""

    @property
    def orders(self) -> tuple[Order, ...]:  # type: ignore[override]
        return self.check.orders

    @property
    def filters(self) -> type[ListFilters]:  # type: ignore[override]
        return self.check.filters

    @property
    def empty(self) -> str:  # type: ignore[override]
        """Why nothing is here."""
        return "没有符合条件的记录。" if self.request.GET else "没有需要核查的记录。"

    def records(self) -> QuerySet:
        """What the check finds in the scope."""
        return self.check.find(look_of(self.request))

    def prepare(self, rows: list[Any]) -> None:
        """Where the names lead, and what the check adds."""
        self.check.prepare(rows)
        for row in rows:
            if hasattr(row, "organization_id"):
                row.url = organization_url(row)

    def extra(self) -> dict[str, Any]:
        """The advice above the list."""
        return {"check": self.check}
