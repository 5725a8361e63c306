"""群团、联络员、出资人、民主管理 as workbooks: our own lists come back edited, and lines without a mark are new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone
from import_export.fields import Field
from import_export.widgets import Widget
from tablib import Dataset

from core.admin.resources import TableResource
from core.admin.widgets import ChoiceWidget, DayWidget, ScopedWidget, TextWidget
from core.locks import hold
from core.refusals import Refusal
from orgs.models import Democracy, Liaison, MassOrganization, Organization, OwnerRecord
from orgs.services import people

CODE = "统一社会信用代码"


class UnitWidget(Widget):
    """An organization by its credit code, among those that the table names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Organization] = {}

    def choose_from(self, units: Iterable[Organization]) -> None:
        """Read them at once."""
        self.found = {unit.credit_code: unit for unit in units if unit.credit_code}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Organization:
        """The organization that the cell names."""
        code = str(value).strip().upper()
        if code not in self.found:
            raise ValueError(f"没有代码为“{code}”的单位，或不在您的管辖范围")
        return self.found[code]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Its code."""
        return value.credit_code or "" if value else ""


class OfOrganizationResource(TableResource):
    """Rows that belong to one organization. Subclasses name the services that add, correct and end one."""

    organization = Field("organization", CODE, UnitWidget())
    near, whose = "organization", ("单位",)
    argument: str  # under which the services take a row
    add: Callable[..., models.Model]
    correct: Callable[..., models.Model]
    end: Callable[..., models.Model] | None = None
    ends_with = ""  # the field whose date ends the row

    def choices(self, dataset: Dataset) -> Mapping[str, Iterable[models.Model]]:
        """The organizations of the scope that the table names."""
        codes = {str(code or "").strip().upper() for code in dataset[CODE]} if CODE in dataset.headers else set()
        named = super().choices(dataset)
        units = named["organization"].filter(credit_code__in=codes - {""}, merged_into=None)  # type: ignore[attr-defined]
        return {**named, "organization": units}

    def lock_first(self, known: models.QuerySet) -> None:
        """The organizations."""
        found = self.fields["organization"].widget.found.values()
        hold(Organization, {*known.values_list("organization", flat=True), *(unit.pk for unit in found)})

    def write(self, instance: Any, is_create: bool) -> models.Model:
        """Add, correct or end one."""
        told: dict[str, Any] = {"by": self.request.user, "on": timezone.localdate()}
        values = {name: getattr(instance, name) for name in self._meta.fields if name != self.ends_with}
        if is_create:
            row: Any = type(self).add(**told, **values)
        else:
            row = self._meta.model._default_manager.get(pk=instance.pk)
            if row.organization_id != values.pop("organization").pk:
                raise Refusal(f"登记属于“{row.organization}”，不能改到别的单位；请恢复原值，另加一行")
            if any(getattr(row, name) != value for name, value in values.items()):
                row = type(self).correct(**told, **{self.argument: row}, **values)
        ended = getattr(instance, self.ends_with) if self.ends_with else None
        if self.end and ended != getattr(row, self.ends_with):
            row = type(self).end(**told, **{self.argument: row, self.ends_with: ended})  # type: ignore[misc]
        return row


class MassOrganizationResource(OfOrganizationResource):
    """工会、共青团、妇联."""

    kind = Field("kind", "类型", ChoiceWidget(MassOrganization.Kind.choices))
    founded_on = Field("founded_on", "成立日期", DayWidget())
    term_ends_on = Field("term_ends_on", "届满日期", DayWidget(ahead=True))
    head = Field("head", "负责人", TextWidget())
    party_work_on = Field("party_work_on", "最近开展党的工作", DayWidget())
    party_work = Field("party_work", "开展的工作", TextWidget())
    closed_on = Field("closed_on", "撤销日期", DayWidget())
    argument, ends_with = "mass_organization", "closed_on"
    add, correct, end = people.found_mass_organization, people.change_mass_organization, people.close_mass_organization

    class Meta(OfOrganizationResource.Meta):
        model = MassOrganization
        fields = (
            "organization", "kind", "founded_on", "term_ends_on", "head", "party_work_on", "party_work", "closed_on",
        )  # fmt: skip


class LiaisonResource(OfOrganizationResource):
    """联络员."""

    name = Field("name", "联络员", TextWidget())
    appointed_by = Field("appointed_by", "确定的党组织", ScopedWidget("党组织"))
    since = Field("since", "起始", DayWidget(ahead=True))
    until = Field("until", "终止", DayWidget(ahead=True))
    contacted_on = Field("contacted_on", "最近联系", DayWidget())
    argument, ends_with = "liaison", "until"
    add, correct, end = people.appoint_liaison, people.change_liaison, people.end_liaison

    class Meta(OfOrganizationResource.Meta):
        model = Liaison
        fields = ("organization", "name", "appointed_by", "since", "until", "contacted_on")


class OwnerRecordResource(OfOrganizationResource):
    """出资人."""

    name = Field("name", "姓名", TextWidget())
    attitude = Field("attitude", "态度", ChoiceWidget(OwnerRecord.Attitude.choices))
    support = Field("support", "支持情况", TextWidget())
    social_posts = Field("social_posts", "社会职务", TextWidget())
    opinion = Field("opinion", "评先选优、安排职务时的意见", TextWidget())
    opinion_on = Field("opinion_on", "意见日期", DayWidget())
    recorded_on = Field("recorded_on", "登记日期", DayWidget())
    argument, add, correct = "owner", people.record_owner, people.change_owner

    class Meta(OfOrganizationResource.Meta):
        model = OwnerRecord
        fields = (
            "organization", "name", "attitude", "support", "social_posts", "opinion", "opinion_on", "recorded_on",
        )  # fmt: skip


class DemocracyResource(OfOrganizationResource):
    """民主管理."""

    kind = Field("kind", "形式", ChoiceWidget(Democracy.Kind.choices))
    held_on = Field("held_on", "日期", DayWidget())
    note = Field("note", "情况", TextWidget())
    argument, add, correct = "democracy", people.record_democracy, people.change_democracy

    class Meta(OfOrganizationResource.Meta):
        model = Democracy
        fields = ("organization", "kind", "held_on", "note")
