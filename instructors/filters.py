"""Filters of assignments."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from core.listing import ListFilters
from core.search import search
from instructors.queries import overdue
from orgs.filters import committee_choices, search_filter
from orgs.models import Organization, PartyOrganization
from orgs.models.party import MANAGING_KINDS


class AssignmentFilters(ListFilters):
    """The organization or the instructor, where, and whether the visit is late."""

    q = search_filter("单位名称或代码")
    instructor = django_filters.CharFilter(field_name="instructor__name", label="指导员")
    committee = django_filters.ChoiceFilter(method="managed_by", label="管理党组织")
    late = django_filters.BooleanFilter(method="only_late", label="只看逾期", widget=forms.CheckboxInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the committees of the scope."""
        super().__init__(*args, **kwargs)
        self.form.fields["committee"].choices = [("", "全部管理党组织"), *committee_choices(self.request.scope)]
        self.form.fields["instructor"].widget.attrs["placeholder"] = "指导员姓名"

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the organization."""
        return queryset.filter(organization__in=search(Organization.objects.all(), value))

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the committee or one below it."""
        node = PartyOrganization.objects.within(self.request.scope).filter(pk=value).first()
        if node is None:
            return queryset.none()
        below = PartyOrganization.objects.below(node).filter(kind__in=MANAGING_KINDS)
        return queryset.filter(organization__managed_by__in=list(below.values_list("pk", flat=True)))

    def only_late(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Those whose next visit should have been made."""
        return overdue(queryset, on=timezone.localdate()) if value else queryset
