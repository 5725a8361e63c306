"""示范点: cultivated, named from above, looked at anew in time, withdrawn; whom it is paired with (rules §15)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core.days import require_past
from core.parameters import values_on
from core.periods import not_over
from core.refusals import Refusal
from core.services import RowServices
from evaluations.models import Pair, Site, SiteVisit
from members.rules.persons import years_after
from members.services.separation import refuse_same, require_seat
from orgs.facts import refresh
from orgs.services.tables import PartyRows

GIVEN = ("named_on", "rechecked_on")  # each by somebody above, for so many years
NAMING = (*GIVEN, "document", "expires_on", "recheck")
ABOVE = (*NAMING, "name", "level", "withdrawn_why")  # what is said of one that is named


class Sites(PartyRows[Site]):
    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> Site:
        return super().add(by=by, on=on, reason=reason, **self._given(by, Site(**values), values, on))

    @transaction.atomic
    def change(self, *, by: User | None, row: Site, on: date, reason: str = "", **values: Any) -> Site:
        return super().change(by=by, row=row, on=on, reason=reason, **self._given(by, row, values, on))

    def _given(self, by: User | None, row: Site, values: dict[str, Any], on: date) -> dict[str, Any]:
        """What naming and looking anew ask for: somebody who decides, and serves not there, as for whatever is said of one that is
        named; from that day it holds for so many years unless another end is said."""
        require_past(Site, values, on=on)
        known = Site.objects.filter(pk=row.pk).first()
        changed = {name for name in ABOVE if name in values and values[name] != getattr(known, name, None)}
        if changed and (values.get("named_on") or (known and known.named_on)):
            _require_above(by, row, on)
        if not (new := [name for name in GIVEN if name in changed and values[name]]):
            return values
        kept = known and known.expires_on
        if values.get("expires_on", kept) == kept:
            values = values | {"expires_on": years_after(values[new[-1]], int(values_on(on)["five.site_years"]))}
        return values

    @transaction.atomic
    def end(self, *, row: Site, day: date | None, on: date, **trail: Any) -> Site:
        """It is paired with nobody from then on. What was named is withdrawn from above."""
        if row.named_on:
            _require_above(trail.get("by"), row, on)
        ended = super().end(row=row, day=day, on=on, **trail)
        for pair in ended.pairs.filter(not_over(on)).order_by("pk"):
            pair.end(until=max(day or on, pair.since), action=pairs.ending, on=on, **trail)
        return ended


def _require_above(by: User | None, row: Site, on: date) -> None:
    if by:
        require_seat(by, P.EVALUATIONS_DECIDE, row.party_organization, on=on)
        refuse_same(by, act="命名、复核、撤销", earlier=[], of=row.party_organization)


class SiteVisits(RowServices[SiteVisit]):
    def follow(self, row: SiteVisit, on: date) -> None:
        refresh((), on=on, nodes=[row.site.party_organization_id])


class Pairs(PartyRows[Pair]):
    def follow(self, row: Pair, on: date) -> None:
        """Figures tell of the 示范点 whether it is paired."""
        refresh((), on=on, nodes=[row.party_organization_id, row.site.party_organization_id])

    @transaction.atomic
    def add(self, *, on: date, **values: Any) -> Pair:
        site: Site = values["site"]
        if values["party_organization"].pk == site.party_organization_id:
            raise Refusal("示范点不能与自己结对，请另选党组织")
        if site.withdrawn_on or site.named_on is None:
            raise Refusal(f"“{site}”{'已撤销' if site.withdrawn_on else '还没有命名'}，不能结对")
        return super().add(on=on, **values)


sites = Sites(Site, unit="个", ends_with="withdrawn_on")
site_visits = SiteVisits(SiteVisit)
pairs = Pairs(Pair, unit="对")
