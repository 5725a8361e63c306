"""园区、楼宇 and 活动场所 as workbooks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from import_export.fields import Field

from core.admin.resources import TableResource
from core.admin.widgets import ChoiceWidget, ScopedWidget, TextWidget, WholeWidget
from orgs.models import Venue, Zone
from orgs.services import places, venues


class ZoneResource(TableResource):
    """园区、楼宇等, told apart by their number."""

    code = Field("code", "编号", TextWidget())
    name = Field("name", "名称", TextWidget())
    kind = Field("kind", "类型", ChoiceWidget(Zone.Kind.choices))
    region = Field("region", "所在区划", ScopedWidget("区划"))
    near, key = "code", ("code",)

    class Meta(TableResource.Meta):
        model = Zone
        fields = ("code", "name", "kind", "region")

    def write(self, instance: Any, is_create: bool) -> Zone:
        """Add or change one."""
        values = {name: getattr(instance, name) for name in self._meta.fields}
        zone = None if is_create else Zone.objects.get(pk=instance.pk)
        return places.set_zone(by=self.request.user, zone=zone, values=values)  # type: ignore[arg-type]


class VenueResource(TableResource):
    """活动场所, told apart by name and the Party organization that looks after them."""

    name = Field("name", "名称", TextWidget())
    kind = Field("kind", "类型", ChoiceWidget(Venue.Kind.choices))
    managed_by = Field("managed_by", "管理党组织", ScopedWidget("党组织"))
    region = Field("region", "所在区划", ScopedWidget("区划"))
    zone = Field("zone", "园区（楼宇等）", ScopedWidget("园区（楼宇等）"))
    address = Field("address", "地址", TextWidget())
    area = Field("area", "面积（平方米）", WholeWidget())
    near, key = "managed_by", ("name", "managed_by")

    class Meta(TableResource.Meta):
        model = Venue
        fields = ("name", "kind", "managed_by", "region", "zone", "address", "area")

    def write(self, instance: Any, is_create: bool) -> Venue:
        """Open or change one."""
        values = {name: getattr(instance, name) for name in self._meta.fields}
        today, who = timezone.localdate(), self.request.user
        if is_create:
            return venues.open_venue(by=who, on=today, **values)  # type: ignore[arg-type]
        venue = Venue.objects.get(pk=instance.pk)
        return venues.change_venue(by=who, venue=venue, values=values, on=today)  # type: ignore[arg-type]
