"""Filters of the lists of units. Every cut of the dashboard is an address in their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.listing.filters import TickFilter, search_filter
from core.search import search
from orgs.figures import NONE, TODAY, Narrow, Tree, tree_of
from orgs.filters import CATEGORIES, PlaceFilters
from orgs.models import Organization
from orgs.models.facts import SizeBand
from reports.models import FrozenUnit

OVERDUE_DAYS = 90
NARROW_WORDS = tuple(field.name for field in fields(Narrow))


class NodeFilters(PlaceFilters):
    """Where, in the words of `orgs.figures.Narrow`, and a search: of what is counted by Party organization."""

    q = search_filter("名称")
    region = django_filters.ChoiceFilter(method="later", label="区县、街道")
    node = django_filters.CharFilter(method="later", label="党组织编码", widget=forms.HiddenInput)
    own = django_filters.CharFilter(method="later", label="本级管理的党组织编码", widget=forms.HiddenInput)

    def __init__(self, *args: Any, tree: Tree | None = None, **kwargs: Any) -> None:
        """`tree` is the one that places are looked for in: today's when it is not given."""
        self._tree = tree
        self.tree = tree or TODAY
        super().__init__(*args, **kwargs)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """All words of the narrowing at once, as for the figures."""
        narrow = narrow_of(self.form.cleaned_data)
        tree = self._tree or (tree_of(self.request.scope) if narrow.node or narrow.own else TODAY)
        return super().filter_queryset(queryset.filter(narrow.condition(tree)))

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(name__contains=value.strip())

    def later(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Part of the narrowing; see `filter_queryset`."""
        return queryset


class UnitFilters(NodeFilters):
    q = search_filter("名称或代码")
    category = django_filters.ChoiceFilter(method="later", label="类别", choices=[*CATEGORIES, (NONE, "待判定")])
    zone = django_filters.ChoiceFilter(method="later", label="园区、楼宇")
    band = django_filters.ChoiceFilter(method="later", label="规模", choices=SizeBand.choices)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A fragment of the name, or the beginning of the code: in a closed month those of then."""
        if queryset.model is FrozenUnit:
            return queryset.filter(Q(name__contains=value.strip()) | Q(credit_code__startswith=value.strip().upper()))
        return queryset.filter(organization__in=search(Organization.objects.all(), value.strip()))


class WorklistFilters(UnitFilters):
    """Of a worklist: also how long it has been due, and whether the day that was promised is past."""

    since_column = "should_since"
    overdue = django_filters.BooleanFilter(
        method="over_days", label=f"超过 {OVERDUE_DAYS} 天", widget=forms.CheckboxInput
    )
    promised = TickFilter(
        "已承诺未兑现",
        ticked=lambda rows: rows.filter(organization__gap_answer__planned_by__lt=timezone.localdate()),
    )

    def over_days(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Due for more than the days."""
        if not value:
            return queryset
        return queryset.filter(**{f"{self.since_column}__lt": timezone.localdate() - timedelta(days=OVERDUE_DAYS)})


class MemberWorklistFilters(WorklistFilters):
    """Of the worklist of organizations that should have a member."""

    since_column = "should_member_since"


def narrow_of(words: Mapping[str, str]) -> Narrow:
    """The narrowing that an address or a form asks for."""
    return Narrow(**{name: str(words.get(name) or "") for name in NARROW_WORDS})


def organization_url(row: Any) -> str:
    """The record page of a row's organization."""
    key = row.pk if isinstance(row, Organization) else row.organization_id
    return f"/organizations/{key}/"
