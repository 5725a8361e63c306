"""/appointments/: 用户授权, for the security administrator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import ROLE_CHOICES, ROLES
from core.days import AnyDay
from core.history import history_of
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.choices import SUGGESTED, SearchedInput
from core.listing.filters import search_filter
from core.pages import FormPage
from core.periods import over
from core.scope import Scope
from orgs.models import Appointment, PartyOrganization
from orgs.models.party import AppointmentQuerySet
from orgs.services.appointments import WrongPlace, appoint, end_appointment
from orgs.services.duties import running_out

STATES = (("now", "有效"), ("later", "未开始"), ("over", "已终止"))


class AppointmentFilters(ListFilters):
    """By person or place, role and time."""

    q = search_filter("用户或党组织")
    role = django_filters.ChoiceFilter(label="角色", choices=ROLE_CHOICES)
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, method="by_state")

    def search(self, found: QuerySet, name: str, value: str) -> QuerySet:
        """The user or the Party organization is called so."""
        return found.filter(
            Q(user__name__contains=value) | Q(user__username__iexact=value) | Q(node__name__contains=value)
        )

    def by_state(self, found: AppointmentQuerySet, name: str, value: str) -> QuerySet:
        """Holding today, not yet, no more."""
        today = timezone.localdate()
        if value == "now":
            return found.on(today)
        return found.filter(since__gt=today) if value == "later" else found.filter(until__lte=today)


class AppointmentList(ListPage):
    title = "用户授权"
    permission = Permission.APPOINTMENTS_CHANGE
    export_permission = Permission.APPOINTMENTS_CHANGE
    rows = Appointment.objects.select_related("user", "node", "appointed_by")
    filters = AppointmentFilters
    unit = "项"
    columns = (
        Column("姓名", "user.name", kind="name", link=lambda row: reverse("appointment", args=[row.pk])),
        Column("登录名", "user.username"),
        Column("角色", lambda row: row.duty.name),
        Column("党组织", "node.name"),
        Column("起始", "since", kind="date", order="newest"),
        Column("终止", "until", kind="date"),
        Column("授权人", "appointed_by.name"),
    )
    orders = (Order("newest", ("-since",)),)
    empty = "没有符合条件的授权。"
    template_name = "orgs/appointment_list.html"

    def extra(self) -> dict[str, Any]:
        """The duties that would be left to nobody when their time runs out."""
        return {"running_out": running_out(on=timezone.localdate())}


class DayFilters(ListFilters):
    """Whom, where and on which day, today unless said otherwise."""

    on = django_filters.DateFilter(label="日期", method="by_day", widget=forms.DateInput({"type": "date"}))
    q = AppointmentFilters.base_filters["q"]
    role = AppointmentFilters.base_filters["role"]

    search = AppointmentFilters.search

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        """Name today where no day is given."""
        given = {name: value for name, value in (data or {}).items() if value}
        super().__init__({"on": f"{timezone.localdate():%Y-%m-%d}", **given}, *args, **kwargs)

    def by_day(self, found: AppointmentQuerySet, name: str, value: date) -> QuerySet:
        return found.on(value)

    def filter_queryset(self, queryset: Any) -> Any:
        """Today's when no day is given."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("on") else found.on(timezone.localdate())


class AppointmentsOn(AppointmentList):
    """Who had which duty where on a day, for the auditor to read."""

    title = "某一天的用户授权"
    permission = Permission.AUDIT_VIEW
    export_permission = Permission.AUDIT_VIEW
    filters = DayFilters
    columns = (Column("姓名", "user.name", kind="name"), *AppointmentList.columns[1:])
    empty = "这一天没有符合条件的授权。"
    template_name = "orgs/appointments_on.html"


class AppointForm(forms.Form):
    """Whom, as what, where, from when to when, and why. User and place are typed by sign-in name and code."""

    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        to_field_name="username",
        label="用户（登录名）",
        error_messages={"invalid_choice": "没有这个登录名，或账号已停用，请先由系统管理员开设、启用"},
    )
    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *ROLE_CHOICES])
    node = forms.ModelChoiceField(
        PartyOrganization.objects.standing(),
        to_field_name="code",
        label="党组织（编码）",
        error_messages={"invalid_choice": "没有这个编码的党组织，请输入名称后从提示中选择"},
    )
    since = AnyDay(label="起始")
    until = AnyDay(label="终止（不含当日，可不填）", required=False)
    reason = forms.CharField(label="依据", max_length=100)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        """Suggest users and places while one types."""
        super().__init__(*args, **kwargs)
        people = User.objects.within(scope).filter(is_active=True).order_by("username")

        def find_people(text: str) -> Iterator[tuple[str, str]]:
            found = people.filter(Q(name__contains=text) | Q(username__icontains=text))
            return ((one.username, f"{one.name} {one.unit}") for one in found[:SUGGESTED])

        def find_places(text: str) -> QuerySet:
            found = PartyOrganization.objects.standing().filter(Q(name__contains=text) | Q(code__startswith=text))
            return found.order_by("code").values_list("code", "name")[:SUGGESTED]

        self.fields["user"].widget, self.fields["node"].widget = SearchedInput(find_people), SearchedInput(find_places)


class NewAppointment(FormPage):
    """Appoint, from today on unless another day is given."""

    permission = Permission.APPOINTMENTS_CHANGE
    template_name = "orgs/appointment_new.html"
    form_class = AppointForm
    success_url = reverse_lazy("appointments")
    extra_context = {"roles": ROLES.values()}

    def get_initial(self) -> dict[str, Any]:
        return {"since": timezone.localdate(), **self.request.GET.dict()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"scope": self.request.scope}

    def act(self, data: dict[str, Any]) -> str:
        given = appoint(by=self.request.user, on=timezone.localdate(), **data)
        return f"已授权：{given.user.name}，{given.duty.name}，{given.node}。"

    def field_of(self, refusal: Exception) -> str | None:
        return "node" if isinstance(refusal, WrongPlace) else None


class EndForm(forms.Form):
    """From which day on the appointment holds no more, and why."""

    until = AnyDay(label="自哪一天起终止")
    reason = forms.CharField(label="原因", max_length=100)


class AppointmentPage(FormPage):
    permission = Permission.APPOINTMENTS_CHANGE
    template_name = "orgs/appointment.html"
    form_class = EndForm
    success_url = reverse_lazy("appointments")

    @cached_property
    def one(self) -> Appointment:
        rows = Appointment.objects.within(self.request.scope).select_related("user", "node", "appointed_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"until": timezone.localdate()}

    def act(self, data: dict[str, Any]) -> str:
        end_appointment(by=self.request.user, appointment=self.one, on=timezone.localdate(), **data)
        return f"已终止{self.one.user.name}在“{self.one.node}”的{self.one.duty.name}角色。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        ended, lines = over(self.one, timezone.localdate()), history_of(self.one, self.request.scope)
        return super().get_context_data(one=self.one, ended=ended, lines=lines, **more)
