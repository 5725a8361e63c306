"""指导员 and 派驻 in the back office."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import TableAdmin
from core.listing import Column
from core.listing.filters import NamedFilters
from instructors import services
from instructors.filters import AssignmentFilters
from instructors.models import Assignment, Instructor
from instructors.queries import loads, timed
from orgs.admin.people import CODED, OrganizationTable


@admin.register(Instructor)
class InstructorAdmin(TableAdmin):
    """Select, change, end the service."""

    services = services.instructors
    view_permission = P.VISITS_VIEW
    export_permission = P.VISITS_CHANGE
    group, order, note = "指导员", 10, "选派、终止，每人派驻多少家"
    filters = NamedFilters
    unit = "名"
    empty = "还没有登记党建工作指导员。"
    fieldsets = (
        (None, {"fields": ("name", "phone", "source", "home_unit", "paid_by", "full_time")}),
        ("选派", {"fields": ("sent_by", "since", "until", "reason")}),
    )
    shown = (
        "name", "source", "home_unit", "sent_by", "full_time", Column("派驻单位", "units", kind="number"), "since", "until",
    )  # fmt: skip
    more = ("phone", "paid_by")
    key = ("name", "sent_by")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """How many organizations each looks after today."""
        found = loads([row.pk for row in rows], on=timezone.localdate())
        for row in rows:
            row.units = found.get(row.pk, 0)


@admin.register(Assignment)
class AssignmentAdmin(OrganizationTable):
    """Assign and end. What was assigned does not change otherwise."""

    services = services.assignments
    view_permission = P.VISITS_VIEW
    export_permission = P.VISITS_CHANGE
    group, order, note = "指导员", 20, "指导员派驻哪些单位"
    filters = AssignmentFilters
    unit = "项"
    empty = "还没有登记派驻。"
    whose = (CODED, Column("单位", "organization", kind="name"))
    shown = ("instructor", "tasks", "since", "until")
    fixed = ("instructor", "organization", "since", "tasks")

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the newest visit, by which the late ones are found."""
        return timed(super().listed(request), on=timezone.localdate())

    def record_url(self, record: Any) -> str:
        return ""

    def notes(self, row: Any) -> Iterable[str]:
        """When somebody looks after more than the usual number."""
        warning = services.load_warning(instructor=row.instructor, on=timezone.localdate())
        return [f"{warning}。"] if warning else []
