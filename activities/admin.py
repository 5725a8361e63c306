"""The small tables of organization life in the back office: rows of a Party organization, as on the branch's own pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.urls import reverse

from accounts.permissions import Permission as P
from activities.filters import OfBranchFilters
from activities.models import Contribution, DutyTarget, Plan, Pledge, PledgeItem, Regulation, RoleModelPost
from activities.services import plans, rows
from core.admin import TableAdmin
from core.listing import Column
from orgs.admin.places import PARTY


class BranchTable(TableAdmin):
    """Rows of a Party organization, which stays."""

    export_permission = P.REGISTRY_EXPORT
    view_permission = P.ACTIVITIES_VIEW
    filters = OfBranchFilters
    group = "组织生活"
    whose = (PARTY,)
    fixed: Sequence[str] = ("party_organization",)

    def record_url(self, record: Any) -> str:
        return reverse("party", args=[record.party_organization_id])


@admin.register(Plan)
class PlanAdmin(BranchTable):
    services = plans.plans
    order, note = 62, "支部计划开展的活动，预约的场所"
    unit = "项"
    shown = ("kind", "planned_on", "starts_at", "ends_at", "topic", "place", "venue", "cancelled_on")
    key = ("party_organization", "kind", "planned_on", "starts_at")


@admin.register(Contribution)
class ContributionAdmin(BranchTable):
    services = plans.contributions
    order, note = 63, "合理化建议、攻关、办实事、参与决策、维权和结果"
    unit = "件"
    shown = ("what", "kind", "done_on", "result", "passed_to_union_on")
    more = ("evidence",)
    key = ("party_organization", "done_on", "what")


@admin.register(Pledge)
class PledgeAdmin(BranchTable):
    services = rows.pledges
    order, note = 64, "党组织与上级签订的年度目标责任书"
    unit = "份"
    shown = ("year", "signed_with", "signed_on")
    fixed = ("party_organization", "year", "signed_with")
    key = ("party_organization", "year")


@admin.register(PledgeItem)
class PledgeItemAdmin(BranchTable):
    services = rows.pledge_items
    order, note = 65, "责任书中的每一项：内容、完成期限、完成日期、结果"
    unit = "项"
    shown = ("what", "year", "due_on", "done_on", "result")
    fixed = ("party_organization", "year")
    key = ("party_organization", "year", "what")


@admin.register(RoleModelPost)
class RoleModelPostAdmin(BranchTable):
    services = rows.role_model_posts
    order, note = 66, "党员责任区、先锋岗由谁承担，何时起止"
    unit = "项"
    shown = ("name", "kind", "member", "since", "until")
    fixed = ("party_organization", "member")
    key = ("party_organization", "member", "kind", "name")


@admin.register(DutyTarget)
class DutyTargetAdmin(BranchTable):
    services = rows.duty_targets
    order, note = 67, "党员的岗位职责、年度目标和完成结果"
    unit = "项"
    shown = ("duty", "member", "year", "target", "done_on", "result")
    fixed = ("party_organization", "member", "year")
    key = ("party_organization", "member", "year", "duty")


@admin.register(Regulation)
class RegulationAdmin(BranchTable):
    """Its document is uploaded on the branch's page."""

    services = rows.regulations
    order, note = 68, "组织生活、党员教育管理、自我约束、党群共建四类制度"
    unit = "项"
    shown = ("title", "group", "adopted_on", "repealed_on", Column("文本", "document"))
    key = ("party_organization", "group", "title")
