"""覆盖关系 in the back office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.days import AnyDay
from core.listing import Column, Order
from core.periods import over
from orgs.admin.people import UNIT
from orgs.admin.places import PARTY
from orgs.filters import CoverageFilters
from orgs.models import Coverage
from orgs.services import coverage
from orgs.sources.coverage import COVERAGES


class CoverageForm(ServiceForm):
    """A new coverage; of an open one the Party organization and the form change from a day on, or it ends."""

    on = AnyDay(label="调整或终止日期", required=False)
    end = forms.BooleanField(label="终止这条覆盖关系", required=False)
    reason = forms.CharField(label="原因或依据", max_length=100, required=False)

    class Meta:
        model = Coverage
        fields = ("organization", "party_organization", "form", "primary", "since")

    def clean(self) -> dict[str, Any]:
        """An end needs its reason."""
        data = super().clean() or self.cleaned_data
        if data.get("end") and not data.get("reason"):
            self.add_error("reason", "终止覆盖关系须写明原因")
        return data


@admin.register(Coverage)
class CoverageAdmin(ScopedModelAdmin):
    """Begin, adjust, end."""

    export_permission = P.REGISTRY_EXPORT
    group, order, note = "单位与覆盖", 20, "哪个党组织覆盖哪家单位，怎样覆盖"
    form = CoverageForm
    filters = CoverageFilters
    autocomplete_fields = ("organization", "party_organization")
    empty = "没有符合条件的覆盖关系。可以在单位页面登记，也可以导入覆盖关系名单。"
    orders = (Order("id", ()),)
    columns = (
        UNIT,
        Column("信用代码", "organization.credit_code", kind="date", screen=False),
        PARTY,
        Column("形式", label("form"), link=lambda row: reverse("admin:orgs_coverage_change", args=[row.pk])),
        Column("主要覆盖", "primary"),
        Column("起始", "since", kind="date"),
        Column("终止", "until", kind="date"),
        Column("终止原因", "end_reason", screen=False),
    )

    returning_source = "coverage_list"

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """The workbook can come back edited."""
        return COVERAGES.columns(self.columns)

    def listed(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("organization", "party_organization")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one begins; an open one is adjusted or ended."""
        if obj is None:
            return [(None, {"fields": ("organization", "party_organization", "form", "primary", "since", "reason")})]
        if over(obj, timezone.localdate()):
            return [(None, {"fields": ("organization", "party_organization", "form", "primary", "since", "until")})]
        return [
            (None, {"fields": ("organization", "since", "party_organization", "form")}),
            ("从哪一天起", {"fields": ("on", "end", "reason")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whom it covers and since when does not change."""
        return ("organization", "primary", "since", "until") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and over(obj, timezone.localdate()))

    def record_url(self, record: Any) -> str:
        return reverse("organization", args=[record.organization_id])

    def create(self, request: HttpRequest, form: ServiceForm) -> Coverage:
        """Begin, and say what is worth knowing of a joint branch."""
        covered = coverage.cover(**{name: form.cleaned_data[name] for name in CoverageForm.Meta.fields}, **form.trail)
        for warning in covered.warnings:
            messages.warning(request, f"{warning}。")
        return covered.coverage

    def change(self, request: HttpRequest, form: ServiceForm) -> Coverage:
        """End, hand over or change the form, from the day given or today."""
        data = form.cleaned_data
        row, to = Coverage.objects.get(pk=form.instance.pk), data["party_organization"]
        if data["end"]:
            return coverage.end(coverage=row, until=data["on"], **form.trail)
        if to.pk != row.party_organization_id:
            return coverage.hand_over(coverage=row, to=to, form=data["form"], since=data["on"], **form.trail)
        return coverage.change_form(coverage=row, form=data["form"], since=data["on"], **form.trail)
