"""评选表彰, 荣誉, 示范点 and 争创目标 in the back office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from activities.admin import BranchTable
from core.admin import TableAdmin
from core.admin.table_cells import FieldColumn
from core.listing import Column, Order
from evaluations.models import Commendation, Goal, Honour, Pair, Proposal, Quota, Site, SiteVisit
from evaluations.queries.awards import faults_of
from evaluations.rules.awards import WHOM
from evaluations.services import awards, honours, sites
from evaluations.services.goals import goals
from members.admin.posts import PartyTable
from orgs.filters import OfBranchFilters

GROUP = "五个好"
HELD = FieldColumn("名称", "name", field="name", kind="name", link=lambda row: reverse("commendation", args=[row.pk]))


@admin.register(Commendation)
class CommendationAdmin(TableAdmin):
    """Public and honoured on its own page."""

    services = awards.commendations
    view_permission = P.EVALUATIONS_VIEW
    export_permission = P.REGISTRY_EXPORT
    group, order, note = GROUP, 101, "评选五个好党组织、党员，优秀指导员、党务工作者，热心业主"
    unit = "次"
    empty = "还没有评选表彰。由组织部门登记，再分配名额。"
    orders = (Order("newest", ("-year", "-pk"), "年度"),)
    whose = (HELD,)
    shown = ("year", "node", "propose_until", Column("状态", "state"))
    fixed = ("node",)
    key = ("node", "name", "year")

    def record_url(self, record: Any) -> str:
        return reverse("commendation", args=[record.pk])


@admin.register(Quota)
class QuotaAdmin(TableAdmin):
    services = awards.quotas
    view_permission = P.EVALUATIONS_VIEW
    export_permission = P.REGISTRY_EXPORT
    group, order, note = GROUP, 102, "每个区县、街道每个奖项可以推荐多少"
    unit = "项"
    empty = "还没有分配名额。没有名额的不能推荐。"
    shown = ("commendation", "award", "node", "number")
    fixed = ("commendation", "award", "node")
    key = ("commendation", "award", "node")

    def record_url(self, record: Any) -> str:
        return reverse("commendation", args=[record.commendation_id])


class ProposalFilters(OfBranchFilters):
    commendation = django_filters.ModelChoiceFilter(
        label="评选", queryset=lambda request: Commendation.objects.within(request.scope).order_by("-pk")
    )
    state = django_filters.ChoiceFilter(label="状态", choices=Proposal.State.choices)


@admin.register(Proposal)
class ProposalAdmin(PartyTable):
    """Entered here; decided on its own page."""

    services = awards.proposals
    view_permission = P.EVALUATIONS_VIEW
    export_permission = P.MEMBERS_EXPORT
    personal = True
    group, order, note = GROUP, 103, "各级推荐的党组织、党员、指导员、业主、党务工作者"
    filters = ProposalFilters
    unit = "项"
    empty = "还没有推荐。先分配名额，再推荐。"
    shown = ("name", "award", "commendation", Column("状态", lambda row: row.get_state_display()))
    more = ("member", "instructor", "unit", "why")
    fixed = ("party_organization", "name", "award", "commendation", "member", "instructor", "unit")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """What tells whom the award is for, where that is known."""
        award = obj.award if obj else request.GET.get("award", "")
        others = {"member", "instructor", "unit", "name"} - {*WHOM.get(award, ("member", "instructor", "unit", "name"))}
        order = (
            "commendation",
            "award",
            *(name for name in self.fields or () if name not in ("commendation", "award")),
        )
        return [name for name in order if obj or name not in others]  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """Deeds take some lines."""
        more = {"widget": forms.Textarea({"rows": 5})} if db_field.name == "why" else {}
        return super().formfield_for_dbfield(db_field, request, **more, **kwargs)

    def record_url(self, record: Any) -> str:
        return reverse("proposal", args=[record.pk])

    def notes(self, row: Any) -> Iterable[str]:
        """What stands against it as the registers are today."""
        why = faults_of(row, on=timezone.localdate()) if row.open else ""
        return [f"现在还不符合：{why}。补齐以后才能审定同意。"] if why else []


@admin.register(Honour)
class HonourAdmin(PartyTable):
    services = honours.honours
    view_permission = P.EVALUATIONS_VIEW
    export_permission = P.MEMBERS_EXPORT
    personal = True
    group, order, note = GROUP, 104, "党组织、单位和个人的荣誉，以前的可以登记或导入"
    filters = OfBranchFilters
    unit = "项"
    empty = "还没有荣誉。表彰以后自动登记；以前的可以登记，也可以整表导入。"
    orders = (Order("newest", ("-awarded_on", "-pk"), "授予日期"),)
    shown = ("title", "name", "level", "given_by", "awarded_on", "withdrawn_on")
    more = ("member", "instructor", "unit", "document", "withdrawn_why")
    fixed = ("party_organization", "member", "instructor", "unit")

    def record_url(self, record: Any) -> str:
        return ""


@admin.register(Site)
class SiteAdmin(PartyTable):
    services = sites.sites
    view_permission = P.EVALUATIONS_VIEW
    group, order, note = GROUP, 105, "培育、命名、复核、撤销的示范点"
    filters = OfBranchFilters
    unit = "个"
    empty = "还没有示范点。从培育登记起。"
    fieldsets = (
        (None, {"fields": ("party_organization", "name", "level", "cultivated_since", "theme")}),
        ("命名", {"fields": ("named_on", "document", "expires_on")}),
        ("复核", {"fields": ("rechecked_on", "recheck")}),
        ("撤销", {"fields": ("withdrawn_on", "withdrawn_why", "reason")}),
    )
    shown = ("name", "level", "cultivated_since", "named_on", "expires_on", "rechecked_on", "withdrawn_on")
    more = ("theme", "document", "recheck", "withdrawn_why")
    key = ("party_organization", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is said from above is only read by who may not say it."""
        above = request.scope.having(P.EVALUATIONS_DECIDE)  # type: ignore[attr-defined]
        may = above.holds_path(obj.party_organization.path) if obj else bool(above.grants)
        fixed = () if may else sites.NAMING if obj is None or obj.named_on is None else (*sites.ABOVE, "withdrawn_on")
        return (*super().get_readonly_fields(request, obj), *fixed)

    def notes(self, row: Any) -> Iterable[str]:
        why = faults_of(row, on=timezone.localdate())
        return [f"按系统中的记录还不符合：{why}。"] if why and not row.withdrawn_on else []


class OfSite(TableAdmin):
    view_permission = P.EVALUATIONS_VIEW
    export_permission = P.REGISTRY_EXPORT
    group = GROUP

    def record_url(self, record: Any) -> str:
        return reverse("party", args=[record.site.party_organization_id])

    def listed(self, request: HttpRequest) -> QuerySet:
        return super().listed(request).select_related("site")


class VisitFilters(OfBranchFilters):
    branch = "site__party_organization"


@admin.register(SiteVisit)
class SiteVisitAdmin(OfSite):
    services = sites.site_visits
    order, note = 106, "哪些单位到示范点参观学习"
    filters = VisitFilters
    unit = "次"
    shown = ("site", "visited_on", "visitors", "people")
    more = ("note",)
    fixed = ("site",)
    key = ("site", "visited_on", "visitors")


@admin.register(Pair)
class PairAdmin(OfSite):
    services = sites.pairs
    order, note = 107, "示范点与哪些党组织结对帮带"
    filters = OfBranchFilters
    unit = "对"
    shown = ("site", "party_organization", "tasks", "since", "until")
    more = ("result",)
    fixed = ("site", "party_organization", "since")
    key = ("site", "party_organization", "since")


@admin.register(Goal)
class GoalAdmin(BranchTable):
    services = goals
    order, note = 70, "党支部、党员每年争创什么"
    unit = "项"
    shown = ("wanted", "member", "year", "what")
    fixed = ("party_organization", "member", "year")
    key = ("party_organization", "member", "year")
