"""Instructors and their assignments as workbooks: a committee's lists come in as they are, and so do ours, edited."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from import_export.fields import Field

from accounts.permissions import Permission
from core.admin.tables import ChoiceWidget, DayWidget, ScopedWidget, TableResource, YesNoWidget
from core.refusals import Refusal
from instructors import services
from instructors.models import Assignment, Instructor
from orgs.models import PartyOrganization
from orgs.resources.people import OfOrganizationResource

CHANGEABLE = ("source", "home_unit", "paid_by", "full_time", "since")


class InstructorResource(TableResource):
    """党建工作指导员, told apart by name and the Party organization that sent them."""

    name = Field("name", "姓名")
    source = Field("source", "来源", ChoiceWidget(Instructor.Source.choices))
    home_unit = Field("home_unit", "人事关系所在单位")
    paid_by = Field("paid_by", "报酬发放单位")
    sent_by = Field("sent_by", "选派党组织")
    full_time = Field("full_time", "专职", YesNoWidget())
    since = Field("since", "选派日期", DayWidget())

    class Meta(TableResource.Meta):
        model = Instructor
        import_id_fields = ("name", "sent_by")
        fields = ("name", "source", "home_unit", "paid_by", "sent_by", "full_time", "since")

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        nodes = PartyOrganization.objects.within(self.scope).standing()
        self.fields["sent_by"].widget = ScopedWidget(nodes, "党组织")

    def write(self, instance: Any, is_create: bool) -> Instructor:
        """Select or change one."""
        values = {name: getattr(instance, name) for name in CHANGEABLE}
        who: Any = self.request.user
        if is_create:
            since = values.pop("since")
            return services.select(
                by=who, sent_by=instance.sent_by, values={**values, "name": instance.name}, since=since
            )
        known = Instructor.objects.get(pk=instance.pk)
        return services.change(by=who, instructor=known, values=values, on=timezone.localdate())


class AssignedOtherwise(Refusal):
    """What was assigned does not change: it ends, and another assignment begins."""


def assign(**told: Any) -> Assignment:
    """Begin an assignment; what the clerk should know of it is told on its page."""
    return services.assign(**told).assignment


def keep(*, assignment: Assignment, **told: Any) -> Assignment:
    """Refuse any correction."""
    raise AssignedOtherwise(f"派驻登记后不能修改,只能填写终止日期;请终止“{assignment.instructor}”的派驻后另加一行")


class AssignmentResource(OfOrganizationResource):
    """派驻: instructors by name."""

    instructor = Field("instructor", "指导员")
    since = Field("since", "起始", DayWidget())
    tasks = Field("tasks", "任务")
    until = Field("until", "终止", DayWidget())
    permission = Permission.VISITS_CHANGE
    argument, ends_with = "assignment", "until"
    add, correct, end = assign, keep, services.end_assignment

    class Meta(OfOrganizationResource.Meta):
        model = Assignment
        fields = ("id", "organization", "instructor", "since", "tasks", "until")

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        rows = Instructor.objects.reached_by(self.scope)
        self.fields["instructor"].widget = ScopedWidget(rows, "指导员", code="pk")
