"""党组织 in the back office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.listing import Column, Order
from orgs.filters import PartyOrganizationFilters
from orgs.models import PartyOrganization
from orgs.services import party
from orgs.sources.party_tree import NODES


class PartyOrganizationForm(ServiceForm):
    """Set up under a parent; afterwards the place changes by 调整隶属 alone."""

    reason = forms.CharField(label="原因或依据", max_length=200, required=False)

    class Meta:
        model = PartyOrganization
        fields = ("parent", *sorted(party.EDITABLE))

    def clean(self) -> dict[str, Any]:
        """A new one has a parent: there is one root."""
        data = super().clean() or self.cleaned_data
        if self.instance.pk is None and "parent" in self.fields and not data.get("parent"):
            raise ValidationError({"parent": "请选择上级党组织"})
        return data


@admin.register(PartyOrganization)
class PartyOrganizationAdmin(ScopedModelAdmin):
    """Set up and change; move, merge and dissolve stand on the record page."""

    export_permission = P.REGISTRY_EXPORT
    group, order, note = "党组织", 30, "设置、调整、合并、撤销"
    form = PartyOrganizationForm
    filters = PartyOrganizationFilters
    indexed_names = True
    search_fields = ("name",)
    autocomplete_fields = ("parent", "region")
    unit = "个"
    orders = (Order("path", ("path",), "隶属关系"),)
    columns = (
        Column("名称", "name", kind="name", link=lambda row: reverse("party", args=[row.pk])),
        Column("编码", "code", kind="date"),
        Column("类型", label("kind")),
        Column("上级", "parent"),
        Column("书记", "secretary_name"),
        Column("成立日期", "established_on", kind="date"),
        Column("届满日期", "term_ends_on", kind="date"),
        Column("撤销日期", "dissolved_on", kind="date"),
    )

    returning_source = "party_list"

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """The workbook can come back edited."""
        return NODES.columns(self.columns)

    def listed(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("parent")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Those that stand, for autocompletes."""
        return super().get_search_results(request, queryset.standing(), search_term)  # type: ignore[attr-defined]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The parent is chosen once."""
        first = ("parent", "name", "kind", "code") if obj is None else ("name", "kind", "code")
        return [
            (None, {"fields": (*first, "region", "secretary_name")}),
            ("设置", {"fields": ("established_on", "approval_no", "term_ends_on", "external_id", "reason")}),
        ]

    def record_url(self, record: Any) -> str:
        return reverse("party", args=[record.pk])

    def create(self, request: HttpRequest, form: ServiceForm) -> PartyOrganization:
        """Set up from its founding day, or from today."""
        data = {name: form.cleaned_data[name] for name in party.EDITABLE}
        by, on = form.trail["by"], form.trail["on"]
        return party.establish(by=by, parent=form.cleaned_data["parent"], on=on, **data)

    def change(self, request: HttpRequest, form: ServiceForm) -> PartyOrganization:
        values = {name: value for name, value in form.values.items() if name in party.EDITABLE}
        node = PartyOrganization.objects.get(pk=form.instance.pk)
        return party.change(party_organization=node, values=values, **form.trail)
