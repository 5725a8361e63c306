"""Instructors and their assignments as workbooks: a committee's lists come in as they are, and so do ours, edited."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from import_export.fields import Field

from core.admin.resources import TableResource
from core.admin.widgets import ChoiceWidget, DayWidget, ScopedWidget, TextWidget, YesNoWidget
from core.locks import hold
from core.refusals import Refusal
from instructors import services
from instructors.models import Assignment, Instructor
from orgs.models import Organization
from orgs.resources.people import OfOrganizationResource


class InstructorResource(TableResource):
    """党建工作指导员, told apart by name and the Party organization that sent them."""

    name = Field("name", "姓名", TextWidget())
    source = Field("source", "来源", ChoiceWidget(Instructor.Source.choices))
    home_unit = Field("home_unit", "人事关系所在单位", TextWidget())
    paid_by = Field("paid_by", "报酬发放单位", TextWidget())
    sent_by = Field("sent_by", "选派党组织", ScopedWidget("党组织"))
    full_time = Field("full_time", "专职", YesNoWidget())
    since = Field("since", "选派日期", DayWidget(ahead=True))

    near, key = "sent_by", ("name", "sent_by")

    class Meta(TableResource.Meta):
        model = Instructor
        fields = ("name", "source", "home_unit", "paid_by", "sent_by", "full_time", "since")

    def lock_first(self, known: models.QuerySet) -> None:
        """The organizations that the instructors look after."""
        hold(
            Organization,
            Assignment.objects.filter(instructor__in=known.values("pk")).values_list("organization", flat=True),
        )

    def write(self, instance: Any, is_create: bool) -> Instructor:
        """Select or change one."""
        values = {name: getattr(instance, name) for name in self._meta.fields}
        who: Any = self.request.user
        if is_create:
            return services.select(by=who, sent_by=values.pop("sent_by"), since=values.pop("since"), values=values)
        known = Instructor.objects.get(pk=instance.pk)
        return services.change(by=who, instructor=known, values=values, on=timezone.localdate())


def assign(**told: Any) -> Assignment:
    """Begin an assignment; what the clerk should know of it is told on its page."""
    return services.assign(**told).assignment


def keep(*, assignment: Assignment, **told: Any) -> Assignment:
    """Refuse any correction."""
    raise Refusal(f"派驻登记后不能修改，只能填写终止日期；请终止“{assignment.instructor}”的派驻后另加一行")


class AssignmentResource(OfOrganizationResource):
    """派驻: instructors by name."""

    instructor = Field("instructor", "指导员", ScopedWidget("指导员", code="pk"))
    since = Field("since", "起始", DayWidget(ahead=True))
    tasks = Field("tasks", "任务", TextWidget())
    until = Field("until", "终止", DayWidget(ahead=True))
    argument, ends_with = "assignment", "until"
    add, correct, end = assign, keep, services.end_assignment

    class Meta(OfOrganizationResource.Meta):
        model = Assignment
        fields = ("organization", "instructor", "since", "tasks", "until")
