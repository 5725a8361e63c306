"""Filters of records."""

from __future__ import annotations

import django_filters
from django import forms

from activities.models import ActivityRecord, Kind
from core.listing import ListFilters
from core.listing.filters import search_filter

STATUSES = [one for one in ActivityRecord.Status.choices if one[0] != ActivityRecord.Status.DRAFT]


class RecordFilters(ListFilters):
    """Of what kind, in what state, of which branch, since when."""

    q = search_filter("主题")
    kind = django_filters.ChoiceFilter(label="类型", choices=Kind.choices)
    status = django_filters.ChoiceFilter(label="状态", choices=STATUSES)
    branch = django_filters.NumberFilter(field_name="party_organization", widget=forms.HiddenInput)

    def search(self, queryset, name, value):  # type: ignore[no-untyped-def]
        return queryset.filter(topic__contains=value.strip())
