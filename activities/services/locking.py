"""Before a record or a duty is written its branch is locked (`core.locks`): whoever writes for the same branch waits."""

from __future__ import annotations

from collections.abc import Iterable

from activities.models import ActivityRecord, Attendance
from core.locks import hold
from orgs.models import PartyOrganization


def hold_branches(ids: Iterable[int]) -> None:
    hold(PartyOrganization, ids)


def touched(record: ActivityRecord) -> set[int]:
    """The Party organizations whose figures read a record: its branch, and wherever those who came have gone since."""
    came = Attendance.objects.filter(record=record).order_by()
    return {record.party_organization_id, *came.values_list("member__party_organization", flat=True).distinct()}


def locked(record: ActivityRecord) -> ActivityRecord:
    """The record as it is, locked."""
    hold_branches([record.party_organization_id])
    return ActivityRecord.objects.select_related("party_organization").get(pk=record.pk)
