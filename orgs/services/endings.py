"""How a Party organization ends: merged into another one, which takes over everything, or dissolved when nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from core import writing
from core.days import require_past
from core.locks import derived_once, hold, one_at_a_time
from core.periods import not_over
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.handover import Handover, party_dependants
from orgs.models import (
    Appointment,
    Coverage,
    FormerManagement,
    Liaison,
    Organization,
    PartyOrganization,
    Venue,
    VenueUse,
)
from orgs.services import party
from orgs.services.coverage import end_rows, hand_over_rows

COVERAGES = "覆盖关系"


@transaction.atomic
@derived_once()
def merge(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    into: PartyOrganization,
    on: date,
    reason: str,
    dissolved_on: date | None = None,
) -> PartyOrganization:
    """Merge into another Party organization from a day on (`dissolved_on`, else today), which takes over children,
    coverages, members, management and venues: what holds, what ends later and what begins later.

    Appointments end: who may do what at the larger one is for the security administrator to say.
    """
    since = _day_of_end(dissolved_on, on)
    one_at_a_time()
    locked = party.lock_tree(party_organization.pk, into.pk)
    source, target = locked[party_organization.pk], locked[into.pk]
    _require_mergeable(source, target)
    touched = {*source.organizations.values_list("pk", flat=True), *_covered(source, target, on=on)}
    hold(Organization, touched)
    _require_one_single(source, target, on)
    children = list(source.children.standing())
    if children:
        party.require_place(target)
    for child in children:
        begins = max(since, child.parent_since or since)
        party.move(by=by, party_organization=child, to=target, since=begins, on=on, reason=reason)
    covered = list(source.coverages.filter(not_over(on)))
    hand_over_rows(by=by, coverages=covered, to=target, since=since, reason=reason)
    trail: dict[str, Any] = {"by": by, "reason": reason, "on": on}
    _hand_over_management(source, target, since, trail)
    for dependant in party_dependants:
        dependant.move(Handover(by, source.pk, target.pk, since, on, reason))
    _hand_over_uses(source, target, since, trail)
    _hand_over_venues_and_liaisons(source, target, trail)
    _end_appointments(source, trail)
    _end(source, since, trail, action="party.merge", into=target)
    refresh(touched, on=on, nodes=[source.pk, target.pk])
    return source


@transaction.atomic
def dissolve(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    on: date,
    reason: str,
    end_coverages: bool = False,
    dissolved_on: date | None = None,
) -> PartyOrganization:
    """Dissolve a Party organization on which nothing hangs any more, on a day (`dissolved_on`, else today).

    `end_coverages` ends its coverages first, those that end or begin later too. Appointments and the use of rooms end; the
    one above takes over its venues and liaisons.
    """
    day = _day_of_end(dissolved_on, on)
    one_at_a_time()
    node = party.lock_tree(party_organization.pk)[party_organization.pk]
    if node.dissolved_on:
        raise Refusal(f"“{node}”已于 {node.dissolved_on} 撤销")
    if node.parent is None:
        raise Refusal(f"“{node}”是最上级党组织，不能撤销")
    for name, count, unit, first in _hanging(node, on):
        if count and first and not (end_coverages and name == COVERAGES):
            raise Refusal(f"“{node}”还有{name} {count:,} {unit}，请先{first}")
    covered = list(node.coverages.filter(not_over(on)))
    hold(Organization, [coverage.organization_id for coverage in covered])
    end_rows(by=by, coverages=covered, until=day, reason=reason)
    trail: dict[str, Any] = {"by": by, "reason": reason, "on": on}
    for dependant in party_dependants:
        if dependant.dissolve:
            dependant.dissolve(Handover(by, node.pk, node.parent.pk, day, on, reason))
    _end_appointments(node, trail)
    for use in node.venue_uses.filter(not_over(on)):
        use.end(until=max(day, use.since), action="venues.stop", **trail)
    _hand_over_venues_and_liaisons(node, node.parent, trail)
    _end(node, day, trail, action="party.dissolve", into=None)
    refresh([coverage.organization_id for coverage in covered], on=on, nodes=[node.pk])
    return node


def hanging_on(node: PartyOrganization, *, on: date) -> list[str]:
    """What hangs on a Party organization, each with its number: said before it ends."""
    return [f"{name} {count:,} {unit}" for name, count, unit, _ in _hanging(node, on) if count]


def _hanging(node: PartyOrganization, on: date) -> Iterator[tuple[str, int, str, str]]:
    """The same with what has to be done before it can be dissolved; empty where it goes on by itself."""
    held = not_over(on)
    yield "下级党组织", node.children.standing().count(), "个", "移走、合并或撤销"
    yield "管理的两新组织", node.organizations.count(), "家", "移交管理关系"
    yield "管理权限", node.jurisdictions.count(), "项", "改由其他党组织管理"
    for one in party_dependants:
        yield one.name, one.count(node.pk, on), one.unit, "" if one.dissolve else "转走"
    yield COVERAGES, node.coverages.filter(held).count(), "条", "终止或移交"
    yield "管理的场所", node.venues.filter(closed_on=None).count(), "处", ""
    yield "使用的场所", node.venue_uses.filter(held).count(), "处", ""
    yield "联络员", Liaison.objects.filter(held, appointed_by=node).count(), "名", ""
    yield "用户授权", Appointment.objects.filter(held, node=node).count(), "项", ""


def _day_of_end(dissolved_on: date | None, on: date) -> date:
    """The day given, refused when it lies ahead: a Party organization ends today or has ended."""
    require_past(PartyOrganization, {"dissolved_on": dissolved_on}, on=on)
    return dissolved_on or on


def _require_mergeable(source: PartyOrganization, target: PartyOrganization) -> None:
    if source.dissolved_on or target.dissolved_on:
        gone = source if source.dissolved_on else target
        raise Refusal(f"“{gone}”已于 {gone.dissolved_on} 撤销，不能合并")
    if target.path.startswith(source.path):
        raise Refusal(f"“{source}”不能并入自己或自己的下级“{target}”；可以先把“{target}”移到别处")
    if not target.manages and (source.organizations.exists() or source.jurisdictions.exists()):
        raise Refusal(f"“{source}”管理着两新组织，“{target}”是{target.get_kind_display()}，不能接管；请选择委员会")


def _require_one_single(source: PartyOrganization, target: PartyOrganization, on: date) -> None:
    single = Coverage.objects.filter(not_over(on), form=Coverage.Form.SINGLE, party_organization__in=(source, target))
    if len(set(single.values_list("organization", flat=True))) > 1:
        raise Refusal(
            f"“{source}”和“{target}”分别由一家单位单独组建，合并后是联合组建：请先把覆盖形式改为联合组建，再合并"
        )


def _covered(source: PartyOrganization, target: PartyOrganization, *, on: date) -> QuerySet[Coverage, int]:
    """Whom the source covers, and whom the target does, where that gets rooms with the merge."""
    rooms = source.venues.exists() or source.venue_uses.exists()
    rows = Coverage.objects.filter(not_over(on), party_organization__in=[source, target] if rooms else [source])
    return rows.values_list("organization", flat=True)


def _hand_over_management(
    source: PartyOrganization, target: PartyOrganization, since: date, trail: dict[str, Any]
) -> None:
    """The one that takes over manages from the day on; what came to the source later came to the other at once."""
    managed = Organization.objects.filter(managed_by=source)
    begun = managed.filter(managed_since__lt=since)
    FormerManagement.objects.bulk_create(
        [
            FormerManagement(organization_id=pk, committee=source, since=from_day, until=since)
            for pk, from_day in begun.values_list("pk", "managed_since")
        ]
    )
    writing.change_many(begun, {"managed_by": target, "managed_since": since}, action="organizations.manager", **trail)
    writing.change_many(managed, {"managed_by": target}, action="organizations.manager", **trail)
    jurisdictions = source.jurisdictions.select_related("committee", "region")
    writing.change_many(jurisdictions, {"committee": target}, action="jurisdictions.change", **trail)


def _hand_over_venues_and_liaisons(source: PartyOrganization, target: PartyOrganization, trail: dict[str, Any]) -> None:
    owned = Venue.objects.filter(managed_by=source)
    writing.change_many(owned, {"managed_by": target}, action="venues.change", **trail)
    named = Liaison.objects.filter(not_over(trail["on"]), appointed_by=source)
    writing.change_many(named, {"appointed_by": target}, action="liaisons.change", **trail)


def _hand_over_uses(source: PartyOrganization, target: PartyOrganization, since: date, trail: dict[str, Any]) -> None:
    """Where it meets: where the other meets as long anyhow, the use ends."""
    for use in source.venue_uses.filter(not_over(trail["on"])):
        begins = max(since, use.since)
        same = list(target.venue_uses.filter(not_over(trail["on"]), venue=use.venue_id))
        if any(kept.since <= begins and _lasts_as_long(kept, use) for kept in same):
            use.end(until=begins, action="venues.stop", **trail)
            continue
        for kept in same:
            if kept.until is None and use.until is None:  # it begins later than what is taken over
                kept.end(until=kept.since, action="venues.stop", **trail)
        writing.change(record=use, values={"party_organization": target}, action="venues.use", **trail)


def _lasts_as_long(kept: VenueUse, use: VenueUse) -> bool:
    return kept.until is None or (use.until is not None and use.until <= kept.until)


def _end_appointments(node: PartyOrganization, trail: dict[str, Any]) -> None:
    """Today, whenever the node ended: until now they gave rights, and nobody says otherwise of a past day. Those that begin
    later never begin. A root stays, so that no administrator's duty ends here."""
    for row in Appointment.objects.filter(not_over(trail["on"]), node=node).select_related("user", "node"):
        row.end(until=max(trail["on"], row.since), action="appointments.end", **trail)


def _end(
    node: PartyOrganization, day: date, trail: dict[str, Any], *, action: str, into: PartyOrganization | None
) -> None:
    writing.change(record=node, values={"dissolved_on": day, "merged_into": into}, action=action, **trail)
