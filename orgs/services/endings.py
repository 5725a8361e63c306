"""How a Party organization ends: merged into another one, which takes over everything, or dissolved when nothing is left."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts.models import User
from core import audit, writing
from core.locks import hold, one_at_a_time
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.handover import Handover, party_dependants
from orgs.models import (
    Appointment,
    FormerManagement,
    Liaison,
    Organization,
    PartyOrganization,
    Venue,
    VenueUse,
)
from orgs.services import party
from orgs.services.coverage import end_rows, hand_over_rows


class AlreadyDissolved(Refusal):
    """The Party organization ended before."""


class RootStays(Refusal):
    """The root holds the administrators and everything else."""


class StillHasChildren(Refusal):
    """There are Party organizations below it."""


class StillCovers(Refusal):
    """It covers organizations."""


class StillHolds(Refusal):
    """Rows of the apps above hang on it: members and the like."""


class StillManagesOrganizations(Refusal):
    """Organizations are managed by it."""


class TargetCannotManage(Refusal):
    """Only a committee takes over organizations to manage."""


class MergeIntoItself(Refusal):
    """A Party organization is not merged into itself or into one below it."""


@transaction.atomic
def merge(
    *, by: User | None, party_organization: PartyOrganization, into: PartyOrganization, on: date, reason: str
) -> PartyOrganization:
    """Merge into another Party organization, which takes over children, coverages, members, management and venues.

    Appointments end: who may do what at the larger one is for the security administrator to say.
    """
    one_at_a_time()
    locked = party.lock_tree(party_organization.pk, into.pk)
    source, target = locked[party_organization.pk], locked[into.pk]
    _require_mergeable(source, target)
    covered_ids = source.coverages.filter(until=None).values_list("organization", flat=True)
    hold(Organization, [*covered_ids, *source.organizations.values_list("pk", flat=True)])
    children = list(source.children.all())
    if children:
        party.require_place(target)
    for child in children:
        if child.dissolved_on is None:
            party.move(by=by, party_organization=child, to=target, on=on, reason=reason)
    covered = list(source.coverages.filter(until=None))
    hand_over_rows(by=by, coverages=covered, to=target, on=on, reason=reason)
    managed = _hand_over_management(source, target, on)
    for dependant in party_dependants:
        dependant.move(Handover(by, source.pk, target.pk, on, reason))
    _hand_over_venues(source, target, on)
    Liaison.objects.filter(appointed_by=source, until=None).update(appointed_by=target)
    _end_appointments(by=by, node=source, on=on, reason=reason)
    _end(by=by, node=source, on=on, reason=reason, action="party.merge", into=target)
    refresh({row.organization_id for row in covered} | managed, on=on)
    return source


@transaction.atomic
def dissolve(
    *, by: User | None, party_organization: PartyOrganization, on: date, reason: str, end_coverages: bool = False
) -> PartyOrganization:
    """Dissolve a Party organization on which nothing hangs any more; `end_coverages` ends its coverages first."""
    one_at_a_time()
    node = party.lock_tree(party_organization.pk)[party_organization.pk]
    if node.dissolved_on:
        raise AlreadyDissolved(f"“{node}”已于 {node.dissolved_on} 撤销")
    if node.parent_id is None:
        raise RootStays(f"“{node}”是最上级党组织，不能撤销")
    if below := node.children.standing().count():
        raise StillHasChildren(f"“{node}”下面还有 {below} 个党组织,请先移走、合并或撤销")
    if managed := node.organizations.count():
        raise StillManagesOrganizations(f"“{node}”还管理着 {managed} 家两新组织,请先移交管理关系")
    for dependant in party_dependants:
        if held := dependant.count(node.pk):
            raise StillHolds(f"“{node}”还有{dependant.name} {held} {dependant.unit},请先转走")
    covered = list(node.coverages.filter(until=None))
    if covered and not end_coverages:
        raise StillCovers(f"“{node}”还覆盖着 {len(covered)} 家单位,请先终止或移交覆盖关系")
    hold(Organization, [coverage.organization_id for coverage in covered])
    end_rows(by=by, coverages=covered, on=on, reason=reason)
    _end_appointments(by=by, node=node, on=on, reason=reason)
    VenueUse.objects.filter(party_organization=node, until=None).update(until=on)
    _end(by=by, node=node, on=on, reason=reason, action="party.dissolve", into=None)
    refresh([coverage.organization_id for coverage in covered], on=on)
    return node


def _require_mergeable(source: PartyOrganization, target: PartyOrganization) -> None:
    if source.dissolved_on or target.dissolved_on:
        gone = source if source.dissolved_on else target
        raise AlreadyDissolved(f"“{gone}”已于 {gone.dissolved_on} 撤销,不能合并")
    if target.path.startswith(source.path):
        raise MergeIntoItself(f"“{source}”不能并入自己或自己的下级“{target}”;可以先把“{target}”移到别处")
    if not target.manages and (source.organizations.exists() or source.jurisdictions.exists()):
        raise TargetCannotManage(
            f"“{source}”管理着两新组织,“{target}”是{target.get_kind_display()},不能接管;请选择委员会"
        )


def _hand_over_management(source: PartyOrganization, target: PartyOrganization, on: date) -> set[int]:
    managed = list(source.organizations.values_list("pk", "managed_since"))
    FormerManagement.objects.bulk_create(
        [
            FormerManagement(organization_id=pk, committee=source, since=since, until=on)
            for pk, since in managed
            if since < on
        ]
    )
    Organization.objects.filter(managed_by=source).update(managed_by=target, managed_since=on, version=F("version") + 1)
    source.jurisdictions.update(committee=target)
    return {pk for pk, _ in managed}


def _hand_over_venues(source: PartyOrganization, target: PartyOrganization, on: date) -> None:
    Venue.objects.filter(managed_by=source).update(managed_by=target)
    used = VenueUse.objects.filter(party_organization=source, until=None)
    kept = VenueUse.objects.filter(party_organization=target, until=None, venue=OuterRef("venue"))
    used.filter(Exists(kept)).update(until=on)
    used.update(party_organization=target)


def _end_appointments(*, by: User | None, node: PartyOrganization, on: date, reason: str) -> None:
    """Those that begin later never begin. A root stays, so that no administrator's duty ends here."""
    for row in Appointment.objects.during(on, None).filter(node=node).select_related("user"):
        values = {"until": max(row.since, on)}
        writing.change(by=by, record=row, values=values, action="appointments.end", path=node.path, reason=reason)


def _end(
    *, by: User | None, node: PartyOrganization, on: date, reason: str, action: str, into: PartyOrganization | None
) -> None:
    values = {"dissolved_on": on, "merged_into": into}
    changes = writing.put(node, values)
    node.save(update_fields=list(values))
    audit.record(by=by, action=action, target=node, changes=changes, path=node.path, reason=reason)
