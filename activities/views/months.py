"""/reviews/months/: which months take records, what came of them, and closing, locking and opening them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from activities.models import ActivityMonth
from activities.queries.months import ACTIONS, months_told
from activities.services import months
from core.formats import percent
from core.indicators import percent as rate
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence

State = ActivityMonth.State
STEPS = {  # what may be done next with a month in each state
    State.OPEN: [("close", "关账")],
    State.CLOSED: [("lock", "锁定"), ("reopen", "重新开放")],
    State.LOCKED: [("reopen", "重新开放")],
}
DONE = {"close": "已关账，以后的补报须写明迟报原因", "lock": "已锁定，不再接受填报", "reopen": "已重新开放"}


class ActivityMonths(PermissionMixin, View):
    """The months, the newest first, for whoever reviews; the city's department closes them."""

    permission = P.ACTIVITIES_REVIEW

    def get(self, request: PageRequest) -> HttpResponse:
        """A constant number of queries."""
        today = timezone.localdate()
        may = request.scope.having(P.MONTHS_CLOSE).whole
        told = months_told(request.scope.having(P.ACTIVITIES_REVIEW), on=today)
        for one in told:
            _word(one, may and one.month < YearMonth.of(today))
        context = {"title": "填报月份", "months": told, "may": may}
        return render(request, "activities/months.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        """Close, lock or open again the month that the form names."""
        if not request.scope.having(P.MONTHS_CLOSE).whole:
            raise PermissionDenied("关账、锁定和重新开放对全市生效，由市级组织部门办理。")
        try:
            month = YearMonth.parse(request.POST.get("month", ""))
        except ValueError as problem:
            raise BadRequest(str(problem)) from problem
        told: dict[str, Any] = {"by": request.user, "month": month, "at": timezone.now()}
        reason = request.POST.get("reason", "")[:200]
        acts: dict[str, Callable[[], Any]] = {
            "close": lambda: months.close_month(on=timezone.localdate(), **told),
            "lock": lambda: months.lock_month(**told),
            "reopen": lambda: months.reopen_month(reason=reason, **told),
        }
        if (act := acts.get(request.POST.get("do", ""))) is None:
            raise BadRequest("没有这项操作")
        try:
            act()
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        else:
            messages.success(request, f"{month} {DONE[request.POST['do']]}。")
        return HttpResponseRedirect(request.path)


def _word(told: Any, may: bool) -> None:
    """What the page says of a month."""
    told.rate, told.held_rate = percent(rate(told.reported, told.due)), percent(rate(told.held, told.due))
    told.history = [(ACTIONS[entry.action], entry) for entry in told.acts]
    told.steps = STEPS[State(told.row.state)] if may else []
