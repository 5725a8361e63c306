"""指导员 and 派驻 in the back office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.listing import Column, Order
from core.periods import over
from instructors import services
from instructors.filters import AssignmentFilters
from instructors.models import Assignment, Instructor
from instructors.queries import loads, timed
from instructors.resources import AssignmentResource, InstructorResource
from orgs.admin.people import CODED
from orgs.filters import NamedFilters


class InstructorForm(ServiceForm):
    """Who they are and who sent them; the end of service ends all assignments."""

    reason = forms.CharField(label="原因或依据", max_length=200, required=False)

    class Meta:
        model = Instructor
        fields = (*sorted(services.EDITABLE - {"user"}), "until")


@admin.register(Instructor)
class InstructorAdmin(ScopedModelAdmin):
    """Select, change, end the service."""

    view_permission = P.VISITS_VIEW
    export_permission = P.VISITS_CHANGE
    group, order, note = "指导员", 10, "选派、终止，每人派驻多少家"
    form = InstructorForm
    filters = NamedFilters
    resource = InstructorResource
    unit = "名"
    empty = "还没有登记党建工作指导员。"
    search_fields = ("name",)
    autocomplete_fields = ("sent_by",)
    orders = (Order("id", ()),)
    fieldsets = (
        (None, {"fields": ("name", "phone", "source", "home_unit", "paid_by", "full_time")}),
        ("选派", {"fields": ("sent_by", "since", "until", "reason")}),
    )
    columns = (
        Column("姓名", "name", kind="name", link=lambda row: reverse("admin:instructors_instructor_change", args=[row.pk])),
        Column("来源", label("source")),
        Column("人事关系所在单位", "home_unit"),
        Column("报酬发放单位", "paid_by", screen=False),
        Column("选派党组织", "sent_by"),
        Column("专职", "full_time"),
        Column("派驻单位", "units", kind="number"),
        Column("选派日期", "since", kind="date"),
        Column("终止日期", "until", kind="date"),
    )  # fmt: skip

    def listed(self, request: HttpRequest) -> QuerySet:
        """With who sent them."""
        return self.get_queryset(request).select_related("sent_by")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """How many organizations each looks after today."""
        found = loads([row.pk for row in rows], on=timezone.localdate())
        for row in rows:
            row.units = found.get(row.pk, 0)

    def create(self, request: HttpRequest, form: ServiceForm) -> Instructor:
        """Select one."""
        data = form.cleaned_data
        values = {name: value for name, value in data.items() if name in services.EDITABLE - {"sent_by", "since"}}
        return services.select(
            by=request.user,  # type: ignore[arg-type]
            sent_by=data["sent_by"],
            values=values,
            since=data["since"],
            reason=data.get("reason", ""),
        )

    def change(self, request: HttpRequest, form: ServiceForm) -> Instructor:
        """Change the data, or end the service."""
        values, told = (
            form.values,
            {"by": request.user, "on": timezone.localdate(), "reason": form.cleaned_data["reason"]},
        )
        instructor, until = Instructor.objects.get(pk=form.instance.pk), values.pop("until", None)
        values.pop("reason", None)
        if values:
            instructor = services.change(instructor=instructor, values=values, **told)
        if until:
            instructor = services.end_service(instructor=instructor, until=until, **told)
        return instructor


class AssignmentForm(ServiceForm):
    """Whom to look after, until when."""

    reason = forms.CharField(label="原因或依据", max_length=200, required=False)

    class Meta:
        model = Assignment
        fields = ("instructor", "organization", "since", "tasks", "until")


@admin.register(Assignment)
class AssignmentAdmin(ScopedModelAdmin):
    """Assign and end. What was assigned does not change otherwise."""

    view_permission = P.VISITS_VIEW
    export_permission = P.VISITS_CHANGE
    group, order, note = "指导员", 20, "指导员派驻哪些单位"
    form = AssignmentForm
    filters = AssignmentFilters
    resource = AssignmentResource
    unit = "项"
    empty = "还没有登记派驻。"
    autocomplete_fields = ("instructor", "organization")
    orders = (Order("id", ()),)
    columns = (
        CODED,
        Column("单位", "organization", kind="name", link=lambda row: reverse("admin:instructors_assignment_change", args=[row.pk])),
        Column("指导员", "instructor.name"),
        Column("任务", "tasks"),
        Column("起始", "since", kind="date"),
        Column("终止", "until", kind="date"),
    )  # fmt: skip

    def listed(self, request: HttpRequest) -> QuerySet:
        """With both names and the newest visit."""
        rows = self.get_queryset(request).select_related("organization", "instructor")
        return timed(rows, on=timezone.localdate())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who looks after whom since when does not change: end it and assign anew."""
        return ("instructor", "organization", "since", "tasks") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What ended stays as it is."""
        return super().has_change_permission(request, obj) and not (obj and over(obj, timezone.localdate()))

    def create(self, request: HttpRequest, form: ServiceForm) -> Assignment:
        """Assign, and say when somebody looks after more than the usual number."""
        data = form.cleaned_data
        made = services.assign(
            by=request.user,  # type: ignore[arg-type]
            instructor=data["instructor"],
            organization=data["organization"],
            since=data["since"],
            tasks=data["tasks"],
            on=timezone.localdate(),
            reason=data.get("reason", ""),
        )
        for warning in made.warnings:
            messages.warning(request, warning)
        return made.assignment

    def change(self, request: HttpRequest, form: ServiceForm) -> Assignment:
        """End it on a day."""
        data, row = form.cleaned_data, Assignment.objects.get(pk=form.instance.pk)
        if not data.get("until"):
            return row
        return services.end_assignment(
            by=request.user,  # type: ignore[arg-type]
            assignment=row,
            until=data["until"],
            on=timezone.localdate(),
            reason=data.get("reason", ""),
        )
