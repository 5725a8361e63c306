"""园区、楼宇 and 活动场所 as workbooks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from import_export.fields import Field
from import_export.widgets import IntegerWidget

from core.admin.tables import ChoiceWidget, ScopedWidget, TableResource
from orgs.models import PartyOrganization, Region, Venue, Zone
from orgs.services import places, venues


class ZoneResource(TableResource):
    """园区、楼宇等, told apart by their number."""

    code = Field("code", "编号")
    name = Field("name", "名称")
    kind = Field("kind", "类型", ChoiceWidget(Zone.Kind.choices))
    region = Field("region", "所在区划")

    class Meta(TableResource.Meta):
        model = Zone
        import_id_fields = ("code",)
        fields = ("code", "name", "kind", "region")

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.fields["region"].widget = ScopedWidget(Region.objects.within(self.scope), "区划")

    def write(self, instance: Any, is_create: bool) -> Zone:
        """Add or change one."""
        values = {name: getattr(instance, name) for name in self._meta.fields}
        zone = None if is_create else Zone.objects.get(pk=instance.pk)
        return places.set_zone(by=self.request.user, zone=zone, values=values)  # type: ignore[arg-type]


class VenueResource(TableResource):
    """活动场所, told apart by name and the Party organization that looks after them."""

    name = Field("name", "名称")
    kind = Field("kind", "类型", ChoiceWidget(Venue.Kind.choices))
    managed_by = Field("managed_by", "管理党组织")
    region = Field("region", "所在区划")
    zone = Field("zone", "园区(楼宇等)")
    address = Field("address", "地址")
    area = Field("area", "面积(平方米)", IntegerWidget())

    class Meta(TableResource.Meta):
        model = Venue
        import_id_fields = ("name", "managed_by")
        fields = ("name", "kind", "managed_by", "region", "zone", "address", "area")

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        nodes = PartyOrganization.objects.within(self.scope).standing()
        self.fields["managed_by"].widget = ScopedWidget(nodes, "党组织")
        self.fields["region"].widget = ScopedWidget(Region.objects.within(self.scope), "区划")
        self.fields["zone"].widget = ScopedWidget(Zone.objects.within(self.scope), "园区(楼宇等)")

    def write(self, instance: Any, is_create: bool) -> Venue:
        """Open or change one."""
        values = {name: getattr(instance, name) for name in self._meta.fields}
        today, who = timezone.localdate(), self.request.user
        if is_create:
            return venues.open_venue(by=who, on=today, **values)  # type: ignore[arg-type]
        venue = Venue.objects.get(pk=instance.pk)
        return venues.change_venue(by=who, venue=venue, values=values, on=today)  # type: ignore[arg-type]
