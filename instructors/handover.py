"""How instructors' work is handed over when two records of one organization, or Party organizations, become one."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from core.models import AuditEntry
from instructors import services
from instructors.models import Assignment, Instructor, Visit
from orgs.handover import Dependant, Handover, organization_dependants, party_dependants
from orgs.services.duplicates import SAME_ORGANIZATION


def open_assignments(organization_id: int) -> int:
    """Assignments that have not ended."""
    return Assignment.objects.filter(organization=organization_id, until=None).count()


def move_assignments(handover: Handover) -> list[int]:
    """All of them; an open one of an instructor who has an open one there already ends."""
    there = Assignment.objects.filter(organization=handover.target_id, until=None, instructor=OuterRef("instructor"))
    rows = Assignment.objects.filter(organization=handover.source_id)
    for row in rows.filter(Exists(there), until=None).select_related("organization__managed_by"):
        services.set_end(by=handover.by, assignment=row, until=max(handover.on, row.since), reason=SAME_ORGANIZATION)
    return _move(Assignment, handover, sorted(rows.values_list("pk", flat=True)))


def visits(organization_id: int) -> int:
    """Visits paid."""
    return Visit.objects.filter(organization=organization_id).count()


def move_visits(handover: Handover) -> list[int]:
    """All visits."""
    ids = Visit.objects.filter(organization=handover.source_id).values_list("pk", flat=True)
    return _move(Visit, handover, sorted(ids))


def sent_instructors(party_organization_id: int) -> int:
    """Instructors whom a committee sent and who still work."""
    return Instructor.objects.filter(sent_by=party_organization_id, until=None).count()


def move_instructors(handover: Handover) -> list[int]:
    """The committee that takes over is from now on the one that sent them."""
    rows = Instructor.objects.filter(sent_by=handover.source_id)
    ids = sorted(rows.values_list("pk", flat=True))
    rows.update(sent_by=handover.target_id)
    return ids


def _move(model: type[Assignment] | type[Visit], handover: Handover, ids: list[int]) -> list[int]:
    model._default_manager.filter(pk__in=ids, organization=handover.source_id).update(organization=handover.target_id)
    return ids


def give_back_assignments(handover: Handover, ids: list[int]) -> None:
    """Undo `move_assignments` for those that are still there; what the merge ended is open again."""
    _move(Assignment, handover, ids)
    ended = AuditEntry.objects.filter(
        model="instructors.assignment", object_id__in=map(str, ids), reason=SAME_ORGANIZATION
    )
    rows = Assignment.objects.filter(pk__in=[int(key) for key in ended.values_list("object_id", flat=True)])
    for row in rows.filter(organization=handover.target_id).select_related("organization__managed_by"):
        services.set_end(by=handover.by, assignment=row, until=None, reason=handover.reason)


def give_back_visits(handover: Handover, ids: list[int]) -> None:
    """Undo `move_visits`."""
    _move(Visit, handover, ids)


party_dependants.add(Dependant("instructors", "指导员", "名", sent_instructors, move_instructors))
organization_dependants.add(
    Dependant("assignments", "派驻", "条", open_assignments, move_assignments, give_back_assignments),
    Dependant("visits", "走访", "次", visits, move_visits, give_back_visits),
)
