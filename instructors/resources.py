"""Instructors as a workbook: a committee's list of them comes in as it is, and so does our own list, edited."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from import_export.fields import Field

from core.admin.tables import ChoiceWidget, DayWidget, ScopedWidget, TableResource, YesNoWidget
from instructors import services
from instructors.models import Instructor
from orgs.models import PartyOrganization

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
        nodes = PartyOrganization.objects.within(request.scope).standing()  # type: ignore[attr-defined]
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
