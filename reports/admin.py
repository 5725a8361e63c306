"""Targets in the back office."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib import admin
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm
from core.indicators import indicators
from core.listing import Column, ListFilters, Order
from core.parameters import spoken, values_on
from reports.models import Target
from reports.services.targets import set_target


def aimed_at() -> list[tuple[str, str]]:
    """The indicators that have a target, by name."""
    words = spoken(values_on(timezone.localdate()))
    return [(found.code, found.worded(words).name) for found in indicators if found.target is not None]


class TargetForm(ServiceForm):
    """The indicator is chosen by its name; a year later than this one is set ahead."""

    indicator = forms.ChoiceField(label="指标", choices=aimed_at)


class TargetFilters(ListFilters):
    year = django_filters.AllValuesFilter(label="年份")
    indicator = django_filters.ChoiceFilter(label="指标", choices=aimed_at, empty_label="全部指标")


@admin.register(Target)
class TargetAdmin(ScopedModelAdmin):
    """What each indicator should reach by the end of each year."""

    view_permission = P.FIGURES_VIEW
    export_permission = ""
    group, order, note = "基础数据", 130, "各级各年的目标，看板据此计算序时进度"
    form = TargetForm
    fields = ("node", "year", "indicator", "value")
    autocomplete_fields = ("node",)
    filters = TargetFilters
    orders = (Order("year", ("-year",)),)
    columns = (
        Column("党组织", "node", kind="name", link=lambda row: reverse("admin:reports_target_change", args=[row.pk])),
        Column("年份", "year", kind="date", order="year"),
        Column("指标", "indicator_name"),
        Column("目标（%）", "value", kind="number"),
    )

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the names of the node and of the indicator."""
        named = Case(*(When(indicator=code, then=Value(name)) for code, name in aimed_at()), default="indicator")
        return self.get_queryset(request).select_related("node").annotate(indicator_name=named)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the value of a target changes."""
        return ("node", "year", "indicator") if obj else ()

    def create(self, request: HttpRequest, form: ServiceForm) -> Target:
        """Set one; an existing one of the same node, year and indicator takes the value."""
        return set_target(by=form.trail["by"], this_year=form.trail["on"].year, **form.cleaned_data)

    def change(self, request: HttpRequest, form: ServiceForm) -> Target:
        target, by, today = form.instance, form.trail["by"], form.trail["on"]
        about: dict[str, Any] = {"node": target.node, "year": target.year, "indicator": target.indicator}
        return set_target(by=by, value=form.cleaned_data["value"], this_year=today.year, **about)
