"""核查: the overview with numbers, and each check as a list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.listing import ListPage
from core.listing.paging import bounded_count
from core.pages import PageRequest, PermissionMixin
from core.parameters import values_on
from orgs.sources.authority import RETURNED
from reports.checks import UNIT, Look, checks
from reports.filters import organization_url
from reports.round_trip import organization_columns


def look_of(request: PageRequest) -> Look:
    """What the request may look into today, by the duties that open this page."""
    today = timezone.localdate()
    return Look(request.scope.having(Permission.FIGURES_VIEW), today, values_on(today))


class ChecksPage(PermissionMixin, View):
    """All checks with how many records wait in each."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        look = look_of(request)
        asked = [check for check in checks if look.scope.may(check.permission)]
        rows = [(check, bounded_count(check.of(look)) if check.counted else None) for check in asked]
        return render(request, "reports/checks.html", {"rows": rows})


class CheckPage(ListPage):
    """One check: its records, and what makes them leave the list."""

    permission = Permission.FIGURES_VIEW
    export_permission = Permission.REGISTRY_EXPORT
    template_name = "reports/check.html"

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """The check that the address names, for those who may look; a workbook of organizations comes back as such."""
        super().setup(request, *args, **kwargs)
        if kwargs["code"] not in checks:
            raise Http404
        self.check = check = checks[kwargs["code"]]
        if not request.scope.having(self.permission).may(check.permission):
            raise PermissionDenied
        self.title, self.unit, self.orders, self.filters = check.title, check.unit, check.orders, check.filters
        self.returning_source = RETURNED if UNIT in check.columns else ""
        self.columns = organization_columns(check.columns, name=UNIT) if self.returning_source else check.columns
        self.empty = "没有符合条件的记录。" if request.GET else "没有需要核查的记录。"

    def records(self) -> QuerySet:
        """What the check finds in the scope."""
        return self.check.of(look_of(self.request))

    def prepare(self, rows: list[Any]) -> None:
        """Where the names lead, and what the check adds."""
        self.check.prepare(rows)
        for row in rows:
            if hasattr(row, "organization_id"):
                row.url = organization_url(row)

    def extra(self) -> dict[str, Any]:
        """The advice above the list."""
        return {"check": self.check}
