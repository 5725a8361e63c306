"""/accounts/: opening, closing and resetting accounts, for the system administrator. Nothing here gives a right.

/accounts/requests/: what a system administrator wants done with an administrator's account, for those who confirm it.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.forms import AccountForm, NewAccountForm, ReasonForm
from accounts.models import AccountRequest, User
from accounts.permissions import Permission
from accounts.services import accounts, factors
from core.history import history_of
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.filters import search_filter
from core.pages import FormPage, PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from orgs.services.account_acts import AT_A_BUTTON, act_on, answer, correct
from orgs.services.duties import is_administrator

STATES = (("open", "启用"), ("closed", "停用"), ("waiting", "未首次登录"))


class AccountFilters(ListFilters):
    q = search_filter("姓名、登录名或单位")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state")

    def search(self, found: QuerySet, name: str, value: str) -> QuerySet:
        """Name, sign-in name or unit holds the words."""
        return found.filter(Q(name__contains=value) | Q(username__icontains=value) | Q(unit__contains=value))

    def by_state(self, found: QuerySet, name: str, value: str) -> QuerySet:
        """Open, closed, or never used."""
        states = {"open": Q(is_active=True), "closed": Q(is_active=False), "waiting": Q(last_seen_at=None)}
        return found.filter(states[value])


class AccountList(ListPage):
    title = "账号"
    permission = Permission.ACCOUNTS_CHANGE
    export_permission = ""
    rows = User.objects
    filters = AccountFilters
    unit = "个"
    columns = (
        Column("姓名", "name", kind="name", link=lambda user: f"/accounts/{user.pk}/", order="name"),
        Column("登录名", "username", order="username"),
        Column("单位", "unit"),
        Column("状态", lambda user: "启用" if user.is_active else f"停用（{user.closed_on}）"),
        Column("最近使用", "last_seen_at", kind="date"),
    )
    orders = (Order("username", ("username",)), Order("name", ("name",)))
    empty = "没有符合条件的账号。"
    template_name = "accounts/account_list.html"


class NewAccount(FormPage):
    """Opens an account and shows its one-time password, once."""

    permission = Permission.ACCOUNTS_CHANGE
    template_name = "accounts/account_new.html"
    form_class = NewAccountForm

    def act(self, data: dict[str, Any]) -> HttpResponse:
        return show_code(self.request, *accounts.open_account(by=self.request.user, **data))

    def field_of(self, refusal: Exception) -> str | None:
        return "username" if isinstance(refusal, Refusal) else None


class AccountPage(PermissionMixin, View):
    """One account: who it is, what can be done about it, what was done."""

    permission = Permission.ACCOUNTS_CHANGE

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        user = self._account(request, pk)
        return self._page(request, user, AccountForm(instance=user))

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Do one of the things; those that give a new one-time password show it once."""
        user = self._account(request, pk)
        form = AccountForm(request.POST, instance=user)
        try:
            if request.POST.get("do") == "change":
                if not form.is_valid():
                    return self._page(request, user, form)
                self._told(
                    request, correct(account=user, by=request.user, on=timezone.localdate(), **form.cleaned_data)
                )
            elif code := self._act(request, user):
                return show_code(request, user, code)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("account", pk=pk)

    def _act(self, request: PageRequest, user: User) -> str | None:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, "请写明原因。")
            return None
        asked: dict[str, Any] = {"by": request.user, "reason": form.cleaned_data["reason"]}
        act = request.POST.get("do", "")
        if act == "phones":
            factors.revoke_phones(user=user, **asked)
        elif act in AT_A_BUTTON:
            done = act_on(account=user, act=act, on=timezone.localdate(), **asked)
            if isinstance(done, str):
                return done
            self._told(request, done)
            return None
        else:
            raise BadRequest("没有这项操作")
        self._told(request, None)
        return None

    def _told(self, request: PageRequest, asked: AccountRequest | None) -> None:
        sentence = "已办理。"
        if asked:
            sentence = f"已申请{asked.get_act_display()}。这是管理员的账号，须由安全管理员或审计管理员确认后办理。"
        messages.success(request, sentence)

    def _page(self, request: PageRequest, user: User, form: AccountForm) -> HttpResponse:
        context = {
            "account": user,
            "form": form,
            "phones": factors.trusted_phones(user),
            "factor": factors.authenticator_of(user),
            "lines": history_of(user, request.scope, limit=50),
            "asks": is_administrator(user, on=timezone.localdate()),
            "waiting": user.requests.waiting().exists(),
            "requests": user.requests.select_related("asked_by", "answered_by").order_by("-asked_at")[:5],
        }
        return render(request, "accounts/account.html", context)

    def _account(self, request: PageRequest, pk: int) -> User:
        return get_object_or_404(User.objects.within(request.scope), pk=pk)


def show_code(request: PageRequest, user: User, code: str, *, back: str = "/accounts/") -> HttpResponse:
    """The page that shows a one-time password; it cannot be shown again."""
    return render(request, "accounts/code.html", {"account": user, "code": code, "back": back})


class RequestFilters(ListFilters):
    decision = django_filters.ChoiceFilter(label="办理结果", choices=AccountRequest.Decision.choices)


class RequestList(ListPage):
    """What was asked for administrators' accounts, newest first."""

    title = "账号办理确认"
    permission = Permission.ACCOUNTS_CONFIRM
    export_permission = ""
    rows = AccountRequest.objects.select_related("account", "asked_by", "answered_by")
    filters = RequestFilters
    unit = "项"
    columns = (
        Column("账号", "account", kind="name", link=lambda row: reverse("account_request", args=[row.pk])),
        Column("事项", lambda row: row.get_act_display()),
        Column("原因", "reason"),
        Column("申请人", "asked_by.name"),
        Column("申请时间", "asked_at", kind="date", order="newest"),
        Column("办理结果", lambda row: row.get_decision_display()),
        Column("确认人", "answered_by.name"),
    )
    orders = (Order("newest", ("-asked_at",)),)
    empty = "没有对管理员账号的办理申请。"


class RequestPage(PermissionMixin, View):
    """One request: who wants what with whose account, and why; the answer."""

    permission = Permission.ACCOUNTS_CONFIRM

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        found = AccountRequest.objects.within(request.scope).select_related("account", "asked_by", "answered_by")
        return render(request, "accounts/request.html", {"one": get_object_or_404(found, pk=pk)})

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Agree or not; a new one-time password is shown once, to whoever agrees."""
        one = get_object_or_404(AccountRequest.objects.changeable(request.scope).select_related("account"), pk=pk)
        do = request.POST.get("do")
        if do not in ("confirm", "refuse"):
            raise BadRequest("没有这项操作")
        try:
            code = answer(asked=one, by=request.user, confirm=do == "confirm", on=timezone.localdate())
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return redirect("account_request", pk=pk)
        if code:
            one.account.refresh_from_db()
            return show_code(request, one.account, code, back=reverse("account_requests"))
        messages.success(request, "已办理。" if do == "confirm" else "已记录为未同意。")
        return redirect("account_request", pk=pk)
