"""区划、园区、管理权限、活动场所 in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, TableAdmin, label
from core.admin.table_cells import FieldColumn
from core.listing import Column, Order
from core.listing.filters import NamedFilters
from orgs.models import Jurisdiction, Region, Venue, VenueUse, Zone
from orgs.services import places, venues

PARTY = FieldColumn(
    "党组织",
    "party_organization",
    field="party_organization",
    link=lambda row: reverse("party", args=[row.party_organization_id]),
    to="party_organization",
)


@admin.register(Region)
class RegionAdmin(ScopedModelAdmin):
    """The area codes; they come from the national list by a command."""

    export_permission = ""
    group, order, note = "基础数据", 110, "统计用区划代码，由命令载入"
    search_fields = ("name", "code")
    filters = NamedFilters
    orders = (Order("code", ("code",)),)
    columns = (
        Column("区划代码", "code", kind="date", order="code"),
        Column("名称", "name"),
        Column("级别", label("level")),
        Column("上级", "parent"),
    )

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the parent's name."""
        return self.get_queryset(request).select_related("parent")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """By name, or by the beginning of the code."""
        term = search_term.strip()
        return queryset.filter(Q(name__contains=term) | Q(code__startswith=term)), False


@admin.register(Zone)
class ZoneAdmin(TableAdmin):
    """Parks, buildings, business districts, markets, chains."""

    services = places.zones
    export_permission = P.REGISTRY_EXPORT
    group, order, note = "基础数据", 120, "园区、楼宇、商圈、市场、产业链"
    orders = (Order("code", ("code",), "编码"),)
    shown = ("code", "name", "kind", "region")
    key = ("code",)


@admin.register(Jurisdiction)
class JurisdictionAdmin(TableAdmin):
    """Territory for economic organizations, industry for social ones."""

    services = places.jurisdictions
    export_permission = P.REGISTRY_EXPORT
    group, order, note = "党组织", 40, "区划由谁管理，行业由谁管理；新登记的单位据此归口"
    shown = ("committee", "region", "authority")


@admin.register(Venue)
class VenueAdmin(TableAdmin):
    services = venues.venues
    export_permission = P.REGISTRY_EXPORT
    group, order, note = "党组织", 90, "活动场所和党群服务中心"
    unit = "处"
    shown = ("name", "kind", "managed_by", "address", "area", "closed_on")
    more = ("region", "zone")
    key = ("name", "managed_by")


@admin.register(VenueUse)
class VenueUseAdmin(TableAdmin):
    """Who meets where: a use begins and ends."""

    services = venues.uses
    export_permission = P.REGISTRY_EXPORT
    group, order, note = "党组织", 100, "哪个党组织在哪里活动"
    whose = (PARTY,)
    shown = ("venue", "since", "until")
    fixed = ("party_organization", "venue", "since")
