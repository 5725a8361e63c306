"""What a clerk decides by hand after an import: to take over a value, or that a missing organization is gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from core.refusals import Refusal
from core.scope import Scope
from core.sources import Ending, EndingPlan, Values
from orgs.models import Coverage, Organization, OrganizationFacts
from orgs.queries import GONE
from orgs.services import bulk
from orgs.services.organizations import EDITABLE, change, count_headcount
from orgs.sources.organizations import COUNTS

FIELDS = {field.name: field for field in Organization._meta.concrete_fields}


class NotByHand(Refusal):
    """The column follows from others and is not taken over from a list."""


def take(*, by: User, key: int, values: Values, on: date, reason: str) -> None:
    """Write the values as a change by hand; counts become 核定 of that day."""
    names = {field.attname: field.name for field in FIELDS.values()}
    fields = {names[column]: value for column, value in values.items()}
    for kind in COUNTS:
        if (number := fields.pop(kind, None)) is not None:
            unit = Organization.objects.get(pk=key)
            count_headcount(by=by, organization=unit, kind=kind, number=number, counted_on=on, on=on, reason=reason)
    if status := fields.pop("status", None):
        bulk.apply(by=by, change=bulk.to_status(status, on=on), organization_ids=[key], on=on, reason=reason)
    if unknown := fields.keys() - EDITABLE:
        labels = "、".join(str(FIELDS[name].verbose_name) for name in sorted(unknown))
        raise NotByHand(f"“{labels}”不能直接采用名单的值,请在单位页面办理")
    if fields:
        unit = Organization.objects.get(pk=key)
        typed = {name: _typed(name, value) for name, value in fields.items()}
        change(by=by, organization=unit, values=typed, version=unit.version, on=on, reason=reason)


def _typed(name: str, value: object) -> object:
    """From the plain form of a staged value to what the field holds."""
    field = FIELDS[name]
    if isinstance(field, models.ForeignKey):
        return field.related_model._default_manager.get(pk=value)
    return field.to_python(value)


def _ending(status: Organization.Status) -> Ending:
    def plan(scope: Scope, ids: Collection[int]) -> EndingPlan:
        today = timezone.localdate()
        planned = bulk.plan(bulk.to_status(status, on=today), _units(scope, ids))
        return EndingPlan(
            len(planned.changing), {why: len(left) for why, left in planned.left.items()}, _attached(planned.changing)
        )

    def apply(by: User, scope: Scope, ids: Collection[int], on: date, reason: str) -> int:
        units = list(_units(scope, ids).values_list("pk", flat=True))
        change = bulk.to_status(status, on=on)
        return len(bulk.apply(by=by, change=change, organization_ids=units, on=on, reason=reason).changing)

    return Ending(status.value, status.label, Permission.REGISTRY_CHANGE, plan, apply)


def _units(scope: Scope, ids: Collection[int]) -> models.QuerySet[Organization]:
    return Organization.objects.managed_within(scope).filter(pk__in=ids)


def _attached(ids: Collection[int]) -> list[str]:
    """What hangs on organizations that will be gone: it stays, and is listed for a person to settle."""
    covered = Coverage.objects.filter(organization__in=ids, until=None).values("organization").distinct().count()
    peopled = OrganizationFacts.objects.filter(organization__in=ids, formal__gt=0).count()
    notes = []
    if covered:
        notes.append(f"其中 {covered:,} 家有党组织覆盖,覆盖关系不会自动终止,请在“注销迁出仍有关联”中办理")
    if peopled:
        notes.append(f"其中 {peopled:,} 家有正式党员,请及时转接组织关系")
    return notes


ENDINGS = tuple(_ending(status) for status in GONE)
