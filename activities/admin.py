"""The small tables of organization life in the back office: rows of a Party organization, as on the branch's own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission as P
from activities.filters import TrainingFilters
from activities.models import (
    Campaign,
    Contribution,
    DutyTarget,
    Plan,
    Pledge,
    PledgeItem,
    Rectification,
    Regulation,
    RoleModelPost,
    Training,
)
from activities.services import from_above, plans, rows
from activities.services.learning import trainings
from core.admin import TableAdmin
from core.admin.table_cells import FieldColumn
from core.listing import Column
from members.admin.posts import PartyTable
from orgs.filters import OfBranchFilters


class BranchTable(PartyTable):
    """Who may see it is told apart from the registry: a branch sees its own organization life."""

    view_permission = P.ACTIVITIES_VIEW
    filters = OfBranchFilters
    group = "组织生活"


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


@admin.register(Rectification)
class RectificationAdmin(BranchTable):
    services = rows.rectifications
    order, note = 69, "组织生活会查摆的问题、整改措施、责任人、期限和结果"
    unit = "项"
    shown = ("problem", "measure", "responsible", "due_on", "done_on", "result")
    key = ("party_organization", "problem")


@admin.register(Training)
class TrainingAdmin(TableAdmin):
    """Courses of the department, credited to members; what records credit is not entered."""

    services = trainings
    view_permission = P.MEMBERS_VIEW
    export_permission = P.MEMBERS_EXPORT
    personal = True
    group, order, note = "党员", 20, "活动记录以外的培训：课程、日期、学时，计入党员今年学时"
    filters = TrainingFilters
    unit = "条"
    empty = "没有符合条件的培训。党课、主题党日的学时由活动记录自动计入，不必登记。"
    shown = (
        "member",
        Column(
            "党支部",
            "member.party_organization",
            link=lambda row: reverse("party", args=[row.member.party_organization_id]),
            export=False,
        ),
        "course",
        "held_on",
        "hours",
    )
    fixed = ("member",)
    key = ("member", "course", "held_on")

    def record_url(self, record: Any) -> str:
        return reverse("admin:members_member_change", args=[record.member_id])

    def listed(self, request: HttpRequest) -> QuerySet:
        return super().listed(request).select_related("member__party_organization")


COMMITTEE = FieldColumn(
    "开展的党组织",
    "committee",
    field="committee",
    link=lambda row: reverse("party", args=[row.committee_id]),
    to="committee",
)


@admin.register(Campaign)
class CampaignAdmin(TableAdmin):
    """Of a committee, for all branches below it."""

    services = from_above.campaigns
    view_permission = P.ACTIVITIES_VIEW
    export_permission = P.REGISTRY_EXPORT
    group, order, note = "组织生活", 61, "主题实践活动的名称、要求、起止；支部填报记录时选择"
    unit = "项"
    whose = (COMMITTEE,)
    shown = ("name", "since", "until")
    more = ("asks",)
    fixed = ("committee",)
    key = ("committee", "name", "since")

    def record_url(self, record: Any) -> str:
        return reverse("campaign", args=[record.pk])
