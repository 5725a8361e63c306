"""Changes for one organization or many at once: the same statements, the same entries, the same preview.

A `BulkChange` says what will be set and whom it leaves alone, and why. `plan` tells it beforehand; `apply` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from accounts.models import User
from core import writing
from core.days import require_past
from core.id_sets import among
from core.jobs import Progress
from core.locks import derived_once, hold
from core.periods import not_over
from core.plans import Plan
from orgs.facts import refresh
from orgs.models import Coverage, FormerManagement, Organization, PartyOrganization, Region, Zone
from orgs.models.organizations import Category
from orgs.models.party import MANAGING_KINDS
from orgs.models.places import DISTRICT_DIGITS
from orgs.queries import GONE, Jurisdictions
from orgs.rules.category import suggested
from orgs.services.coverage import end_rows

BATCH = 2_000  # organizations that are in memory at once
TOLD_BY = ("managed_by", "region", "zone__region", "facts")


def _nobody(organization: Organization) -> str:
    return ""


@dataclass(frozen=True)
class BulkChange:
    """What is set on each organization. In Chinese: `objection` why one is left as it is, `was` what it says now, `doubt`
    why the choice may not fit it; empty for nothing."""

    action: str
    title: str  # “管理党组织改为‘云溪街道工委’”
    values: Mapping[str, Any]
    objection: Callable[[Organization], str]
    was: Callable[[Organization], str]
    will: str
    doubt: Callable[[Organization], str] = _nobody
    end_coverages: bool = False


def to_status(status: str, *, status_on: date, end_coverages: bool = False) -> BulkChange:
    """Set the operating status from a day on; for those that are gone the open coverages can be ended too."""
    label = Organization.Status(status).label
    return BulkChange(
        "organizations.status",
        f"经营状态改为“{label}”",
        {"status": status, "status_on": status_on},
        lambda unit: f"已经是“{label}”" if unit.status == status else "",
        was=lambda unit: unit.get_status_display(),
        will=label,
        doubt=lambda unit: _still_attached(unit, ends=end_coverages) if status in GONE else "",
        end_coverages=end_coverages and status in GONE,
    )


def _still_attached(unit: Organization, *, ends: bool) -> str:
    facts = getattr(unit, "facts", None)
    if facts is None:
        return ""
    if facts.formal or facts.probationary:
        return "还有党员，请先转接组织关系"
    return "还有党组织覆盖，不会终止" if facts.form and not ends else ""


def to_category(category: str, *, note: str, in_scope: bool = True) -> BulkChange:
    """Decide the category by hand; imports leave it from then on because of the note."""
    label = Category(category).label if category else "不属于两新组织"
    return BulkChange(
        "organizations.category",
        f"类别判定为“{label}”",
        {"category": category, "category_note": note, "in_scope": in_scope, "scope_note": "" if in_scope else note},
        lambda unit: (
            f"已经判定为“{label}”" if (unit.category, unit.in_scope, bool(unit.category_note)) == (category, in_scope, True)
            else ""
        ),
        was=lambda unit: _category_of(unit.category, in_scope=unit.in_scope),
        will=label,
        doubt=lambda unit: _another_category(unit, category, in_scope=in_scope),
    )  # fmt: skip


def _category_of(category: str, *, in_scope: bool) -> str:
    if not in_scope:
        return "不属于两新组织"
    return str(Category(category).label) if category else "待判定"


def _another_category(unit: Organization, category: str, *, in_scope: bool) -> str:
    """What the register says for certain, where that is something else."""
    judged = suggested(vars(unit))
    if judged.confidence != "certain" or (judged.category, judged.in_scope) == (category, in_scope):
        return ""
    return f"按登记信息应为“{_category_of(judged.category, in_scope=judged.in_scope)}”"


def to_committee(committee: PartyOrganization, *, since: date, basis: str = Organization.Basis.BY_HAND) -> BulkChange:
    """Hand the management over to a committee from a day on; the former one is kept."""

    def objection(unit: Organization) -> str:
        if committee.dissolved_on or not committee.manages:
            return f"“{committee}”不能管理两新组织，请选择现有的委员会或工作委员会"
        if unit.managed_by_id == committee.pk and unit.managed_basis != Organization.Basis.UNDECIDED:
            return f"已经由“{committee}”管理"
        return "" if unit.managed_since <= since else f"现管理关系从 {unit.managed_since} 起，晚于移交日期"

    values = {"managed_by_id": committee.pk, "managed_since": since, "managed_basis": basis}
    usual = _usual_committee()
    return BulkChange(
        "organizations.manager",
        f"管理党组织改为“{committee}”",
        values,
        objection,
        was=lambda unit: str(unit.managed_by),
        will=str(committee),
        doubt=lambda unit: _elsewhere(usual(unit), committee.pk, "按属地或行业应由“{}”管理"),
    )


def _usual_committee() -> Callable[[Organization], tuple[int, str] | None]:
    """Who would manage an organization by territory or industry; read when it is first asked."""
    loaded: list[Any] = []

    def found(unit: Organization) -> tuple[int, str] | None:
        if not loaded:
            names = PartyOrganization.objects.filter(kind__in=MANAGING_KINDS).values_list("pk", "name")
            loaded.extend([Jurisdictions.load(), dict(names)])
        jurisdictions, named = loaded
        usual = jurisdictions.committee_for(
            category=unit.category, region_code=unit.region_id or "", authority=unit.authority
        )
        return usual and (usual[0], named.get(usual[0], ""))

    return found


def _elsewhere(usual: tuple[int, str] | None, chosen: int, sentence: str) -> str:
    return sentence.format(usual[1]) if usual and usual[0] != chosen else ""


def to_zone(zone: Zone | None) -> BulkChange:
    """Set the park, building, market or chain."""
    key, title = (zone.pk, f"园区（楼宇等）改为“{zone}”") if zone else (None, "清除园区（楼宇等）")
    return BulkChange(
        "organizations.change",
        title,
        {"zone_id": key},
        lambda unit: "已经是这样" if unit.zone_id == key else "",
        was=lambda unit: str(unit.zone or "不在园区（楼宇等）内"),
        will=str(zone or "不在园区（楼宇等）内"),
        doubt=_of_another_district(zone.region if zone else None),
    )


def _of_another_district(place: Region | None) -> Callable[[Organization], str]:
    """Whether a place lies in another district than the organization, and in which."""
    if place is None or len(place.prefix) < DISTRICT_DIGITS:
        return _nobody
    names: dict[str, str] = {}

    def sentence(unit: Organization) -> str:
        theirs, ours = ((code or "")[:DISTRICT_DIGITS] for code in (unit.region_id, place.code))
        if theirs in ("", ours):
            return ""
        if not names:
            districts = Region.objects.filter(level=Region.Level.DISTRICT).values_list("code", "name")
            names.update((code[:DISTRICT_DIGITS], name) for code, name in districts)
        return f"单位在“{names.get(theirs, theirs)}”，所选的在“{names.get(ours, ours)}”"

    return sentence


def to_region(region: Region) -> BulkChange:
    return BulkChange(
        "organizations.change",
        f"所在区划改为“{region}”",
        {"region_id": region.pk},
        lambda unit: f"已经在“{region}”" if unit.region_id == region.pk else "",
        was=lambda unit: str(unit.region or "区划不明"),
        will=str(region),
        doubt=_of_another_district(region),
    )


def plan(change: BulkChange, organizations: models.QuerySet[Organization]) -> Plan:
    """What the change would do to the organizations; a few are in memory at once."""
    found = Plan()
    rows = organizations.select_related(*TOLD_BY).defer("other_columns", "sources").order_by("pk")
    for unit in rows.iterator(chunk_size=BATCH):
        _judge(change, unit, found)
    return found


@transaction.atomic
@derived_once()
def apply(
    *,
    by: User | None,
    change: BulkChange,
    organization_ids: Collection[int],
    on: date,
    reason: str = "",
    progress: Progress | None = None,
) -> Plan:
    """Change all that nothing objects to, part by part, with one entry each; returns what was done."""
    require_past(Organization, change.values, on=on)
    hold(Organization, organization_ids)
    ids, done = sorted(organization_ids), Plan()
    for start in range(0, len(ids), BATCH):
        part = Organization.objects.filter(pk__in=among(ids[start : start + BATCH]))
        units = part.select_related(*TOLD_BY).defer("other_columns", "sources").order_by("pk")
        _apply_part([unit for unit in units if _judge(change, unit, done)], by=by, change=change, on=on, reason=reason)
        (progress or Progress()).step(min(start + BATCH, len(ids)), len(ids), change.title)
    refresh(done.changing, on=on)
    return done


def _apply_part(units: list[Organization], *, by: User | None, change: BulkChange, on: date, reason: str) -> None:
    keys = [unit.pk for unit in units]
    if change.action == "organizations.manager":
        _keep_former_management(units, change.values["managed_since"], by=by, reason=reason)
    rows = Organization.objects.filter(pk__in=among(keys))
    writing.change_many(rows, change.values, by=by, action=change.action, reason=reason, on=on)
    if change.end_coverages:
        covered = Coverage.objects.filter(not_over(on), organization__in=among(keys))
        until = change.values["status_on"]
        end_rows(by=by, coverages=list(covered), until=until, reason=reason or change.title)


def _judge(change: BulkChange, unit: Organization, found: Plan) -> bool:
    """Put one where it belongs; whether it changes."""
    if why := "已并入另一条登记" if unit.merged_into_id else change.objection(unit):
        found.leave(unit.pk, why)
        return False
    found.change(unit.pk, f"{change.was(unit)} → {change.will}", change.doubt(unit))
    return True


def _keep_former_management(units: list[Organization], until: date, *, by: User | None, reason: str) -> None:
    writing.add_many(
        (
            FormerManagement(organization=unit, committee_id=unit.managed_by_id, since=unit.managed_since, until=until)
            for unit in units
            if unit.managed_since < until
        ),
        by=by,
        action="organizations.former_manager",
        reason=reason,
    )
