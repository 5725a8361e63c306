"""Zones, and which committee manages what: new organizations follow a jurisdiction from the day on which it is given."""

from core.services import RowServices
from orgs.models import Jurisdiction, Zone

zones = RowServices(Zone, add=("zones.add", "设置园区、楼宇等"), change=("zones.change", "修改园区、楼宇等"))
jurisdictions = RowServices(
    Jurisdiction, add=("jurisdictions.add", "设置管理权限"), change=("jurisdictions.change", "调整管理权限")
)
