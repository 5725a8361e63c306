"""区划、园区、活动场所 in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.listing import Column, Order
from core.periods import over
from orgs.filters import NamedFilters, VenueFilters, ZoneFilters
from orgs.models import Region, Venue, VenueUse, Zone
from orgs.resources.places import VenueResource, ZoneResource
from orgs.services import places, venues

PARTY = Column(
    "党组织",
    "party_organization",
    link=lambda row: reverse("party", args=[row.party_organization_id]),
    to="party_organization",
)


@admin.register(Region)
class RegionAdmin(ScopedModelAdmin):
    """The area codes; they come from the national list by a command."""

    group, order, note = "基础数据", 110, "统计用区划代码，由命令载入"
    search_fields = ("name", "code")
    filters = NamedFilters
    orders = (Order("code", ("code",)),)
    columns = (
        Column("区划代码", "code", kind="date"),
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
class ZoneAdmin(ScopedModelAdmin):
    """Parks, buildings, business districts, markets, chains."""

    export_permission = P.REGISTRY_EXPORT
    group, order, note = "基础数据", 120, "园区、楼宇、商圈、市场、产业链"
    search_fields = ("name", "code")
    autocomplete_fields = ("region",)
    filters = ZoneFilters
    resource = ZoneResource
    orders = (Order("code", ("code",)),)
    columns = (
        Column("编号", "code", kind="date"),
        Column("名称", "name", link=lambda row: reverse("admin:orgs_zone_change", args=[row.pk])),
        Column("类型", label("kind")),
        Column("所在区划", "region"),
    )

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the area's name."""
        return self.get_queryset(request).select_related("region")

    def create(self, request: HttpRequest, form: ServiceForm) -> Zone:
        """Add one."""
        return places.set_zone(by=request.user, zone=None, values=form.cleaned_data)  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> Zone:
        """Change one."""
        return places.set_zone(by=request.user, zone=form.instance, values=form.values)  # type: ignore[arg-type]


@admin.register(Venue)
class VenueAdmin(ScopedModelAdmin):
    """Own and shared venues."""

    export_permission = P.REGISTRY_EXPORT
    group, order, note = "党组织", 90, "活动场所和党群服务中心"
    search_fields = ("name",)
    autocomplete_fields = ("managed_by", "region", "zone")
    filters = VenueFilters
    resource = VenueResource
    unit = "处"
    orders = (Order("id", ()),)
    columns = (
        Column("名称", "name", kind="name", link=lambda row: reverse("admin:orgs_venue_change", args=[row.pk])),
        Column("类型", label("kind")),
        Column("管理党组织", "managed_by"),
        Column("所在区划", "region", screen=False),
        Column("园区（楼宇等）", "zone", screen=False),
        Column("地址", "address"),
        Column("面积（平方米）", "area", kind="number"),
        Column("停用日期", "closed_on", kind="date"),
    )

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the name of the one that looks after it."""
        return self.get_queryset(request).select_related("managed_by", "region", "zone")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A closed one stays as it is."""
        return super().has_change_permission(request, obj) and not (obj and obj.closed_on)

    def create(self, request: HttpRequest, form: ServiceForm) -> Venue:
        """Open one."""
        values = {name: value for name, value in form.cleaned_data.items() if name != "closed_on"}
        return venues.open_venue(by=request.user, on=timezone.localdate(), **values)  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> Venue:
        """Change one, or close it on a day."""
        values, today, who = form.values, timezone.localdate(), request.user
        closed_on = values.pop("closed_on", None)
        venue = Venue.objects.get(pk=form.instance.pk)
        if values:
            venue = venues.change_venue(by=who, venue=venue, values=values, on=today)  # type: ignore[arg-type]
        if closed_on:
            venue = venues.close_venue(by=who, venue=venue, closed_on=closed_on, on=today)  # type: ignore[arg-type]
        return venue


@admin.register(VenueUse)
class VenueUseAdmin(ScopedModelAdmin):
    """Who meets where."""

    group, order, note = "党组织", 100, "哪个党组织在哪里活动"
    autocomplete_fields = ("venue", "party_organization")
    orders = (Order("id", ()),)
    columns = (
        PARTY,
        Column("场所", "venue", link=lambda row: reverse("admin:orgs_venueuse_change", args=[row.pk])),
        Column("起始", "since", kind="date"),
        Column("终止", "until", kind="date"),
    )

    def listed(self, request: HttpRequest) -> QuerySet:
        """With both names."""
        return self.get_queryset(request).select_related("party_organization", "venue")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new use begins; an open one ends."""
        begin = ("venue", "party_organization", "since")
        return (*begin, "until") if obj else begin

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only the end can be entered later."""
        return ("venue", "party_organization", "since") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What ended stays as it is."""
        return super().has_change_permission(request, obj) and not (obj and over(obj, timezone.localdate()))

    def create(self, request: HttpRequest, form: ServiceForm) -> VenueUse:
        """Begin."""
        return venues.use_venue(by=request.user, on=timezone.localdate(), **form.cleaned_data)  # type: ignore[arg-type]

    def change(self, request: HttpRequest, form: ServiceForm) -> VenueUse:
        """End on the day given, or today."""
        today = timezone.localdate()
        until = form.cleaned_data["until"] or today
        return venues.stop_using(by=request.user, use=form.instance, until=until, on=today)  # type: ignore[arg-type]
