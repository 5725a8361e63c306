"""Filters of assignments."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from core.listing.filters import TickFilter
from instructors.queries import overdue
from orgs.filters import OfOrganizationFilters, PlaceFilters


class AssignmentFilters(OfOrganizationFilters, PlaceFilters):
    """The organization or the instructor, where, and whether the visit is late."""

    instructor = django_filters.CharFilter(
        field_name="instructor__name", label="指导员", widget=forms.TextInput(attrs={"placeholder": "指导员姓名"})
    )
    committee = django_filters.ChoiceFilter(method="managed_by", label="管理党组织")
    late = TickFilter("只看逾期", ticked=lambda rows: overdue(rows, on=timezone.localdate()))

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the committee or one below it."""
        return queryset.filter(organization__managed_by__in=self.managers(value))
