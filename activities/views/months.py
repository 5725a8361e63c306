"""/reviews/months/: which months take records, what came of them, and closing, locking, opening them again, and putting
off the day until which they are filed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from activities.models import ActivityMonth
from activities.queries.months import months_of_records
from activities.services import deadlines, months
from core.audit_words import action_name
from core.formats import percent
from core.indicators import percent as rate
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence

State = ActivityMonth.State
STEPS = {  # what may be done next with a month in each state
    State.OPEN: [("close", "关账"), ("put_off", "推迟截止")],
    State.CLOSED: [("lock", "锁定"), ("reopen", "重新开放")],
    State.LOCKED: [("reopen", "重新开放")],
}
DONE = {
    "put_off": "的填报截止已推迟，到新的截止日以前上报的都算按时",
    "close": "已关账，以后的补报须写明迟报原因",
    "lock": "已锁定，不再接受填报",
    "reopen": "已重新开放",
}


class ActivityMonths(PermissionMixin, View):
    """The months, the newest first, for whoever reviews; the city's department closes them."""

    permission = P.ACTIVITIES_REVIEW

    def get(self, request: PageRequest) -> HttpResponse:
        """A constant number of queries."""
        today = timezone.localdate()
        may = request.scope.having(P.MONTHS_CLOSE).whole
        rows = months_of_records(request.scope.having(P.ACTIVITIES_REVIEW), on=today)
        for one in rows:
            _word(one, may, over=one.month < YearMonth.of(today))
        context = {"title": "填报月份", "months": rows, "may": may}
        return render(request, "activities/months.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        """Close, lock, open again or put off the month that the form names."""
        if not request.scope.having(P.MONTHS_CLOSE).whole:
            raise PermissionDenied("关账、锁定、重新开放和推迟截止对全市生效，由市级组织部门办理。")
        try:
            month = YearMonth.parse(request.POST.get("month", ""))
        except ValueError as problem:
            raise BadRequest(str(problem)) from problem
        told: dict[str, Any] = {"by": request.user, "month": month, "at": timezone.now()}
        reason = request.POST.get("reason", "")[:200]
        acts: dict[str, Callable[[], Any]] = {
            "close": lambda: months.close_month(on=timezone.localdate(), **told),
            "lock": lambda: months.lock_month(**told),
            "put_off": lambda: deadlines.put_off(to=_day(request), reason=reason, on=timezone.localdate(), **told),
            "reopen": lambda: months.reopen_month(reason=reason, on=timezone.localdate(), **told),
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


def _day(request: PageRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("to", ""))
    except ValueError:
        raise Refusal("请填写填报截止推迟到哪一天") from None


def _word(month: Any, may: bool, *, over: bool) -> None:
    """What the page says of a month; one that is not over can only be put off."""
    month.rate, month.held_rate = percent(rate(month.reported, month.due)), percent(rate(month.held, month.due))
    month.history = [(action_name(entry.action), entry) for entry in month.acts]
    month.steps = [step for step in STEPS[State(month.row.state)] if may and (over or step[0] == "put_off")]
