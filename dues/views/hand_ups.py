"""/dues/hand-ups/: what the own book can hand up, what came from below and waits, and what went before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin, begun_with, number, to_change
from core.refusals import Refusal, as_sentence
from core.scope import Scope
from dues.forms import HandUpForm
from dues.models import HandUp
from dues.queries.hand_ups import held_by, sending
from dues.services import hand_ups
from orgs.models import PartyOrganization

SHOWN = 100
MOST_NODES = 10  # own Party organizations with a form each


class HandUps(PermissionMixin, View):
    """A number of queries that grows with the own Party organizations alone: most have one."""

    permission = P.DUES_VIEW

    def get(self, request: PageRequest) -> HttpResponse:
        return self._page(request, None)

    def post(self, request: PageRequest) -> HttpResponse:
        """Send, confirm or return; what was typed is given back where it is refused."""
        told: dict[str, Any] = {"by": request.user, "at": timezone.now(), "on": timezone.localdate()}
        do, form = request.POST.get("do"), None
        try:
            if do == "send":
                form = HandUpForm(request.POST, nodes=sending(request.scope))
                if not form.is_valid():
                    return self._page(request, form)
                messages.success(request, f"已上缴：{hand_ups.send(**form.cleaned_data, **told)}，等上级确认。")
            elif do in ("confirm", "return"):
                row = to_change(HandUp.objects.all(), request.scope, number(request.POST.get("hand_up")) or 0)
                if do == "confirm":
                    messages.success(request, f"已确认收到：{hand_ups.confirm(hand_up=row, **told)}。")
                else:
                    reason = request.POST.get("reason", "")[:200]
                    messages.success(request, f"已退回：{hand_ups.send_back(hand_up=row, reason=reason, **told)}。")
            else:
                raise BadRequest("没有这项操作")
        except Refusal as refusal:
            if form is None:
                messages.error(request, as_sentence(refusal))
            else:
                form.add_error(begun_with(form, str(refusal)), as_sentence(refusal))
            return self._page(request, form)
        return redirect("dues_hand_ups")

    def _page(self, request: PageRequest, typed: HandUpForm | None) -> HttpResponse:
        shown = ("from_node", "to_node", "entered_by", "decided_by")
        waiting = HandUp.objects.changeable(request.scope).sent().select_related(*shown).order_by("sent_on", "pk")
        rows = HandUp.objects.within(request.scope).select_related(*shown)
        context = {
            "title": "党费上缴",
            "own": [_own(node, typed) for node in _own_nodes(request.scope)],
            "waiting": waiting[:SHOWN],
            "refused": {"hand_up": number(request.POST.get("hand_up")), "reason": request.POST.get("reason", "")},
            "rows": rows.order_by("-sent_on", "-pk")[:SHOWN],
        }
        return render(request, "dues/hand_ups.html", context)


def _own_nodes(scope: Scope) -> list[PartyOrganization]:
    return list(sending(scope).select_related("parent")[:MOST_NODES])


def _own(node: PartyOrganization, typed: HandUpForm | None) -> dict[str, Any]:
    """The form of one book: everything that it holds, of the months since the last hand-up."""
    held, today = held_by(node), timezone.localdate()
    if typed is not None and str(typed.data.get("node")) == str(node.pk):
        form = typed
    else:
        last = HandUp.objects.filter(~Q(state=HandUp.State.RETURNED), from_node=node).order_by("-last_month").first()
        month = YearMonth.of(today)
        first = min(YearMonth.of(last.last_month).plus(1), month) if last else YearMonth(today.year, 1)
        told = {"node": node.pk, "seen": held.number, "amount": max(held.dues, 0), "sent_on": today}
        form = HandUpForm(
            initial=told | {"first": str(first), "last": str(month)}, nodes=PartyOrganization.objects.none()
        )
    return {"node": node, "held": held, "form": form}
