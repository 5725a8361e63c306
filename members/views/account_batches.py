"""/people/wanted/: who serves without an account, for the street that asks; /accounts/batches/: the security administrator's answer."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from accounts.roles import ROLES
from core.listing import Column, ListFilters, ListPage, Order
from core.pages import PageRequest, PermissionMixin, numbers
from core.refusals import Refusal, as_sentence
from members.models.accounts import AccountBatch, WantedAccount
from members.services.account_batches import MOST, Asked, answer, ask
from members.services.wanted import Wanted, sources

SHOWN = 200  # of each role: more than that is asked for in several turns
LATEST = 5  # batches below the list


class WantedPage(PermissionMixin, View):
    """Tick, name the treasurers, send: nothing that was typed is lost by a refusal."""

    permission = P.CODES_ISSUE

    def get(self, request: PageRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: PageRequest) -> HttpResponse:
        typed = request.POST
        asked = [
            Asked(code, typed.get(f"name:{code}", ""), typed.get(f"login:{code}", "")) for code in typed.getlist("row")
        ]
        on, at = timezone.localdate(), timezone.now()
        try:
            ask(by=request.user, scope=request.scope, asked=asked, at=at, on=on)
        except Refusal as refusal:
            return self._page(request, as_sentence(refusal))
        messages.success(
            request, f"已申请 {len(asked)} 人的账号，由安全管理员确认；确认后他把口令单装封交给您，由您转交本人。"
        )
        return redirect("accounts_wanted")

    def _page(self, request: PageRequest, error: str = "") -> HttpResponse:
        """What was typed stands in the rows again."""
        on, typed = timezone.localdate(), request.POST
        ticked, groups = set(typed.getlist("row")), []
        for source in sources:
            rows = source.open(request.scope, on)
            found = [_shown(one, typed, ticked) for one in source.worded(rows[:SHOWN], on)]
            if found:
                groups.append((ROLES[found[0]["wanted"].role], found, rows.count()))
        batches = AccountBatch.objects.within(request.scope).select_related("asked_by", "answered_by")
        latest = batches.prefetch_related("wanted__node").order_by("-pk")[:LATEST]
        context = {"groups": groups, "error": error, "most": MOST, "batches": latest}
        return render(request, "members/wanted.html", context)


def _shown(one: Wanted, typed: Any, ticked: set[str]) -> dict[str, Any]:
    told = {"name": typed.get(f"name:{one.code}", ""), "login": typed.get(f"login:{one.code}", "")}
    return {"wanted": one, "ticked": one.code in ticked, **told}


class BatchFilters(ListFilters):
    state = django_filters.ChoiceFilter(
        label="办理", choices=(("waiting", "待确认"), ("answered", "已办理")), method="by_state"
    )

    def by_state(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(answered_by=None) if value == "waiting" else found.exclude(answered_by=None)


class BatchList(ListPage):
    """What was asked for, the newest first."""

    title = "账号批量申请"
    permission = P.APPOINTMENTS_CHANGE
    export_permission = ""
    rows = AccountBatch.objects.select_related("node", "asked_by", "answered_by").annotate(
        people=Count("wanted"), given=Count("wanted", filter=Q(wanted__state=WantedAccount.State.GIVEN))
    )
    filters = BatchFilters
    unit = "批"
    columns = (
        Column("申请党组织", "node.name", kind="name", link=lambda row: reverse("account_batch", args=[row.pk])),
        Column("申请人", "asked_by.name"),
        Column("申请时间", "asked_at", kind="date", order="newest"),
        Column("人数", "people", kind="number"),
        Column("已授权", "given", kind="number"),
        Column("确认人", "answered_by.name"),
        Column("确认时间", "answered_at", kind="date"),
    )
    orders = (Order("newest", ("-asked_at",)),)
    empty = "还没有申请。街道、区县在“书记、指导员”页点“批量申请账号”。"


class BatchPage(PermissionMixin, View):
    """One of them: who, as what, where, to tick and confirm; the slips that come of it are printed at once."""

    permission = P.APPOINTMENTS_CHANGE

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        return self._page(request, _batch(request, AccountBatch.objects.within(request.scope), pk))

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        batch = _batch(request, AccountBatch.objects.changeable(request.scope), pk)
        told: dict[str, Any] = {"reason": request.POST.get("reason", ""), "at": timezone.now()}
        chosen = numbers(request.POST.getlist("row"))
        try:
            slips = answer(by=request.user, batch=batch, chosen=chosen, on=timezone.localdate(), **told)
        except Refusal as refusal:
            return self._page(request, batch, as_sentence(refusal), chosen)
        if not slips:
            messages.success(request, "已记录为未同意。")
            return redirect("account_batch", pk=pk)
        return render(request, "members/account_slips.html", {"batch": batch, "slips": slips})

    def _page(
        self, request: PageRequest, batch: AccountBatch, error: str = "", chosen: list[int] | None = None
    ) -> HttpResponse:
        rows = list(batch.wanted.select_related("node", "user").order_by("pk"))
        for row in rows:
            row.ticked = chosen is None or row.pk in chosen  # type: ignore[attr-defined]
        context = {"batch": batch, "rows": rows, "error": error}
        return render(request, "members/account_batch.html", context)


def _batch(request: PageRequest, rows: QuerySet[AccountBatch], pk: int) -> AccountBatch:
    return get_object_or_404(rows.select_related("node", "asked_by", "answered_by"), pk=pk)
