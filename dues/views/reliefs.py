"""/dues/reliefs/: what branches below propose for members in hardship, decided here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from dues.forms import DecisionForm
from dues.models import Relief
from dues.services.reliefs import decide

SHOWN = 100


class Reliefs(PermissionMixin, View):
    """The longest waiting first, then the last that were decided."""

    permission = P.DUES_REVIEW

    def get(self, request: PageRequest) -> HttpResponse:
        return self._page(request, {})

    def _page(self, request: PageRequest, refused: dict[str, Any]) -> HttpResponse:
        """With the opinion that was typed where it was refused."""
        shown = ("member", "party_organization", "entered_by", "decided_by")
        waiting = Relief.objects.to_decide(request.scope).select_related(*shown).order_by("studied_on", "pk")
        decided = Relief.objects.within(request.scope.having(P.DUES_REVIEW)).exclude(state=Relief.State.PROPOSED)
        context = {
            "title": "党费减免",
            "refused": refused,
            "waiting": waiting[:SHOWN],
            "decided": decided.select_related(*shown).order_by("-decided_on", "-pk")[:SHOWN],
        }
        return render(request, "dues/reliefs.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise BadRequest("没有这项操作")
        data: dict[str, Any] = form.cleaned_data
        row = get_object_or_404(Relief.objects.within(request.scope.having(P.DUES_REVIEW)), pk=data["relief"])
        try:
            told = {"approved": data["verdict"] == "approve", "opinion": data["answer"]}
            row = decide(by=request.user, relief=row, on=timezone.localdate(), **told)
            messages.success(request, f"{row}：{row.get_state_display()}。")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return self._page(request, data)
        return redirect("dues_reliefs")
