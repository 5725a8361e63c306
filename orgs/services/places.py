"""Zones, and which committee manages what: small tables that the department keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from orgs.models import Jurisdiction, Zone


@transaction.atomic
def set_zone(*, by: User | None, zone: Zone | None, values: Mapping[str, Any]) -> Zone:
    """Add a zone (`zone` None) or change one."""
    if zone is None:
        zone = Zone(**values)
        writing.add(by=by, record=zone, action="zones.add", path="")
        return zone
    row = Zone.objects.select_for_update(no_key=True).get(pk=zone.pk)
    writing.change(by=by, record=row, values=values, action="zones.change", path="")
    return row


@transaction.atomic
def set_jurisdiction(*, by: User | None, jurisdiction: Jurisdiction | None, values: Mapping[str, Any]) -> Jurisdiction:
    """Say which committee manages a region or an industry authority; new organizations follow it from now on."""
    if jurisdiction is None:
        jurisdiction = Jurisdiction(**values)
        writing.add(by=by, record=jurisdiction, action="jurisdictions.add", path=jurisdiction.committee.path)
        return jurisdiction
    row = Jurisdiction.objects.select_for_update(no_key=True).get(pk=jurisdiction.pk)
    path = row.committee.path
    writing.change(by=by, record=row, values=values, action="jurisdictions.change", path=path)
    return row
