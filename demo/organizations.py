"""Draws organizations: who they are, where they stand, how large they were and are, what became of them."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from demo.invent import Inventor
from demo.kinds import CAPITALS, FORMER_UNITS, KINDS, Kind
from demo.ledger import Ledger
from demo.places import CITY, Ground, Place
from orgs.models import Headcount, Organization
from orgs.rules.setup import ASSOCIATION, DEFAULTS

if TYPE_CHECKING:
    from demo.branches import Branch
    from orgs.models import PartyOrganization, Zone

_SHARES = list(accumulate(kind.share for kind in KINDS))
# what became of those that do not work as usual, in percent of all
_ENDINGS = ((2.6, "STRUCK_OFF"), (0.7, "MOVED_OUT"), (2.4, "SUSPENDED"), (1.4, "SHELL"), (0.5, "PREPARING"))
_BUREAUS = {"31": "司法局", "51": "民政局", "52": "民政局", "53": "民政局"}


@dataclass(slots=True)
class Drawn:
    """An organization as the later steps need it: `size` and `status` are those of today."""

    pk: int
    kind: Kind
    name: str
    place: Place
    zone: Zone | None
    committee: PartyOrganization
    registered_on: date
    entered_on: date  # in the registry since
    legal: str
    size: int | None
    status: str
    status_on: date | None
    restructured: bool
    wanted: int = 0  # members, formal and probationary
    formal: int = 0
    form: str = ""
    covered_by: Branch | None = None
    covered_since: date | None = None

    @property
    def category(self) -> str:
        return self.kind.category

    @property
    def social(self) -> bool:
        return self.category.startswith("SO")

    @property
    def counted(self) -> bool:
        """Whether figures count it today."""
        return self.status == "NORMAL" and self.category != "X"

    @property
    def large(self) -> bool:
        """Whether its size alone asks for a Party organization."""
        return self.size is not None and self.size >= DEFAULTS.for_organization(self.category.strip("X"))

    @property
    def middle(self) -> bool:
        """Whether its size alone asks for a member."""
        return self.size is not None and self.size >= DEFAULTS.for_member(self.category.strip("X"))

    @property
    def should(self) -> bool:
        """Whether it should have a Party organization (rules §5)."""
        return self.counted and (self.large or self.formal >= DEFAULTS.formal_min or self.restructured)


class Organizations:
    """Draws organizations and enters them with their headcounts and endings into the ledger."""

    def __init__(self, invent: Inventor, ground: Ground, ledger: Ledger) -> None:
        self.invent, self.ground, self.ledger = invent, ground, ledger
        self._led: set[int] = set()  # chains that have a leading firm
        self._latest: dict[str, Drawn] = {}  # of each category

    def draw(self, pk: int) -> Drawn:
        """One organization, entered into the ledger."""
        drawn = self._drawn(pk, KINDS[bisect(_SHARES, self.invent.random() * _SHARES[-1])])
        # some that were entered by hand before they had a code came in again with the register: a clerk merges them
        twin = self._latest.get(drawn.category) if drawn.status == "PREPARING" and self.invent.chance(0.4) else None
        if twin:
            drawn.name, drawn.legal = twin.name, twin.legal
        elif drawn.status == "NORMAL":
            self._latest[drawn.category] = drawn
        self._enter(drawn)
        if drawn.status_on:
            on = max(drawn.status_on, drawn.entered_on)
            ended = {"status": drawn.status, "status_on": drawn.status_on}
            self.ledger.change(Organization, on, pk, touching=pk, **ended)
        return drawn

    def _drawn(self, pk: int, kind: Kind) -> Drawn:
        invent, ledger, place = self.invent, self.ledger, self.ground.place(self.invent)
        years = min(invent.expovariate(1 / (5 if kind.category == "E6" else 9)), 30)  # most are young, shops more so
        registered_on = ledger.ago(int(25 + years * 365))
        size = None if invent.chance(0.05) else max(1, round(kind.median * 2.718 ** (kind.spread * invent.gauss(0, 1))))
        status, status_on = self._ending(registered_on)
        authority = self._authority(kind, place)
        return Drawn(
            pk=pk,
            kind=kind,
            name=self._name(kind, place),
            place=place,
            zone=invent.choice(place.zones) if place.zones and invent.chance(kind.zoned) else None,
            committee=self.ground.by_authority[authority] if authority else place.committee,
            registered_on=registered_on,
            entered_on=max(registered_on + timedelta(days=20), ledger.start),
            legal=invent.person(),
            size=size,
            status=status,
            status_on=status_on,
            restructured=kind.category in ("E4", "E5") and (size or 0) >= 15 and invent.chance(0.035),
        )

    def _authority(self, kind: Kind, place: Place) -> str:
        """A social organization's authority: half the usual one, the others spread; some have none and go by territory."""
        if not kind.authorities or self.invent.chance(0.06):
            return ""
        first = kind.authorities[0] if self.invent.chance(0.5) else self.invent.choice(kind.authorities)
        return self.ground.authority(place, (first, *kind.authorities))

    def _ending(self, registered_on: date) -> tuple[str, date | None]:
        at = self.invent.random() * 100
        for share, status in _ENDINGS:
            if at < share:
                first, last = self.ledger.start - timedelta(days=200), self.ledger.ago(3)
                ended_on = self.invent.day(min(max(registered_on + timedelta(days=60), first), last), last)
                return status, registered_on if status == "PREPARING" else ended_on
            at -= share
        return "NORMAL", None

    def _name(self, kind: Kind, place: Place) -> str:
        trade, end = self.invent.choice(kind.trades)[1], self.invent.choice(kind.ends)
        if kind.category == "E6":
            return self.invent.name(place.name, trade, "")
        if kind.category in ("SO1", "SO3", "SO4", "SO5"):
            return self.invent.name(place.short if self.invent.chance(0.7) else CITY, trade, end)
        return self.invent.name(CITY[:-1], trade, end)

    def _enter(self, drawn: Drawn) -> None:
        invent, kind, place = self.invent, drawn.kind, drawn.place
        company_type, control = invent.choice(kind.types)
        in_scope, category = kind.category != "X", kind.category.strip("X")
        authority = self.ground.authority_of.get(drawn.committee.pk, "")
        preparing = drawn.status == "PREPARING"
        old = drawn.registered_on.year < 2015 and kind.prefix == "91" and not preparing
        undecided = not category and in_scope and invent.chance(0.4)
        self.ledger.add(
            Organization, drawn.entered_on, touching=drawn.pk, id=drawn.pk, name=drawn.name,
            credit_code=None if preparing else invent.credit_code(kind.prefix, place.district[:6]),
            no_code_reason="筹建中，尚未领取证照" if preparing else "", old_number=invent.old_number() if old else "",
            registrar=place.short + _BUREAUS.get(kind.prefix, "市场监督管理局"), registered_on=drawn.registered_on,
            company_type=company_type, control=control,
            industry=next((code for code, word in kind.trades if word in drawn.name), kind.trades[0][0]),
            capital=Decimal(invent.choice(CAPITALS[:6] if category == "E6" else CAPITALS)), currency="人民币",
            legal_representative=drawn.legal, contact_phone=invent.phone(), address=invent.address(CITY + place.name),
            authority=authority, inspected_on=self._inspected_on(drawn), category=category, hmt=control == "4",
            in_scope=in_scope, scope_note="" if in_scope else "国有（集体）控股企业",
            influential=drawn.large and invent.chance(0.06), chain_leader=self._leads(drawn),
            restructured_from=invent.choice(FORMER_UNITS) if drawn.restructured else "",
            restructured_on=drawn.registered_on if drawn.restructured else None, region_id=place.code,
            zone_id=drawn.zone.pk if drawn.zone else None, managed_by_id=drawn.committee.pk,
            managed_since=drawn.registered_on,
            managed_basis="UNDECIDED" if undecided else "INDUSTRY" if authority else "TERRITORY", **self._counts(drawn),
        )  # fmt: skip

    def _counts(self, drawn: Drawn) -> dict[str, Any]:
        """Columns of the headcount that it comes in with. Some grow or shrink afterwards, so that thresholds are crossed."""
        invent, ledger = self.invent, self.ledger
        kind = "membership" if drawn.category == ASSOCIATION else "staff"
        columns: dict[str, Any] = {"staff": None, "staff_on": None, "staff_source": ""}
        columns |= {"membership": None, "membership_on": None, "membership_source": ""}
        if drawn.size is None:
            return columns
        first = max(drawn.registered_on + timedelta(days=15), ledger.begins - timedelta(days=invent.randint(30, 900)))
        counts = [(drawn.size, first, "civil" if drawn.kind.prefix[0] == "5" else "market")]
        if invent.chance(0.6 if drawn.size >= 15 else 0.08):
            on = invent.day(max(ledger.begins, first) + timedelta(days=1), ledger.ago(5))
            before = max(1, round(drawn.size / (1 + invent.gauss(0.05, 0.2))))
            counts = [(before, *counts[0][1:]), (drawn.size, on, invent.choice(("survey", "survey", "tax")))]
        for later, (number, on, source) in enumerate(counts):
            entered = max(on, drawn.entered_on)
            count = {kind: number, f"{kind}_on": on, f"{kind}_source": source}
            row: dict[str, Any] = {
                "organization_id": drawn.pk,
                "kind": kind,
                "number": number,
                "counted_on": on,
                "source": source,
            }
            ledger.add(Headcount, entered, **row)
            if on <= ledger.start or not later:
                columns |= count
            else:
                ledger.change(Organization, entered, drawn.pk, touching=drawn.pk, **count)
        if kind == "membership":
            columns |= {"staff": invent.randint(1, 6), "staff_on": first, "staff_source": "civil"}
        return columns

    def _inspected_on(self, drawn: Drawn) -> date | None:
        """Nine in ten reported this year before the end of June, the others a year or more ago."""
        year = self.ledger.today.year - self.invent.chance(0.1)
        reported_on = date(year, self.invent.randint(1, 6), self.invent.randint(1, 28))
        return reported_on if drawn.registered_on < reported_on <= self.ledger.today else None

    def _leads(self, drawn: Drawn) -> bool:
        """The first large firm of a chain leads it."""
        zone = drawn.zone
        leads = zone is not None and zone.kind == "chain" and drawn.large and drawn.counted and zone.pk not in self._led
        if leads and zone:
            self._led.add(zone.pk)
        return leads
