"""The record page of an organization: its whole story at a glance."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.admin import BulkAction
from core.history import history_of
from core.pages import PageRequest, PermissionMixin
from core.panels import panels_for
from core.parameters import values_on
from core.related import prefetch_filled
from core.scope import Scope, may_change, may_see
from orgs.bulk_actions import ORGANIZATION_ACTIONS
from orgs.models import Coverage, FormerManagement, Organization, OrganizationFacts, PartyOrganization, Region
from orgs.provenance import provenance_of
from orgs.queries import twins_of
from orgs.rules.category import suggested
from orgs.rules.setup import Thresholds, in_one_sentence, reasons_for_party_organization
from orgs.rules.words import CONTROL
from orgs.sources.wording import source_name

HEADCOUNTS_SHOWN = 8
DEMOCRACY_SHOWN = 8
MASS_KINDS = (("union", "工会"), ("youth", "团"), ("women", "妇联"))


class OrganizationPage(PermissionMixin, View):
    """Outside the scope 404. A constant number of queries, whatever hangs on the organization."""

    permission = P.REGISTRY_VIEW

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        unit = record(pk, request.scope)
        today = timezone.localdate()
        history = history_of(unit, request.scope, also=_belonging(unit))
        suggestion = suggested(vars(unit))
        context = {
            "title": unit.name,
            "unit": unit,
            "facts": (facts := getattr(unit, "facts", None)),
            "state": state_of(unit, facts, on=today),
            "places": _places(unit),
            "control": CONTROL.get(unit.control, ""),
            "masses": [(name, bool(facts and getattr(facts, code))) for code, name in MASS_KINDS],
            "visit_late": _visit_late(facts, on=today),
            "suggestion": suggestion if suggestion.category != unit.category else None,
            "suggested": dict(Organization._meta.get_field("category").flatchoices).get(suggestion.category, ""),
            "headcounts": _headcounts(unit),
            "counted_by": {"staff": source_name(unit.staff_source), "membership": source_name(unit.membership_source)},
            "former": sorted(unit.former_managements.all(), key=lambda one: one.until, reverse=True),
            "democracy": sorted(unit.democracy.all(), key=lambda one: one.held_on, reverse=True)[:DEMOCRACY_SHOWN],
            "twins": (twins := twins_of(unit, request.scope)),
            "mergeable": Organization.objects.changeable(request.scope).filter(pk__in=[one.pk for one in twins]),
            "panels": panels_for(unit, request.scope, today),
            "history": history,
            "provenance": provenance_of(unit, history),
            "open_nodes": _open_nodes(unit, request.scope),
            "merged_open": _merged_open(unit, request.scope),
            "may": _rights(unit, request.scope),
            "actions": _actions(unit, request.scope),
        }
        return render(request, "orgs/organization.html", context)


def record(pk: int, scope: Scope) -> Organization:
    """The organization within the scope, else 404."""
    rows = Organization.objects.within(scope).select_related(
        "facts__covered_by", "region__parent__parent", "zone", "managed_by"
    )
    try:
        unit = rows.get(pk=pk)
    except Organization.DoesNotExist:
        raise Http404("没有这家单位，或不在您的管辖范围") from None
    prefetch_filled(
        unit,
        Prefetch("coverages", Coverage.objects.select_related("party_organization")),
        Prefetch("former_managements", FormerManagement.objects.select_related("committee")),
        "mass_organizations", "owner_records", "liaisons", "democracy", "headcounts",
    )  # fmt: skip
    return unit


def state_of(unit: Organization, facts: OrganizationFacts | None, *, on: date) -> dict[str, Any]:
    """The sentence under the name: whether it should have a Party organization, has one, and since when."""
    if facts is None or not facts.counted:
        return {"word": "", "sentence": "不纳入统计" if unit.in_scope else f"不属于两新组织：{unit.scope_note}"}
    reasons = reasons_for_party_organization(
        category=facts.category,
        size=facts.size,
        formal=facts.formal,
        restructured=facts.restructured,
        thresholds=Thresholds.of(values_on(on)),
    )
    why = in_one_sentence(reasons)
    if facts.branch_office and not facts.has_org:
        return {"word": "分支机构", "css": "quiet", "sentence": "由总机构统一计算，不列入应建党组织"}
    if facts.has_org:
        return {"word": "已建", "css": "done", "sentence": f"由{facts.covered_by}覆盖", "since": facts.covered_since}
    if facts.should:
        days = (on - facts.should_since).days if facts.should_since else None
        return {"word": "应建未建", "css": "due", "sentence": why, "since": facts.should_since, "days": days}
    return {"word": "未建", "css": "quiet", "sentence": "未达到应建条件"}


def _belonging(unit: Organization) -> list[Any]:
    """Rows whose entries belong to the organization's story."""
    groups = (unit.coverages, unit.mass_organizations, unit.owner_records, unit.liaisons)
    return [row for group in groups for row in group.all()]


def _open_nodes(unit: Organization, scope: Scope) -> set[int]:
    """The Party organizations named on the page whose own pages the user may open."""
    granted = scope.having(PartyOrganization.view_permission)
    named = [unit.managed_by, *(row.party_organization for row in unit.coverages.all())]
    return {node.pk for node in named if granted.holds_path(node.path)}


def _merged_open(unit: Organization, scope: Scope) -> bool:
    """Whether the record that this one went into may be opened."""
    into = unit.merged_into
    return into is not None and Organization.objects.within(scope).filter(pk=into.pk).exists()


def _headcounts(unit: Organization) -> list[Any]:
    """The newest counts, each with the name of its source."""
    newest = sorted(unit.headcounts.all(), key=lambda row: (row.counted_on, row.pk), reverse=True)
    rows = newest[:HEADCOUNTS_SHOWN]
    for row in rows:
        row.source_name = source_name(row.source)  # type: ignore[attr-defined]
    return rows


def _places(unit: Organization) -> list[str]:
    """District, street, community and zone."""
    names: list[str] = []
    region = unit.region
    while region is not None and region.parent_id:
        names.insert(0, region.name)
        region = region.parent if region.level != Region.Level.DISTRICT else None  # above it is the city
    return [*names, unit.zone.name] if unit.zone else names


def _visit_late(facts: OrganizationFacts | None, *, on: date) -> bool:
    """A visit is late when the evidence of work has run out (R4)."""
    if facts is None or not facts.instructor:
        return False
    months = values_on(on)["work.evidence_months"]
    return facts.visited_on is None or (on - facts.visited_on).days > months * 31


def _actions(unit: Organization, scope: Scope) -> list[BulkAction]:
    """What can be done with many, for this one."""
    held = {right for right in {one.permission for one in ORGANIZATION_ACTIONS} if may_change(unit, scope, right)}
    return [one for one in ORGANIZATION_ACTIONS if one.permission in held]


def _rights(unit: Organization, scope: Scope) -> dict[str, bool]:
    """What the user may do here, by right and by place; and whether somebody who changes units may only look at this one."""
    change = may_change(unit, scope)
    return {
        "change": change,
        "only_see": scope.may(Organization.change_permission) and not change,
        "cover": may_change(unit, scope, P.COVERAGE_CHANGE),
        "members": may_see(unit, scope, P.MEMBERS_VIEW),
    }
