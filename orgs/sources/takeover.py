"""What a clerk decides by hand after an import: to take values over, or that a missing organization is gone.

Taking over is a change by hand through the services of the record's own pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from core.periods import not_over
from core.plain import from_plain
from core.refusals import Refusal
from core.scope import Scope
from core.sources import Ending, EndingPlan, Importer, Values
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from orgs.queries import GONE
from orgs.services import bulk, coverage, party
from orgs.services.organizations import EDITABLE, change, clear_headcount, count_headcount
from orgs.sources.organizations import COUNTS

FIELDS = {field.name: field for field in Organization._meta.concrete_fields}


def take(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Write the values of an organization as a change by hand; counts become 核定 of that day."""
    fields = from_plain(Organization, values)
    trail: Any = {"by": importer.user, "on": on, "reason": reason}
    for kind in COUNTS:
        if kind not in fields:
            continue
        unit, number = Organization.objects.get(pk=key), fields.pop(kind)
        if number is None:
            clear_headcount(organization=unit, kind=kind, **trail)
        else:
            count_headcount(organization=unit, kind=kind, number=number, counted_on=on, **trail)
    if status := fields.pop("status", None):
        bulk.apply(change=bulk.to_status(status, status_on=on), organization_ids=[key], **trail)
    if unknown := fields.keys() - EDITABLE:
        labels = "、".join(str(FIELDS[name].verbose_name) for name in sorted(unknown))
        raise Refusal(f"“{labels}”不能直接采用名单的值，请在单位页面办理")
    if fields:
        unit = Organization.objects.get(pk=key)
        change(organization=unit, values=fields, version=unit.version, **trail)
    return key


def take_node(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Change a Party organization; another parent is a move of today with all below it."""
    trail: Any = {"by": importer.user, "on": on, "reason": reason}
    parent, described = values.get("parent_id"), {c: value for c, value in values.items() if c != "parent_id"}
    node = PartyOrganization.objects.get(pk=key)
    if described:
        node = party.change(party_organization=node, values=from_plain(PartyOrganization, described), **trail)
    if parent is not None:
        # a list's own word for one that was not there yet: it may have come with the same list
        place = {"pk": parent} if isinstance(parent, int) else {"code": parent}
        if (to := PartyOrganization.objects.filter(**place).first()) is None:
            raise Refusal(f"没有编码为“{parent}”的党组织，请先登记上级党组织，再采用或在党组织页面调整隶属")
        party.move(party_organization=node, to=to, **trail)
    return key


def take_coverage(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """What a list of coverages says of an organization: another Party organization or form counts from the first day
    that the list gives, and where that is ours already, it is corrected; another first day alone is corrected too."""
    row, fields = Coverage.objects.get(pk=key), from_plain(Coverage, values)
    trail: Any = {"by": importer.user, "on": on, "reason": reason}
    since = fields.pop("since", row.since)
    if since < row.since or not fields:
        row = coverage.begin_on(coverage=row, since=since, **trail)
    return _renewed(row, fields, importer, {"since": since, **trail}) if fields else row.pk


def take_returned_coverage(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """What was edited in our own list of coverages: they go over today, or end."""
    row, fields = Coverage.objects.get(pk=key), from_plain(Coverage, values)
    trail: Any = {"by": importer.user, "on": on, "reason": reason}
    until, why = fields.pop("until", None), fields.pop("end_reason", "")
    if fields:
        key = _renewed(row, fields, importer, trail)
    if until or why:
        if not (until and why):
            raise Refusal("终止日期和终止原因要一起采用，请都勾选；也可以在覆盖关系页面办理")
        coverage.end(coverage=Coverage.objects.get(pk=key), until=until, **trail | {"reason": why, "basis": reason})
    return key


def _renewed(row: Coverage, fields: Mapping[str, Any], importer: Importer, trail: Mapping[str, Any]) -> int:
    """Hand over to a Party organization of the clerk's scope, or go over to another form."""
    to = fields.get("party_organization", row.party_organization)
    if not importer.scope.holds_path(to.path):
        raise Refusal(f"“{to}”不在您的管辖范围内，请由上级组织部门办理")
    return coverage.hand_over(coverage=row, to=to, form=fields.get("form", row.form), **trail).pk


def _ending(status: Organization.Status) -> Ending:
    def plan(scope: Scope, ids: Collection[int]) -> EndingPlan:
        today = timezone.localdate()
        planned = bulk.plan(bulk.to_status(status, status_on=today), _units(scope, ids))
        return EndingPlan(
            len(planned.changing), {why: len(left) for why, left in planned.left.items()}, _attached(planned.changing)
        )

    def apply(by: User, scope: Scope, ids: Collection[int], on: date, reason: str) -> int:
        units = list(_units(scope, ids).values_list("pk", flat=True))
        change = bulk.to_status(status, status_on=on)
        return len(bulk.apply(by=by, change=change, organization_ids=units, on=on, reason=reason).changing)

    return Ending(status.value, status.label, Permission.REGISTRY_CHANGE, plan, apply)


def _units(scope: Scope, ids: Collection[int]) -> models.QuerySet[Organization]:
    return Organization.objects.changeable(scope).filter(pk__in=ids)


def _attached(ids: Collection[int]) -> list[str]:
    """What hangs on organizations that will be gone: it stays, and is listed for a person to settle."""
    covered = (
        Coverage.objects.filter(not_over(timezone.localdate()), organization__in=ids)
        .values("organization")
        .distinct()
        .count()
    )
    peopled = OrganizationFacts.objects.filter(organization__in=ids, formal__gt=0).count()
    notes = []
    if covered:
        notes.append(f"其中 {covered:,} 家有党组织覆盖，覆盖关系不会自动终止，请在“注销迁出仍有关联”中办理")
    if peopled:
        notes.append(f"其中 {peopled:,} 家有正式党员，请及时转接组织关系")
    return notes


ENDINGS = tuple(_ending(status) for status in GONE)
