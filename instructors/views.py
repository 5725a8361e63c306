"""/visits/: what an instructor does on the phone, and what those responsible see of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views import View

from accounts.permissions import Permission as P
from core.days import PastDay
from core.listing import Column, ListPage, Order
from core.pages import PageRequest, PermissionMixin, number
from core.refusals import Refusal
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
        context = {"title": "走访", "rows": rows, "late": sum(row.late for row in rows)}
        return render(request, "instructors/visits.html", context)


class LogVisit(PermissionMixin, View):
    """One organization of the instructor: log a visit, and read the last ones. Whoever manages the organization enters it for
    an instructor who has no account, or no telephone at hand."""

    permission = P.VISITS_VIEW

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        """The form, dated today."""
        return self._page(request, pk, VisitForm(initial={"visited_on": timezone.localdate()}))

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        assignment, form = self._assignment(request, pk), VisitForm(request.POST)
        if form.is_valid():
            try:
                services.log_visit(
                    by=request.user,
                    instructor=assignment.instructor,
                    organization=assignment.organization,
                    on=timezone.localdate(),
                    **form.cleaned_data,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"已登记对“{assignment.organization}”的走访")
                back = reverse("organization", args=[pk]) if assignment.instructor.user_id != request.user.pk else ""
                return HttpResponseRedirect(back or reverse("visits"))
        return self._page(request, pk, form)

    def _assignment(self, request: PageRequest, pk: int) -> Assignment:
        """The user's own, else the one that the address names, or the first."""
        rows = open_assignments(request.scope, on=timezone.localdate()).filter(organization=pk)
        named = number(request.GET.get("assignment"))
        found = own_assignments(request).filter(organization=pk).first()
        if found is None and request.scope.may(P.VISITS_CHANGE):
            found = rows.changeable(request.scope).filter(**{"pk": named} if named else {}).order_by("pk").first()
        if found is None and rows.exists():
            raise PermissionDenied("走访由派驻的指导员登记，或由管理这家单位的党组织代为登记。")
        if found is None:
            raise Http404("这家单位没有派驻指导员")
        return found

    def _page(self, request: PageRequest, pk: int, form: VisitForm) -> HttpResponse:
        [assignment] = state_due([self._assignment(request, pk)], on=timezone.localdate())
        visits = Visit.objects.within(request.scope).filter(organization=pk).select_related("instructor", "entered_by")
        context = {
            "title": "登记走访",
            "row": assignment,
            "form": form,
            "visits": visits.order_by("-visited_on", "-pk")[:SHOWN],
        }
        return render(request, "instructors/log.html", context)


def _late(row: Any, word: str) -> SafeString:
    return format_html('<span class="late">{}</span>', word) if word else SafeString("")


class AssignmentList(ListPage):
    """Who looks after whom, when somebody last came, which visits are late."""

    title = "派驻与走访"
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
