"""Filters of the lists of units. Every cut of the dashboard is an address in their words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.listing import ListFilters
from core.scope import Scope
from core.search import search
from orgs.models import Jurisdiction, Organization, PartyOrganization, Region, Zone
from orgs.models.facts import SizeBand
from orgs.models.organizations import Category, Sector
from reports.queries.surroundings import within_region

OVERDUE_DAYS = 90
CATEGORIES = [
    *((sector.value, f"{sector.label}(全部)") for sector in Sector),
    *((category.value, category.label) for category in Category),
]


class UnitFilters(ListFilters):
    """Where, what and how large: over the facts of organizations."""

    q = django_filters.CharFilter(
        method="search",
        label="名称或代码",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "名称或代码", "class": "search"}),
    )
    region = django_filters.ChoiceFilter(method="in_region", label="区县、街道")
    category = django_filters.ChoiceFilter(method="in_category", label="类别", choices=CATEGORIES)
    zone = django_filters.ChoiceFilter(method="in_zone", label="园区、楼宇")
    band = django_filters.ChoiceFilter(field_name="band", label="规模", choices=SizeBand.choices)
    node = django_filters.CharFilter(method="under_node", label="党组织编码", widget=forms.HiddenInput)

    def offer(self) -> None:
        """Offer the areas and zones of the scope."""
        scope: Scope = self.request.scope
        self.filters["region"].extra["choices"] = region_choices(scope, self.data.get("region", ""))
        self.filters["zone"].extra["choices"] = zone_choices()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A fragment of the name, or the beginning of the code."""
        found = search(Organization.objects.all(), value.strip())
        return queryset.filter(organization__in=found)

    def in_region(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The area and everything below it."""
        return queryset.filter(within_region([region_prefix(value)]))

    def in_category(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One category, or all of a sector."""
        if value in Sector.values:
            return queryset.filter(category__in=[c.value for c in Category if c.sector == value])
        return queryset.filter(category=value)

    def in_zone(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One zone."""
        return queryset.filter(zone_key=value)

    def under_node(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Managed by a node of the Party tree or below it."""
        node = PartyOrganization.objects.within(self.request.scope).filter(code=value).first()
        if node is None:
            return queryset.none()
        return queryset.filter(managed_by__path__gte=node.path, managed_by__path__lt=node.path + "~")


class WorklistFilters(UnitFilters):
    """Of a worklist: also how long it has been due."""

    since_column = "should_since"
    overdue = django_filters.BooleanFilter(
        method="over_days", label=f"超过 {OVERDUE_DAYS} 天", widget=forms.CheckboxInput
    )

    def over_days(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Due for more than the days."""
        if not value:
            return queryset
        return queryset.filter(**{f"{self.since_column}__lt": timezone.localdate() - timedelta(days=OVERDUE_DAYS)})


class MemberWorklistFilters(WorklistFilters):
    """Of the worklist of organizations that should have a member."""

    since_column = "should_member_since"


def region_prefix(code: str) -> str:
    """The digits that all codes below an area share: trailing groups of zeros name a larger area."""
    for digits in (4, 6, 9):
        if not code[digits:].strip("0"):
            return code[:digits]
    return code


def region_choices(scope: Scope, asked: str) -> list[tuple[str, str]]:
    """Districts and streets that the scope has to do with, streets indented; a smaller area when it is asked for."""
    levels = [Region.Level.DISTRICT, Region.Level.STREET]
    regions = list(Region.objects.filter(Q(level__in=levels) | Q(code=asked)).order_by("code"))
    if not scope.whole:
        held = Jurisdiction.objects.filter(committee__in=scope.unit_managers, region__isnull=False)
        prefixes = [region_prefix(code) for code in held.values_list("region", flat=True)]
        regions = [r for r in regions if not prefixes or _touches(r.prefix, prefixes)]
    indent = {Region.Level.STREET: "　", Region.Level.COMMUNITY: "　　"}
    return [(r.code, indent.get(Region.Level(r.level), "") + r.name) for r in regions]


def zone_choices() -> list[tuple[str, str]]:
    """All zones, by kind."""
    labels = dict(Zone.Kind.choices)
    rows = Zone.objects.order_by("kind", "code").values_list("pk", "name", "kind")
    return [(str(pk), f"{labels[kind]}:{name}") for pk, name, kind in rows]


def _touches(prefix: str, others: Iterable[str]) -> bool:
    return any(prefix.startswith(other) or other.startswith(prefix) for other in others)


def organization_url(row: Any) -> str:
    """The record page of a row's organization."""
    key = row.pk if isinstance(row, Organization) else row.organization_id
    return f"/organizations/{key}/"
