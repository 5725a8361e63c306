"""Writing instructors' work: select, assign, end, log a visit (Opinion 二-1). Facts follow in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from core.days import require_past
from core.locks import hold
from core.parameters import values_on
from core.periods import not_over, over
from core.refusals import Refusal
from instructors.models import Assignment, Instructor, Visit
from instructors.queries import loads
from orgs.facts import refresh
from orgs.models import Organization, PartyOrganization
from orgs.services.locking import locked

EDITABLE = frozenset({"name", "user", "source", "home_unit", "paid_by", "full_time", "phone", "sent_by", "since"})


class NotServing(Refusal):
    """An instructor whose service ended looks after nobody."""


class NotAssigned(Refusal):
    """A visit is logged by the instructor who was assigned on that day."""


class AlreadyEnded(Refusal):
    """What ended cannot be ended again."""


@dataclass(frozen=True)
class Assigned:
    """An assignment that began, with what the clerk should know about it."""

    assignment: Assignment
    warnings: tuple[str, ...] = ()


@transaction.atomic
def select(
    *, by: User | None, sent_by: PartyOrganization, values: Mapping[str, Any], since: date, reason: str = ""
) -> Instructor:
    """Select an instructor; pay stays with the home unit."""
    instructor = Instructor(**{**values, "sent_by": sent_by, "since": since})
    writing.add(by=by, record=instructor, action="instructors.select", path=sent_by.path, reason=reason)
    return instructor


@transaction.atomic
def change(
    *, by: User | None, instructor: Instructor, values: Mapping[str, Any], on: date, reason: str = ""
) -> Instructor:
    """Change what is registered of an instructor; the organizations' facts hold the name."""
    if unknown := set(values) - EDITABLE:
        raise TypeError(f"not changed this way: {', '.join(sorted(unknown))}")
    row = _serving_all(instructor, on)
    writing.change(by=by, record=row, values=values, action="instructors.change", path=row.sent_by.path, reason=reason)
    _refresh(row, on)
    return row


@transaction.atomic
def end_service(*, by: User | None, instructor: Instructor, until: date, on: date, reason: str = "") -> Instructor:
    """End an instructor's service and all assignments with it."""
    row = _serving_all(instructor, on)
    for assignment in row.assignments.filter(not_over(until)).select_related("organization__managed_by"):
        set_end(by=by, assignment=assignment, until=max(until, assignment.since), reason=reason, on=on)
    path = row.sent_by.path
    writing.change(by=by, record=row, values={"until": until}, action="instructors.end", path=path, reason=reason)
    _refresh(row, on)
    return row


@transaction.atomic
def assign(
    *,
    by: User | None,
    instructor: Instructor,
    organization: Organization,
    since: date,
    on: date,
    tasks: str = "",
    reason: str = "",
) -> Assigned:
    """Let an instructor look after an organization from a day on; warns above the usual number."""
    hold(Organization, [organization.pk])
    row = _serving(instructor, on)
    assignment = Assignment(instructor=row, organization=organization, since=since, tasks=tasks)
    path = organization.managed_by.path
    writing.add(by=by, record=assignment, action="instructors.assign", path=path, reason=reason)
    refresh([organization.pk], on=on)
    units, most = loads([row.pk], on=on).get(row.pk, 0), int(values_on(on)["instructor.max_units"])
    warning = (f"{row.name}现派驻 {units} 家，超过每名指导员 {most} 家的上限",) if units > most else ()
    return Assigned(assignment, warning)


@transaction.atomic
def end_assignment(*, by: User | None, assignment: Assignment, until: date, on: date, reason: str = "") -> Assignment:
    """End an assignment on a day."""
    row: Assignment = locked(assignment, "organization__managed_by")
    if over(row, on):
        raise AlreadyEnded(f"这项派驻已于 {row.until} 终止")
    set_end(by=by, assignment=row, until=until, reason=reason, on=on)
    refresh([row.organization_id], on=on)
    return row


@transaction.atomic
def log_visit(
    *,
    by: User | None,
    instructor: Instructor,
    organization: Organization,
    visited_on: date,
    done: str,
    on: date,
    result: str = "",
) -> Visit:
    """Enter a visit: dated evidence of work (R4). The instructor was assigned to the organization on that day."""
    require_past(Visit, {"visited_on": visited_on}, on=on)
    if not instructor.assignments.on(visited_on).filter(organization=organization).exists():
        raise NotAssigned(f"{instructor.name}在 {visited_on} 没有派驻“{organization}”，请核对走访日期")
    visit = Visit(instructor=instructor, organization=organization, visited_on=visited_on, done=done, result=result)
    writing.add(by=by, record=visit, action="instructors.visit", path=organization.managed_by.path)
    refresh([organization.pk], on=on)
    return visit


def _serving(instructor: Instructor, on: date) -> Instructor:
    """The record as it is, locked; refused when the service ended."""
    row = Instructor.objects.select_for_update(of=["self"], no_key=True).select_related("sent_by").get(pk=instructor.pk)
    if over(row, on):
        raise NotServing(f"{row.name}已于 {row.until} 终止指导员工作")
    return row


def _serving_all(instructor: Instructor, on: date) -> Instructor:
    """The same for what touches all organizations that the instructor looks after: they are locked before (`core.locks`)."""
    held = {*_looked_after(instructor)}
    hold(Organization, held)
    row = _serving(instructor, on)
    if held != {*_looked_after(instructor)}:
        raise Refusal(f"刚才有人调整了{row.name}的派驻，您的操作没有保存；请重新打开后再办理")
    return row


def set_end(*, by: User | None, assignment: Assignment, until: date | None, reason: str, on: date) -> None:
    """Write the end of an assignment, or that it goes on, with its entry. Facts are the caller's."""
    writing.change(
        by=by,
        record=assignment,
        values={"until": until},
        action="instructors.end_assignment" if until else "instructors.reopen_assignment",
        path=assignment.organization.managed_by.path,
        reason=reason,
        on=on,
    )


def _refresh(instructor: Instructor, on: date) -> None:
    refresh(_looked_after(instructor), on=on)


def _looked_after(instructor: Instructor) -> list[int]:
    return list(instructor.assignments.values_list("organization", flat=True))
