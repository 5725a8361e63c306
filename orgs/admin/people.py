"""群团、联络员、出资人、民主管理 in the back office: rows that belong to one organization."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.listing import Column, Order
from orgs.filters import OfOrganizationFilters
from orgs.models import Democracy, Liaison, MassOrganization, OwnerRecord
from orgs.resources.people import (
    CODE,
    DemocracyResource,
    LiaisonResource,
    MassOrganizationResource,
    OfOrganizationResource,
    OwnerRecordResource,
)
from orgs.services import people

CODED = Column(CODE, "organization.credit_code", screen=False)
UNIT = Column(
    "单位",
    "organization",
    kind="name",
    link=lambda row: reverse("organization", args=[row.organization_id]),
    to="organization",
)


class OfOrganizationAdmin(ScopedModelAdmin):
    """Added for an organization, changed afterwards; the organization itself stays."""

    export_permission = P.REGISTRY_EXPORT
    group = "单位与覆盖"
    filters = OfOrganizationFilters
    autocomplete_fields = ("organization",)
    resource: type[OfOrganizationResource]
    orders = (Order("id", ()),)

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the name of the organization."""
        return self.get_queryset(request).select_related("organization")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose it is does not change."""
        return ("organization",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What ended stays as it is."""
        ended = obj and self.resource.ends_with and getattr(obj, self.resource.ends_with)
        return super().has_change_permission(request, obj) and not (ended and ended <= timezone.localdate())

    def record_url(self, record: Any) -> str:
        """Back to the organization."""
        return reverse("organization", args=[record.organization_id])

    def typed(self, form: ServiceForm) -> dict[str, Any]:
        """All that a new row says."""
        return {name: value for name, value in form.cleaned_data.items() if name != self.resource.ends_with}


@admin.register(MassOrganization)
class MassOrganizationAdmin(OfOrganizationAdmin):
    """工会、共青团、妇联."""

    resource = MassOrganizationResource
    order, note = 50, "工会、共青团、妇联，以及通过它们开展的党的工作"
    columns = (
        CODED,
        UNIT,
        Column("类型", label("kind"), link=lambda row: reverse("admin:orgs_massorganization_change", args=[row.pk])),
        Column("成立日期", "founded_on", kind="date"),
        Column("负责人", "head"),
        Column("届满日期", "term_ends_on", kind="date", screen=False),
        Column("最近开展党的工作", "party_work_on", kind="date"),
        Column("开展的工作", "party_work", screen=False),
        Column("撤销日期", "closed_on", kind="date"),
    )

    def create(self, request: HttpRequest, form: ServiceForm) -> MassOrganization:
        """Enter it."""
        return people.found_mass_organization(by=request.user, on=timezone.localdate(), **self.typed(form))  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> MassOrganization:
        """Change it, or close it on a day."""
        values, today, who = form.values, timezone.localdate(), request.user
        closed_on = values.pop("closed_on", None)
        row = MassOrganization.objects.get(pk=form.instance.pk)
        if values:
            row = people.change_mass_organization(by=who, mass_organization=row, on=today, **values)  # type: ignore[arg-type]
        if closed_on:
            row = people.close_mass_organization(by=who, mass_organization=row, closed_on=closed_on, on=today)  # type: ignore[arg-type]
        return row


@admin.register(Liaison)
class LiaisonAdmin(OfOrganizationAdmin):
    """联络员."""

    resource = LiaisonResource
    order, note = 60, "没有党组织的单位由谁联络"
    autocomplete_fields = ("organization", "appointed_by")  # type: ignore[assignment]
    columns = (
        CODED,
        UNIT,
        Column("联络员", "name", link=lambda row: reverse("admin:orgs_liaison_change", args=[row.pk])),
        Column("确定的党组织", "appointed_by"),
        Column("起始", "since", kind="date"),
        Column("终止", "until", kind="date"),
        Column("最近联系", "contacted_on", kind="date"),
    )

    def listed(self, request: HttpRequest) -> QuerySet:
        """With both names."""
        return super().listed(request).select_related("appointed_by")

    def create(self, request: HttpRequest, form: ServiceForm) -> Liaison:
        """Name one."""
        return people.appoint_liaison(by=request.user, on=timezone.localdate(), **self.typed(form))  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> Liaison:
        """Change the data, enter a contact, or end the duty."""
        values, today, who = form.values, timezone.localdate(), request.user
        until = values.pop("until", None)
        row = Liaison.objects.get(pk=form.instance.pk)
        if values:
            row = people.change_liaison(by=who, liaison=row, on=today, **values)  # type: ignore[arg-type]
        if until:
            row = people.end_liaison(by=who, liaison=row, until=until, on=today)  # type: ignore[arg-type]
        return row


@admin.register(OwnerRecord)
class OwnerRecordAdmin(OfOrganizationAdmin):
    """出资人."""

    resource = OwnerRecordResource
    order, note = 70, "出资人对党建工作的态度、支持和评先选优意见"
    columns = (
        CODED,
        UNIT,
        Column("姓名", "name", link=lambda row: reverse("admin:orgs_ownerrecord_change", args=[row.pk])),
        Column("态度", label("attitude")),
        Column("支持情况", "support", screen=False),
        Column("社会职务", "social_posts"),
        Column("评先选优、安排职务时的意见", "opinion", screen=False),
        Column("意见日期", "opinion_on", kind="date", screen=False),
        Column("登记日期", "recorded_on", kind="date"),
    )

    def create(self, request: HttpRequest, form: ServiceForm) -> OwnerRecord:
        """Enter it."""
        return people.record_owner(by=request.user, on=timezone.localdate(), **self.typed(form))  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> OwnerRecord:
        """Correct it."""
        row = OwnerRecord.objects.get(pk=form.instance.pk)
        return people.change_owner(by=request.user, owner=row, on=timezone.localdate(), **form.values)  # type: ignore[arg-type]


@admin.register(Democracy)
class DemocracyAdmin(OfOrganizationAdmin):
    """民主管理."""

    resource = DemocracyResource
    order, note = 80, "职代会、厂务公开、信访接待、定期约谈"
    columns = (
        CODED,
        UNIT,
        Column("形式", label("kind"), link=lambda row: reverse("admin:orgs_democracy_change", args=[row.pk])),
        Column("日期", "held_on", kind="date"),
        Column("情况", "note"),
    )

    def create(self, request: HttpRequest, form: ServiceForm) -> Democracy:
        """Enter it."""
        return people.record_democracy(by=request.user, on=timezone.localdate(), **self.typed(form))  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> Democracy:
        """Correct it."""
        row = Democracy.objects.get(pk=form.instance.pk)
        return people.change_democracy(by=request.user, democracy=row, on=timezone.localdate(), **form.values)  # type: ignore[arg-type]
