"""群团、联络员、出资人、民主管理 in the back office: rows that belong to one organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.urls import reverse

from accounts.permissions import Permission as P
from core.admin import TableAdmin
from core.admin.table_cells import FieldColumn
from core.listing import Column
from orgs.filters import OfOrganizationFilters
from orgs.models import Democracy, Liaison, MassOrganization, OwnerRecord
from orgs.services import people
from orgs.services.tables import OrganizationRows

CODED = FieldColumn("统一社会信用代码", "organization.credit_code", screen=False, field="organization")
UNIT = Column(
    "单位",
    "organization",
    kind="name",
    link=lambda row: reverse("organization", args=[row.organization_id]),
    to="organization",
)


class OrganizationTable(TableAdmin):
    """Rows that belong to an organization: added for it, changed afterwards; the organization itself stays."""

    services_class = OrganizationRows
    export_permission = P.REGISTRY_EXPORT
    group = "单位与覆盖"
    filters = OfOrganizationFilters
    whose = (CODED, UNIT)
    fixed: Sequence[str] = ("organization",)

    def record_url(self, record: Any) -> str:
        return reverse("organization", args=[record.organization_id])


@admin.register(MassOrganization)
class MassOrganizationAdmin(OrganizationTable):
    """工会、共青团、妇联."""

    services = people.mass_organizations
    order, note = 50, "工会、共青团、妇联，以及通过它们开展的党的工作"
    shown = ("kind", "founded_on", "head", "party_work_on", "closed_on")
    more = ("term_ends_on", "party_work")


@admin.register(Liaison)
class LiaisonAdmin(OrganizationTable):
    """联络员."""

    services = people.liaisons
    order, note = 60, "没有党组织的单位由谁联络"
    shown = ("name", "appointed_by", "since", "until", "contacted_on")
    more = ("phone",)


@admin.register(OwnerRecord)
class OwnerRecordAdmin(OrganizationTable):
    """出资人."""

    services = people.owners
    order, note = 70, "出资人对党建工作的态度、支持和评先选优意见"
    shown = ("name", "attitude", "social_posts", "recorded_on")
    more = ("phone", "support", "opinion", "opinion_on")


@admin.register(Democracy)
class DemocracyAdmin(OrganizationTable):
    """民主管理."""

    services = people.democracy
    order, note = 80, "职代会、厂务公开、信访接待、定期约谈"
    shown = ("kind", "held_on", "note")
