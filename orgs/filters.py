"""Filters of the registry's own lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.listing import ListFilters
from core.listing.choices import Choices
from core.listing.filters import TickFilter, search_filter
from core.periods import not_over
from core.scope import Scope, subtree
from core.search import search
from orgs.figures import NONE, TODAY, Tree, within_area
from orgs.models import Coverage, Organization, PartyOrganization, Region
from orgs.models.facts import SizeBand
from orgs.models.organizations import Category, Sector
from orgs.models.party import MANAGING_KINDS
from orgs.queries import soon_over

CATEGORIES = [
    *((sector.value, f"{sector.label}（全部）") for sector in Sector),
    *((category.value, category.label) for category in Category),
]


class PlaceFilters(ListFilters):
    """Lists that are cut by area, zone or committee: filters of these names offer those of the scope."""

    data: Any
    tree = TODAY  # where areas and zones are looked for

    def offer(self) -> None:
        scope: Scope = self.request.scope
        offered = {
            "region": lambda: region_choices(scope, self.data.get("region", ""), self.tree),
            "zone": lambda: zone_choices(self.tree),
            "committee": lambda: committee_choices(scope),
        }
        for name in self.filters.keys() & offered.keys():
            one, choices = self.filters[name], Choices(offered[name]())
            one.extra |= {"choices": choices.listed, "widget": choices.widget(str(one.label))}
            self.data = {**dict(self.data.items()), name: choices.key(self.data.get(name, "").strip())}

    def managers(self, committee: str) -> list[int]:
        """The committee and all below it that can manage units; none outside the scope."""
        node = PartyOrganization.objects.within(self.request.scope).filter(pk=committee).first()
        below = PartyOrganization.objects.below(node).filter(kind__in=MANAGING_KINDS) if node else ()
        return [one.pk for one in below]


class OfBranchFilters(PlaceFilters):
    """Rows of branches: whose, and below which committee. `branch` is the column that names the branch."""

    branch = "party_organization"
    q = search_filter("党支部")
    committee = django_filters.ChoiceFilter(method="below", label="区县、街道")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        found = search(PartyOrganization.objects.all(), value, codes=())
        return queryset.filter(**{f"{self.branch}__in": found.values("pk")})

    def below(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The committee and everything under it."""
        node = PartyOrganization.objects.within(self.request.scope).filter(pk=value).first()
        path = "path" if self.branch == "pk" else f"{self.branch}__path"
        return queryset.filter(subtree(node.path, path)) if node else queryset.none()


class OrganizationFilters(PlaceFilters):
    """Where, what, how large, how covered, who is responsible."""

    q = search_filter("名称或代码")
    region = django_filters.ChoiceFilter(method="in_region", label="区县、街道")
    category = django_filters.ChoiceFilter(method="in_category", label="类别", choices=CATEGORIES)
    status = django_filters.ChoiceFilter(field_name="status", label="状态", choices=Organization.Status.choices)
    committee = django_filters.ChoiceFilter(method="managed_by", label="管理党组织")
    zone = django_filters.ChoiceFilter(method="in_zone", label="园区、楼宇")
    band = django_filters.ChoiceFilter(field_name="facts__band", label="规模", choices=SizeBand.choices)
    coverage = django_filters.ChoiceFilter(
        method="covered", label="覆盖形式", choices=[(NONE, "无覆盖"), *Coverage.Form.choices]
    )
    undecided = TickFilter("待判定", ticked=lambda rows: rows.filter(facts__undecided=True))

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A fragment of the name, or the beginning of the code."""
        return search(queryset, value)

    def in_region(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The area and everything below it."""
        return queryset.filter(within_area(value, "region__code"))

    def in_category(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One category, or all of a sector."""
        if value in Sector.values:
            return queryset.filter(category__in=[c.value for c in Category if c.sector == value])
        return queryset.filter(category=value)

    def managed_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the committee or one below it."""
        return queryset.filter(managed_by__in=self.managers(value))

    def in_zone(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One zone, or none."""
        return queryset.filter(zone=None if value == NONE else value)

    def covered(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By the form of the primary coverage, or without any."""
        return queryset.filter(facts__form="" if value == NONE else value)


class PartyOrganizationFilters(PlaceFilters):
    """Kind, place in the tree, standing or dissolved."""

    q = search_filter("名称或编码")
    kind = django_filters.ChoiceFilter(field_name="kind", label="类型", choices=PartyOrganization.Kind.choices)
    committee = django_filters.ChoiceFilter(method="below", label="上级党组织")
    ending = TickFilter("届满和将届满", ticked=lambda rows: soon_over(rows, on=timezone.localdate()))
    dissolved = TickFilter("含已撤销", otherwise=lambda rows: rows.standing())

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A fragment of the name, or the beginning of the code."""
        found = queryset.filter(code__begins=value.strip().upper())
        if found.exists():
            return found
        return search(queryset, value, codes=())

    def below(self, queryset: Any, name: str, value: str) -> QuerySet:
        """The committee and everything under it."""
        node = PartyOrganization.objects.within(self.request.scope).filter(pk=value).first()
        return queryset.below(node) if node else queryset.none()


class OfOrganizationFilters(ListFilters):
    q = search_filter("单位名称或代码")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(organization__in=search(Organization.objects.all(), value))


class CoverageFilters(OfOrganizationFilters):
    """Form, and whether it is open."""

    form = django_filters.ChoiceFilter(field_name="form", label="形式", choices=Coverage.Form.choices)
    ended = TickFilter("含已终止", otherwise=lambda rows: rows.filter(not_over(timezone.localdate())))


def region_choices(scope: Scope, asked: str = "", tree: Tree = TODAY) -> list[tuple[str, str]]:
    """Districts and streets that the scope has to do with, by leading digits, streets indented; what is asked for too."""
    code = asked.ljust(12, "0")
    regions = tree.streets()
    if asked.isdecimal() and all(region.code != code for region in regions):
        regions = sorted([*regions, *tree.areas([code]).values()], key=lambda region: region.code)
    if not scope.whole:
        prefixes = [region.prefix for region in tree.areas_reached(scope)]
        regions = [r for r in regions if not prefixes or _touches(r.prefix, prefixes)]
    indent = {Region.Level.STREET: "　", Region.Level.COMMUNITY: "　　"}
    choices = [(r.prefix, indent.get(Region.Level(r.level), "") + r.name) for r in regions]
    if asked == NONE:
        choices.append((NONE, "区划不明"))
    elif asked and asked not in dict(choices):
        larger = next((r for r in regions if r.code == code), None)
        choices += [(asked, f"{larger.name}（未分到下级）")] if larger else []
    return choices


def committee_choices(scope: Scope) -> list[tuple[str, str]]:
    """Standing committees within the scope, indented by their depth."""
    nodes = PartyOrganization.objects.within(scope).standing().filter(Q(kind__in=MANAGING_KINDS)).order_by("path")
    rows = list(nodes.values_list("pk", "name", "path"))
    top = min((len(path) for _, _, path in rows), default=0)
    return [(str(pk), "　" * ((len(path) - top) // 6) + name) for pk, name, path in rows]


def zone_choices(tree: Tree = TODAY) -> list[tuple[str, str]]:
    """All zones, by kind."""
    found = [(str(key), f"{zone.get_kind_display()}：{zone.name}") for key, zone in tree.zones().items()]
    return [*found, (NONE, "不在园区、楼宇、市场")]


def _touches(prefix: str, others: Iterable[str]) -> bool:
    return any(prefix.startswith(other) or other.startswith(prefix) for other in others)
