"""How instructors' work is handed over when two records of one organization, or Party organizations, become one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from core import writing
from core.models import AuditEntry
from core.periods import not_over, over
from core.plain import from_plain
from instructors import services
from instructors.models import Assignment, Instructor, Visit
from orgs.handover import Dependant, Handover, organization_dependants, party_dependants
from orgs.services.duplicates import SAME_ORGANIZATION


def open_assignments(organization_id: int, on: date) -> int:
    """Assignments that have not ended."""
    return Assignment.objects.filter(not_over(on), organization=organization_id).count()


def move_assignments(handover: Handover) -> list[int]:
    """All of them; one of an instructor who has one there already ends, when that one holds."""
    there = Assignment.objects.filter(not_over(handover.on), organization=handover.target_id).order_by("-since")
    begins = dict(
        there.values_list("instructor", "since")
    )  # the first one: a later row of the list replaces an earlier
    rows = Assignment.objects.filter(organization=handover.source_id)
    doubled = rows.filter(not_over(handover.on), instructor__in=begins).select_related("organization__managed_by")
    for row in doubled:
        until = max(handover.since, row.since, begins[row.instructor_id])
        if not over(row, until):
            services.set_end(by=handover.by, assignment=row, until=until, reason=SAME_ORGANIZATION, on=handover.on)
    return _move(Assignment, handover, sorted(rows.values_list("pk", flat=True)))


def visits(organization_id: int, on: date) -> int:
    """Visits paid."""
    return Visit.objects.filter(organization=organization_id).count()


def move_visits(handover: Handover) -> list[int]:
    """All visits."""
    ids = Visit.objects.filter(organization=handover.source_id).values_list("pk", flat=True)
    return _move(Visit, handover, sorted(ids))


def sent_instructors(party_organization_id: int, on: date) -> int:
    """Instructors whom a committee sent and who still work, or will."""
    return Instructor.objects.filter(not_over(on), sent_by=party_organization_id).count()


def move_instructors(handover: Handover) -> list[int]:
    """The committee that takes over is from now on the one that sent them."""
    rows = Instructor.objects.filter(sent_by=handover.source_id)
    return _change(handover, rows, {"sent_by_id": handover.target_id}, "instructors.hand_over")


def _move(model: type[Assignment] | type[Visit], handover: Handover, ids: list[int]) -> list[int]:
    rows = model._default_manager.filter(pk__in=ids, organization=handover.source_id)
    _change(handover, rows.select_related(), {"organization_id": handover.target_id}, "instructors.move_along")
    return ids


def _change(handover: Handover, rows: QuerySet, values: Mapping[str, Any], action: str) -> list[int]:
    return writing.change_many(rows, values, by=handover.by, action=action, reason=handover.reason, on=handover.on)


def give_back_assignments(handover: Handover, ids: list[int]) -> None:
    """Undo `move_assignments` for those that are still there; what the merge ended has the end that it had before, or that
    of the instructor's service where that ended meanwhile."""
    _move(Assignment, handover, ids)
    ended = AuditEntry.objects.filter(
        model="instructors.assignment", object_id__in=map(str, ids), reason=SAME_ORGANIZATION
    )
    before = {int(entry.object_id): entry.changes["until"][0] for entry in ended.order_by("pk")}
    rows = Assignment.objects.filter(pk__in=before, organization=handover.target_id)
    for row in rows.select_related("organization__managed_by", "instructor"):
        until = from_plain(Assignment, {"until": before[row.pk]})["until"]
        if row.instructor.until and (until is None or until > row.instructor.until):
            until = max(row.instructor.until, row.since)
        services.set_end(by=handover.by, assignment=row, until=until, reason=handover.reason, on=handover.on)


def give_back_visits(handover: Handover, ids: list[int]) -> None:
    """Undo `move_visits`."""
    _move(Visit, handover, ids)


party_dependants.add(Dependant("instructors", "指导员", "名", sent_instructors, move_instructors))
organization_dependants.add(
    Dependant("assignments", "派驻", "条", open_assignments, move_assignments, give_back_assignments),
    Dependant("visits", "走访", "次", visits, move_visits, give_back_visits),
)
