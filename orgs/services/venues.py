"""活动场所 and 党群服务中心: open, change, close, and who meets there (Opinion 三-3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeVar

from django.db import models, transaction

from core.locks import between_turns
from core.periods import not_over
from core.services import RowServices
from orgs.facts import refresh
from orgs.models import Coverage, Venue, VenueUse

Row = TypeVar("Row", bound=models.Model)


class _Rooms(RowServices[Row]):
    """Before a venue and its uses: the organizations of those who meet there are touched."""

    def hold(self, rows: Collection[Row]) -> None:
        """A turn beside others."""
        between_turns()


class Venues(_Rooms[Venue]):
    """Venues, under the Party organization that looks after them."""

    def follow(self, row: Venue, on: date) -> None:
        """The units of whoever looks after it, or meets there."""
        using = row.uses.filter(not_over(on)).values_list("party_organization", flat=True)
        _touch([row.managed_by_id, *using], on)

    @transaction.atomic
    def end(self, *, row: Venue, day: date | None, on: date, **trail: Any) -> Venue:
        """Those who meet there lose it on that day, and nobody begins to meet there later."""
        uses = list(self.opened(row, on).uses.filter(not_over(on)).select_related("party_organization"))
        closed = super().end(row=row, day=day, on=on, **trail)
        for use in uses:
            use.end(until=max(day or on, use.since), action="venues.stop", on=on, **trail)
        _touch([use.party_organization_id for use in uses], on)
        return closed


class VenueUses(_Rooms[VenueUse]):
    """Which Party organization meets where."""

    def follow(self, row: VenueUse, on: date) -> None:
        """The units of whoever meets there."""
        _touch([row.party_organization_id], on)

    @transaction.atomic
    def add(self, *, on: date, **values: Any) -> VenueUse:
        """A closed venue takes nobody in."""
        return super().add(on=on, **values | {"venue": venues.opened(values["venue"], on)})


venues = Venues(
    Venue,
    add=("venues.open", "设立阵地"),
    change=("venues.change", "修改阵地"),
    end=("venues.close", "停用阵地"),
    ends_with="closed_on",
)
uses = VenueUses(VenueUse, add=("venues.use", "使用阵地"), end=("venues.stop", "终止使用阵地"))


def _touch(party_ids: Iterable[int], on: date) -> None:
    """The organizations covered by Party organizations whose venues changed."""
    covered = Coverage.objects.filter(not_over(on), party_organization__in={*party_ids})
    refresh(set(covered.values_list("organization_id", flat=True)), on=on)
