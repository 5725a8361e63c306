"""Changes for one organization or many at once: the same statements, the same entries, the same preview.

A `Change` says what will be set and whom it leaves alone, and why. `plan` tells it beforehand; `apply` does it.
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
from core.locks import hold
from core.periods import not_over
from core.plans import Plan
from core.sets import among
from orgs.facts import refresh
from orgs.models import Coverage, FormerManagement, Organization, PartyOrganization, Region, Zone
from orgs.models.organizations import Category
from orgs.queries import GONE
from orgs.services.coverage import end_rows

BATCH = 5_000


def _nobody(organization: Organization) -> str:
    return ""


@dataclass(frozen=True)
class Change:
    """What is set on each organization. `objection` returns in Chinese why one is left as it is, or an empty text."""

    action: str
    title: str  # “管理党组织改为‘云溪街道工委’”
    values: Mapping[str, Any]
    objection: Callable[[Organization], str] = _nobody
    end_coverages: bool = False


def to_status(status: str, *, status_on: date, end_coverages: bool = False) -> Change:
    """Set the operating status from a day on; for those that are gone the open coverages can be ended too."""
    label = Organization.Status(status).label
    return Change(
        "organizations.status",
        f"经营状态改为“{label}”",
        {"status": status, "status_on": status_on},
        lambda unit: f"已经是“{label}”" if unit.status == status else "",
        end_coverages=end_coverages and status in GONE,
    )


def to_category(category: str, *, note: str, in_scope: bool = True) -> Change:
    """Decide the category by hand; imports leave it from then on because of the note."""
    label = Category(category).label if category else "不属于两新组织"
    return Change(
        "organizations.category",
        f"类别判定为“{label}”",
        {"category": category, "category_note": note, "in_scope": in_scope, "scope_note": "" if in_scope else note},
        lambda unit: (
            f"已经判定为“{label}”" if (unit.category, unit.in_scope, bool(unit.category_note)) == (category, in_scope, True)
            else ""
        ),
    )  # fmt: skip


def to_committee(committee: PartyOrganization, *, since: date, basis: str = Organization.Basis.BY_HAND) -> Change:
    """Hand the management over to a committee from a day on; the former one is kept."""

    def objection(unit: Organization) -> str:
        if committee.dissolved_on or not committee.manages:
            return f"“{committee}”不能管理两新组织,请选择现有的委员会或工作委员会"
        if unit.managed_by_id == committee.pk and unit.managed_basis != Organization.Basis.UNDECIDED:
            return f"已经由“{committee}”管理"
        return "" if unit.managed_since <= since else f"现管理关系从 {unit.managed_since} 起，晚于移交日期"

    values = {"managed_by_id": committee.pk, "managed_since": since, "managed_basis": basis}
    return Change("organizations.manager", f"管理党组织改为“{committee}”", values, objection)


def to_zone(zone: Zone | None) -> Change:
    """Set the park, building, market or chain."""
    key, title = (zone.pk, f"园区(楼宇等)改为“{zone}”") if zone else (None, "清除园区(楼宇等)")
    return Change(
        "organizations.change", title, {"zone_id": key}, lambda unit: "已经是这样" if unit.zone_id == key else ""
    )


def to_region(region: Region) -> Change:
    """Set the area."""
    return Change(
        "organizations.change",
        f"所在区划改为“{region}”",
        {"region_id": region.pk},
        lambda unit: f"已经在“{region}”" if unit.region_id == region.pk else "",
    )


def plan(change: Change, organizations: models.QuerySet[Organization]) -> Plan:
    """What the change would do to the organizations."""
    return _sort(change, list(organizations.order_by("pk").iterator(BATCH)))[0]


@transaction.atomic
def apply(*, by: User | None, change: Change, organization_ids: Collection[int], on: date, reason: str = "") -> Plan:
    """Change all that nothing objects to, in a few statements with one entry each; returns what was done."""
    require_past(Organization, change.values, on=on)
    hold(Organization, organization_ids)
    units = list(Organization.objects.select_related("managed_by").filter(pk__in=organization_ids).order_by("pk"))
    done, changing = _sort(change, units)
    if change.action == "organizations.manager":
        _keep_former_management(changing, change.values["managed_since"])
    rows = Organization.objects.filter(pk__in=among(done.changing))
    writing.change_many(rows, change.values, by=by, action=change.action, reason=reason, on=on)
    if change.end_coverages:
        covered = Coverage.objects.filter(not_over(on), organization__in=done.changing)
        until = change.values["status_on"]
        end_rows(by=by, coverages=list(covered), until=until, reason=reason or change.title)
    refresh(done.changing, on=on)
    return done


def _sort(change: Change, units: list[Organization]) -> tuple[Plan, list[Organization]]:
    result, changing = Plan(), []
    for unit in units:
        why = "已并入另一条登记" if unit.merged_into_id else change.objection(unit)
        if why:
            result.left.setdefault(why, []).append(unit.pk)
        else:
            result.changing.append(unit.pk)
            changing.append(unit)
    return result, changing


def _keep_former_management(units: list[Organization], until: date) -> None:
    FormerManagement.objects.bulk_create(
        [
            FormerManagement(organization=unit, committee_id=unit.managed_by_id, since=unit.managed_since, until=until)
            for unit in units
            if unit.managed_since < until
        ],
        batch_size=BATCH,
    )
