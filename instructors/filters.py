"""Filters of assignments."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from core.listing.filters import search_filter
from core.search import search
from instructors.queries import overdue
from orgs.filters import PlaceFilters
from orgs.models import Organization


class AssignmentFilters(PlaceFilters):
    """The organization or the instructor, where, and whether the visit is late."""

    q = search_filter("单位名称或代码")
    instructor = django_filters.CharFilter(
        field_name="instructor__name", label="指导员", widget=forms.TextInput(attrs={"placeholder": "指导员姓名"})
    )
    committee = django_filters.ChoiceFilter(method="managed_by", label="管理党组织")
    late = django_filters.BooleanFilter(method="only_late", label="只看逾期", widget=forms.CheckboxInput)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(organization__in=search(Organization.objects.all(), value))

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the committee or one below it."""
        return queryset.filter(organization__managed_by__in=self.managers(value))

    def only_late(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Those whose next visit should have been made."""
        return overdue(queryset, on=timezone.localdate()) if value else queryset
