"""/visits/: what an instructor does on the phone, and what those responsible see of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.views import View

from accounts.permissions import Permission as P
from core.days import PastDay
from core.due import due_by
from core.listing import Column, ListPage, Order
from core.pages import FormPage, PageRequest, PermissionMixin, number
from core.rendering import drawn
from instructors import services
from instructors.filters import AssignmentFilters
from instructors.models import Assignment, Visit
from instructors.queries import open_assignments, state_due
from orgs.admin.people import UNIT

SHOWN = 10


class VisitForm(forms.Form):
    """When, what was done, what came of it."""

    visited_on = PastDay(label="走访日期")
    done = forms.CharField(label="工作内容", max_length=500, widget=forms.Textarea({"rows": 4}))
    result = forms.CharField(label="结果", max_length=500, required=False, widget=forms.Textarea({"rows": 2}))


def own_assignments(request: PageRequest) -> QuerySet[Any]:
    """Open assignments of the one signed in."""
    rows = open_assignments(request.scope, on=timezone.localdate())
    return rows.filter(instructor__user=request.user).select_related("organization__facts", "organization__region")


class OwnVisits(PermissionMixin, View):
    """The instructor's organizations, the longest waiting first."""

    permission = P.VISITS_LOG

    def get(self, request: PageRequest) -> HttpResponse:
        rows = state_due(own_assignments(request).order_by("counts_from", "pk"), on=timezone.localdate())
        due = due_by(P.VISITS_LOG, request.scope, timezone.localdate())
        context = {"title": "走访", "rows": rows, "late": sum(row.late for row in rows), "due": due}
        return render(request, "instructors/visits.html", context)


class LogVisit(FormPage):
    """One organization of the instructor: log a visit, and read the last ones. Whoever manages the organization enters it for
    an instructor who has no account, or no telephone at hand."""

    permission = P.VISITS_VIEW
    template_name = "instructors/log.html"
    form_class = VisitForm
    extra_context = {"title": "登记走访"}

    @cached_property
    def assignment(self) -> Assignment:
        """The user's own, else the one that the address names, or the first."""
        unit, scope = self.kwargs["pk"], self.request.scope
        rows = open_assignments(scope, on=timezone.localdate()).filter(organization=unit)
        named = number(self.request.GET.get("assignment"))
        found = own_assignments(self.request).filter(organization=unit).first()
        if found is None and scope.may(P.VISITS_CHANGE):
            found = rows.changeable(scope).filter(**{"pk": named} if named else {}).order_by("pk").first()
        if found is None and rows.exists():
            raise PermissionDenied("走访由派驻的指导员登记，或由管理这家单位的党组织代为登记。")
        if found is None:
            raise Http404("这家单位没有派驻指导员")
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"visited_on": timezone.localdate()}

    def act(self, data: dict[str, Any]) -> str:
        instructor, unit = self.assignment.instructor, self.assignment.organization
        trail: Any = {"by": self.request.user, "on": timezone.localdate()}
        services.log_visit(instructor=instructor, organization=unit, **trail, **data)
        return f"已登记对“{unit}”的走访"

    def get_success_url(self) -> str:
        own = self.assignment.instructor.user_id == self.request.user.pk
        return reverse("visits") if own else reverse("organization", args=[self.kwargs["pk"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        [row] = state_due([self.assignment], on=timezone.localdate())
        rows = Visit.objects.within(self.request.scope).filter(organization=row.organization_id)
        visits = rows.select_related("instructor", "entered_by").order_by("-visited_on", "-pk")[:SHOWN]
        return super().get_context_data(row=row, visits=visits, **more)


def _late(row: Any, word: str) -> SafeString:
    return drawn('<span class="late">{}</span>', word) if word else SafeString("")


class AssignmentList(ListPage):
    """Who looks after whom, when somebody last came, which visits are late."""

    title = "派驻走访"
    permission = P.VISITS_VIEW
    export_permission = P.VISITS_CHANGE
    filters = AssignmentFilters
    unit = "项"
    empty = "没有符合条件的派驻。在“业务管理 — 派驻”中登记后显示。"
    columns = (
        UNIT,
        Column("指导员", "instructor.name"),
        Column("管理党组织", "organization.managed_by"),
        Column("派驻日期", "since", kind="date"),
        Column("最近走访", "visited_on", kind="date"),
        Column("下次走访期限", "due_on", kind="date"),
        Column("情况", lambda row: "逾期" if row.late else "", html=_late),
    )
    orders = (Order("waiting", ("counts_from",), "最近走访或派驻的日期"),)

    def records(self) -> QuerySet:
        rows = open_assignments(self.request.scope, on=timezone.localdate())
        return rows.select_related("organization__managed_by")

    def prepare(self, rows: list[Any]) -> None:
        """The day of the next visit."""
        state_due(rows, on=timezone.localdate())
