"""/people/: the secretaries and instructors whom a street or department looks after: new codes, lost phones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.forms import ReasonForm
from accounts.models import User
from accounts.permissions import Permission
from accounts.services.factors import trusted_phones
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.filters import search_filter
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from orgs.access import supervised_users
from orgs.models import Appointment
from orgs.services.appointments import issue_code, revoke_phones
from orgs.views.accounts import show_code


class PeopleFilters(ListFilters):
    q = search_filter("姓名或登录名")

    def search(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(Q(name__contains=value) | Q(username__iexact=value))


class PeopleList(ListPage):
    """Secretaries and instructors within the scope, where they serve, and how many phones they trust."""

    title = "书记、指导员账号"
    permission = Permission.CODES_ISSUE
    export_permission = ""
    filters = PeopleFilters
    unit = "人"
    columns = (
        Column("姓名", "name", kind="name", link=lambda row: reverse("person", args=[row.pk])),
        Column("登录名", "username", order="username"),
        Column("角色", "duties"),
        Column("最近使用", "last_seen_at", kind="date"),
        Column("信任的手机", "phones", kind="number"),
    )
    orders = (Order("username", ("username",)),)
    empty = "本辖区还没有书记、党费管理员、指导员账号。点“批量申请账号”，由安全管理员确认。"
    template_name = "orgs/people_list.html"

    def records(self) -> QuerySet:
        """Those whom the scope looks after."""
        trusted = Q(trusted_devices__revoked_at=None, trusted_devices__expires_at__gt=timezone.now())
        people = supervised_users(self.request.scope, on=timezone.localdate())
        return people.annotate(phones=Count("trusted_devices", filter=trusted))

    def prepare(self, rows: list[Any]) -> None:
        """Say what each of them does where, in one query."""
        held: dict[int, list[str]] = {}
        today, ids = timezone.localdate(), [row.pk for row in rows]
        for one in Appointment.objects.on(today).filter(user__in=ids).select_related("node").order_by("pk"):
            held.setdefault(one.user_id, []).append(f"{one.duty.name}（{one.node}）")
        for row in rows:
            row.duties = "、".join(held.get(row.pk, []))


class PersonPage(PermissionMixin, View):
    """One of them: a new one-time password, or no phone trusted any more."""

    permission = Permission.CODES_ISSUE

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        user = self._person(request, pk)
        return render(request, "orgs/person.html", {"account": user, "phones": trusted_phones(user)})

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Do it; a new code is shown once."""
        user, form = self._person(request, pk), ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, "请写明原因。")
            return redirect("person", pk=pk)
        asked: dict[str, Any] = {
            "user": user,
            "by": request.user,
            "scope": request.scope,
            "reason": form.cleaned_data["reason"],
            "on": timezone.localdate(),
        }
        try:
            match request.POST.get("do"):
                case "reset":
                    return show_code(request, user, issue_code(**asked), back=reverse("people"))
                case "phones":
                    messages.success(request, f"已撤销 {revoke_phones(**asked)} 部信任的手机。")
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("person", pk=pk)

    def _person(self, request: PageRequest, pk: int) -> User:
        return get_object_or_404(supervised_users(request.scope, on=timezone.localdate()), pk=pk)
