"""关账: which months are closed, and closing the next one."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from reports.models import ClosedMonth
from reports.services.months import close_month


class MonthsPage(PermissionMixin, View):
    """The months, the newest first; whoever may close months signs the next one here."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        """What is closed, and what would be closed next."""
        closed = list(ClosedMonth.objects.select_related("signed_by").order_by("-month"))
        may = request.scope.having(Permission.MONTHS_CLOSE).whole
        month = next_month(closed, timezone.localdate()) if may else None
        taken = next((item for item in closed if item.month == str(month)), None)
        return render(request, "reports/months.html", {"closed": closed, "next": month, "taken": taken, "may": may})

    def post(self, request: PageRequest) -> HttpResponse:
        """Close the month that the form names."""
        if not request.scope.having(Permission.MONTHS_CLOSE).whole:
            raise PermissionDenied("关账对全市生效，由市级组织部门办理。")
        try:
            month = YearMonth.parse(request.POST.get("month", ""))
        except ValueError as problem:
            raise BadRequest(str(problem)) from problem
        try:
            close_month(month=month, by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        else:
            messages.success(request, f"{month} 已关账，数据和名单已冻结。")
        return HttpResponseRedirect(request.path)


def next_month(closed: list[ClosedMonth], today: date) -> YearMonth | None:
    """The oldest month that is not signed, else the one after the last, else the one before this; None if not over."""
    unsigned = [item for item in closed if item.signed_at is None]
    last = YearMonth.of(today).plus(-1)
    if unsigned:
        return YearMonth.parse(unsigned[-1].month)
    month = YearMonth.parse(closed[0].month).plus(1) if closed else last
    return month if month <= last else None
