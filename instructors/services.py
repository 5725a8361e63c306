"""Writing instructors' work: select, assign, end, log a visit (Opinion 二-1). Facts follow in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core.days import require_past
from core.locks import hold
from core.models import AuditEntry
from core.parameters import values_on
from core.periods import not_over, over
from core.plain import from_plain
from core.refusals import Refusal
from instructors.models import Assignment, Instructor, Visit
from instructors.queries import loads
from orgs.facts import refresh
from orgs.handover import Handover
from orgs.models import Organization
from orgs.services.duplicates import SAME_ORGANIZATION
from orgs.services.tables import OrganizationRows, PartyRows

END, REOPEN = "instructors.end_assignment", "instructors.reopen_assignment"


class Instructors(PartyRows[Instructor]):
    """Instructors; pay stays with the home unit. The facts of the organizations that they look after hold their names."""

    def hold(self, rows: Collection[Instructor]) -> None:
        """All organizations that they look after."""
        hold(Organization, _looked_after(rows))

    def locked(self, row: Instructor) -> Instructor:
        """Refused where somebody assigned or ended meanwhile."""
        held = _looked_after([row])
        found = super().locked(row)
        if held != _looked_after([row]):
            raise Refusal(f"刚才有人调整了{found.name}的派驻，您的操作没有保存；请重新打开后再办理")
        return found

    def follow(self, row: Instructor, on: date) -> None:
        """The organizations that the instructor looks after, too."""
        refresh(_looked_after([row]), on=on, nodes=[row.sent_by_id])

    @transaction.atomic
    def end(self, *, row: Instructor, day: date | None, on: date, **trail: Any) -> Instructor:
        found = self.opened(row, on)
        ending = found.assignments.filter(not_over(day)) if day else found.assignments.none()
        for assignment in ending.select_related("organization__managed_by"):
            assignment.end(until=max(day or on, assignment.since), action=END, on=on, **trail)
        return super().end(row=row, day=day, on=on, **trail)


class Assignments(OrganizationRows[Assignment]):
    """Who looks after which organization. What was assigned does not change: it ends, and another assignment begins."""

    @transaction.atomic
    def add(self, *, on: date, **values: Any) -> Assignment:
        """An instructor whose service ended looks after nobody."""
        hold(Organization, [values["organization"].pk])
        serving = instructors.require_open(instructors.lock(values["instructor"]), on)
        return super().add(on=on, **values | {"instructor": serving})

    def move(self, handover: Handover) -> list[int]:
        """All of them; one of an instructor who has one there already ends, when that one holds."""
        there = Assignment.objects.filter(not_over(handover.on), organization=handover.target_id).order_by("-since")
        begins = dict(there.values_list("instructor", "since"))  # of several the first one
        rows = Assignment.objects.filter(organization=handover.source_id)
        doubled = rows.filter(not_over(handover.on), instructor__in=begins).select_related("organization__managed_by")
        trail: Any = {"by": handover.by, "reason": SAME_ORGANIZATION, "on": handover.on}
        for row in doubled:
            until = max(handover.since, row.since, begins[row.instructor_id])
            if not over(row, until):
                row.end(until=until, action=END, **trail)
        return super().move(handover)

    def give_back(self, handover: Handover, ids: list[int]) -> None:
        """Those that are still there; what the merge ended has the end that it had before, or that of the instructor's
        service where that ended meanwhile."""
        super().give_back(handover, ids)
        ended = AuditEntry.objects.filter(
            model="instructors.assignment", object_id__in=map(str, ids), reason=SAME_ORGANIZATION
        )
        before = {int(entry.object_id): entry.changes["until"][0] for entry in ended.order_by("pk")}
        rows = Assignment.objects.filter(pk__in=before, organization=handover.target_id)
        for row in rows.select_related("organization__managed_by", "instructor"):
            until = from_plain(Assignment, {"until": before[row.pk]})["until"]
            if row.instructor.until and (until is None or until > row.instructor.until):
                until = max(row.instructor.until, row.since)
            trail: Any = {"by": handover.by, "until": until, "on": handover.on, "reason": handover.reason}
            row.end(action=END, **trail) if until else row.reopen(action=REOPEN, **trail)


instructors = Instructors(
    Instructor,
    add=("instructors.select", "选派指导员"),
    change=("instructors.change", "修改指导员信息"),
    end=("instructors.end", "终止指导员工作"),
    holder="sent_by",
    unit="名",
)
assignments = Assignments(
    Assignment, add=("instructors.assign", "派驻指导员"), end=(END, "终止派驻"), moved_as="assignments"
)
visits = OrganizationRows(Visit, add=("instructors.visit", "登记走访"), moved_as="visits")


def load_warning(*, instructor: Instructor, on: date) -> str:
    """What to know of somebody who looks after more than the usual number of organizations; empty of others."""
    units, most = loads([instructor.pk], on=on).get(instructor.pk, 0), int(values_on(on)["instructor.max_units"])
    return f"{instructor.name}现派驻 {units} 家，超过每名指导员 {most} 家的上限" if units > most else ""


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
    """Enter a visit: dated evidence of work (R4). The instructor was assigned to the organization on that day; whoever enters
    it for him is named with it."""
    require_past(Visit, {"visited_on": visited_on}, on=on)
    if not instructor.assignments.on(visited_on).filter(organization=organization).exists():
        raise Refusal(f"{instructor.name}在 {visited_on} 没有派驻“{organization}”，请核对走访日期")
    visit: Any = {"by": by, "instructor": instructor, "organization": organization, "on": on}
    if by and by.pk != instructor.user_id:
        visit["entered_by"] = by
    return visits.add(visited_on=visited_on, done=done, result=result, **visit)


def _looked_after(rows: Collection[Instructor]) -> set[int]:
    known = [row.pk for row in rows if row.pk]
    return set(Assignment.objects.filter(instructor__in=known).values_list("organization", flat=True))
