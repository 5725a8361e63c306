"""The button of a next step: what it is called, and the page on which the step starts, with the unit filled in."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from accounts.permissions import Permission
from core.pages import address
from core.scope import Scope
from orgs.models import OrganizationFacts
from orgs.rules.setup import NextStep
from reports.worklists import Worklist

LABELS = {
    "establish": "发起组建",
    "joint": "发起联建",
    "zone": "发起覆盖",
    "chain": "发起覆盖",
    "attach": "发起挂靠",
    "instructor": "派指导员",
    "transfer_member": "接转",
    "develop_member": "定计划",
    "recommend_member": "定计划",
}


class Button(NamedTuple):
    label: str
    url: str


def button_of(worklist: Worklist, step: NextStep, unit: OrganizationFacts, *, scope: Scope, back: str) -> Button | None:
    """The button of a unit's next step, for whoever may do it there; `back` is where one goes on to afterwards."""
    if step.code == "instructor" and scope.manages(unit.managed_by_id, Permission.VISITS_CHANGE):
        return Button(LABELS[step.code], instructor_url(unit.organization_id, back=back))
    if not scope.manages(unit.managed_by_id, Permission.COVERAGE_CHANGE):
        return None
    start = f"{address('worklists')}{worklist.code}/start/"
    return Button(LABELS[step.code], f"{start}?unit={unit.organization_id}&{urlencode({'next': back})}")


def instructor_url(unit_id: int, *, back: str) -> str:
    """The form that sends an instructor to the unit."""
    return f"{address('admin:instructors_assignment_add')}?{urlencode({'organization': unit_id, 'next': back})}"


def member_url(unit_id: int, *, party_organization: int | None, back: str) -> str:
    """The form that registers a member who works at the unit, in the Party organization that covers it."""
    filled = {"organization": unit_id, "party_organization": party_organization or "", "next": back}
    return f"{address('admin:members_member_add')}?{urlencode(filled)}"
