"""活动场所 and 党群服务中心: open, change, close, and who meets there (Opinion 三-3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from core.locks import between_turns
from core.periods import not_over, over
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Coverage, PartyOrganization, Venue, VenueUse


@transaction.atomic
def open_venue(*, by: User | None, managed_by: PartyOrganization, on: date, **values: Any) -> Venue:
    """Enter a venue under the Party organization that looks after it."""
    venue = Venue(managed_by=managed_by, **values)
    writing.add(by=by, record=venue, action="venues.open", path=managed_by.path, on=on)
    _touch([managed_by.pk], on)
    return venue


@transaction.atomic
def change_venue(*, by: User | None, venue: Venue, values: Mapping[str, Any], on: date) -> Venue:
    """Change what is known of a venue."""
    row = _open(venue)
    looking_after = row.managed_by_id
    writing.change(by=by, record=row, values=values, action="venues.change", path=row.managed_by.path, on=on)
    using = row.uses.filter(not_over(on)).values_list("party_organization", flat=True)
    _touch([looking_after, row.managed_by_id, *using], on)
    return row


@transaction.atomic
def close_venue(*, by: User | None, venue: Venue, closed_on: date, on: date, reason: str = "") -> Venue:
    """Close a venue; those who meet there lose it on that day, and nobody begins to meet there later."""
    row = _open(venue)
    uses = list(row.uses.filter(not_over(on)).select_related("party_organization"))
    writing.change(
        by=by, record=row, values={"closed_on": closed_on}, action="venues.close", path=row.managed_by.path,
        reason=reason, on=on,
    )  # fmt: skip
    for use in uses:
        values, path = {"until": max(closed_on, use.since)}, use.party_organization.path
        writing.change(by=by, record=use, values=values, action="venues.stop", path=path, reason=reason, on=on)
    _touch([row.managed_by_id, *(use.party_organization_id for use in uses)], on)
    return row


@transaction.atomic
def use_venue(
    *, by: User | None, venue: Venue, party_organization: PartyOrganization, since: date, on: date
) -> VenueUse:
    """Enter that a Party organization meets at a venue."""
    use = VenueUse(venue=_open(venue), party_organization=party_organization, since=since)
    writing.add(by=by, record=use, action="venues.use", path=party_organization.path, on=on)
    _touch([party_organization.pk], on)
    return use


@transaction.atomic
def stop_using(*, by: User | None, use: VenueUse, until: date, on: date) -> VenueUse:
    """Enter that it meets there no longer."""
    between_turns()
    row = (
        VenueUse.objects.select_for_update(of=["self"], no_key=True).select_related("party_organization").get(pk=use.pk)
    )
    if over(row, on):
        raise Refusal(f"“{row}”已于 {row.until} 终止")
    path = row.party_organization.path
    writing.change(by=by, record=row, values={"until": until}, action="venues.stop", path=path, on=on)
    _touch([row.party_organization_id], on)
    return row


def _open(venue: Venue) -> Venue:
    between_turns()  # before the venue: the organizations of those who meet there are touched
    row = Venue.objects.select_for_update(of=["self"], no_key=True).select_related("managed_by").get(pk=venue.pk)
    if row.closed_on:
        raise Refusal(f"“{row}”已于 {row.closed_on} 停用")
    return row


def _touch(party_ids: list[int], on: date) -> None:
    """The organizations covered by Party organizations whose venues changed."""
    covered = Coverage.objects.filter(not_over(on), party_organization__in=party_ids)
    refresh(set(covered.values_list("organization_id", flat=True)), on=on)
