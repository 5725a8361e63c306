"""Draws organizations: who they are, where they stand, how large they were and are, what became of them."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from demo.calendar import Calendar
from demo.ground import Ground, Place
from demo.invent import Dice, Inventor
from demo.kinds import CAPITALS, FORMER_UNITS, KINDS, Kind
from orgs.models import Headcount, Organization
from orgs.rules.setup import ASSOCIATION, DEFAULTS

if TYPE_CHECKING:
    from demo.ledger import Ledger
    from orgs.models import PartyOrganization, Zone

Count = tuple[str, int, date, str]  # what was counted, how many, when, by which source
_NOT_COUNTED: tuple[int | None, date | None, str] = (None, None, "")
_SHARES = list(accumulate(kind.share for kind in KINDS))
# what became of those that do not work as usual, in percent of all
_ENDINGS = (
    (2.6, "STRUCK_OFF"),
    (0.7, "MOVED_OUT"),
    (2.4, "SUSPENDED"),
    (1.4, "SHELL"),
    (0.5, "PREPARING"),
)


@dataclass(slots=True)
class Drawn:
    """An organization as the later steps need it: `size` and `status` are those of today."""

    pk: int
    category: str
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
    restructured_on: date | None
    law: bool = False
    wanted: int = 0  # members, formal and probationary
    formal: int = 0
    form: str = ""
    covered_by: Any = None  # Branch
    covered_since: date | None = None
    counts: list[Count] = field(default_factory=list)

    @property
    def social(self) -> bool:
        """Whether it is a new social organization."""
        return self.category.startswith("SO")

    @property
    def counted(self) -> bool:
        """Whether figures count it today."""
        return self.status == "NORMAL" and self.category != "X"

    @property
    def large(self) -> bool:
        """Whether its size alone asks for a Party organization."""
        least = DEFAULTS.for_organization(self.category.strip("X"))
        return self.size is not None and self.size >= least

    @property
    def middle(self) -> bool:
        """Whether its size alone asks for a member."""
        least = DEFAULTS.for_member(self.category.strip("X"))
        return self.size is not None and self.size >= least

    @property
    def should(self) -> bool:
        """Whether it should have a Party organization (DESIGN §2)."""
        return self.counted and (self.large or self.formal >= DEFAULTS.formal_min or self.restructured_on is not None)


class Organizations:
    """Draws organizations and enters them with their headcounts and endings into the ledger."""

    def __init__(self, rng: Dice, ground: Ground, inventor: Inventor, calendar: Calendar, ledger: Ledger) -> None:
        self.rng, self.ground, self.invent, self.calendar, self.ledger = rng, ground, inventor, calendar, ledger
        self._leaders: set[int] = set()  # chains that have a leading firm
        self._latest: dict[str, Drawn] = {}  # of each category

    def draw(self, pk: int) -> Drawn:
        """One organization, entered into the ledger."""
        rng = self.rng
        kind = KINDS[bisect(_SHARES, rng.random() * _SHARES[-1])]
        place = self.ground.place()
        drawn = self._drawn(pk, kind, place)
        self._enter_twice(drawn)
        self._counts(drawn)
        self._enter(drawn, kind)
        self._end(drawn)
        return drawn

    def _drawn(self, pk: int, kind: Kind, place: Place) -> Drawn:
        rng = self.rng
        registered_on = self._registered_on(kind)
        authority = self._authority(kind, place)
        size = None if rng.random() < 0.05 else max(1, round(kind.median * 2.718 ** (kind.spread * rng.gauss(0, 1))))
        status, status_on = self._ending(registered_on)
        restructured = kind.category in ("E4", "E5") and size is not None and size >= 15 and rng.random() < 0.035
        return Drawn(
            pk=pk,
            category=kind.category,
            name=self._name(kind, place),
            place=place,
            zone=rng.choice(place.zones) if place.zones and rng.random() < kind.zoned else None,
            committee=self.ground.by_authority[authority] if authority else place.committee,
            registered_on=registered_on,
            entered_on=max(registered_on + timedelta(days=20), self.calendar.start),
            legal=self.invent.person(),
            size=size,
            status=status,
            status_on=status_on,
            restructured_on=registered_on if restructured else None,
            law=kind.prefix == "31",
        )

    def _enter_twice(self, drawn: Drawn) -> None:
        """Some that were entered by hand before they had a code came in again with the register: a clerk merges them."""
        if drawn.status == "NORMAL":
            self._latest[drawn.category] = drawn
        elif drawn.status == "PREPARING" and (twin := self._latest.get(drawn.category)) and self.rng.random() < 0.4:
            drawn.name, drawn.legal = twin.name, twin.legal

    def _authority(self, kind: Kind, place: Place) -> str:
        """A social organization's authority: half the usual one, the others spread; some have none and go by territory."""
        if not kind.authorities or self.rng.random() < 0.06:
            return ""
        first = kind.authorities[0] if self.rng.random() < 0.5 else self.rng.choice(kind.authorities)
        return self.ground.authority(place, (first, *kind.authorities))

    def _registered_on(self, kind: Kind) -> date:
        """Most are young; shops more so. Some three in a hundred are registered each half year."""
        years = min(self.rng.expovariate(1 / (5 if kind.category == "E6" else 9)), 30)
        return self.calendar.ago(int(25 + years * 365))

    def _ending(self, registered_on: date) -> tuple[str, date | None]:
        at = self.rng.random() * 100
        for share, status in _ENDINGS:
            if at < share:
                first = max(registered_on + timedelta(days=60), self.calendar.start - timedelta(days=200))
                ended_on = self.invent.day(min(first, self.calendar.ago(3)), self.calendar.ago(3))
                return status, registered_on if status == "PREPARING" else ended_on
            at -= share
        return "NORMAL", None

    def _name(self, kind: Kind, place: Place) -> str:
        rng, invent = self.rng, self.invent
        _, word = rng.choice(kind.trades)
        if kind.category == "E6":
            return invent.name(place.full_name, word, "")
        where = self.ground.city.name.removesuffix("市")
        if kind.category in ("SO1", "SO3", "SO4", "SO5"):
            where = place.district_name if rng.random() < 0.7 else self.ground.city.name
        end = rng.choice(kind.ends)
        return invent.name(where, "" if kind.prefix == "31" else word, end)

    def _counts(self, drawn: Drawn) -> None:
        """Headcounts over time, the last of them today's; firms grow or shrink, so that thresholds are crossed."""
        if drawn.size is None:
            return
        rng, calendar = self.rng, self.calendar
        kind = Headcount.Kind.MEMBERSHIP if drawn.category == ASSOCIATION else Headcount.Kind.STAFF
        source = "civil" if drawn.social and not drawn.law else "market"
        first_on = max(drawn.registered_on + timedelta(days=15), calendar.begins - timedelta(days=rng.randint(30, 900)))
        times = rng.choice((0, 1, 1, 2)) if drawn.size >= 15 else int(rng.random() < 0.08)
        days = sorted(
            {self.invent.day(max(calendar.begins, first_on) + timedelta(days=1), calendar.ago(5)) for _ in range(times)}
        )
        numbers = [drawn.size]
        for _ in days:
            numbers.insert(0, max(1, round(numbers[0] / (1 + rng.gauss(0.03, 0.10)))))
        sources = [source, *(rng.choice(("survey", "survey", "tax")) for _ in days)]
        drawn.counts = list(zip((kind.value,) * len(numbers), numbers, (first_on, *days), sources, strict=True))

    def _enter(self, drawn: Drawn, kind: Kind) -> None:
        rng, ledger = self.rng, self.ledger
        company_type, control = rng.choice(kind.types)
        industry = self._industry(kind, drawn.name)
        in_scope, category = kind.category != "X", kind.category.strip("X")
        known = self._known_counts(drawn)
        staff = membership = _NOT_COUNTED
        if known and known[-1][0] == Headcount.Kind.STAFF:
            staff = known[-1][1:]
        elif known:
            membership = known[-1][1:]
        if membership[0]:
            staff = (rng.randint(1, 6), membership[1], "civil")
        code, reason, old_number = self._identity(drawn, kind)
        bureau = {"31": "司法局", "51": "民政局", "52": "民政局", "53": "民政局"}.get(kind.prefix, "市场监督管理局")
        undecided = not category and in_scope and rng.random() < 0.4
        authority = self.ground.authority_of.get(drawn.committee.pk, "")
        leads = self._leads(drawn)
        ledger.add(
            Organization,
            (
                drawn.pk, code, reason, old_number, drawn.place.district_name + bureau, drawn.name, drawn.registered_on,
                company_type, control, industry, Decimal(rng.choice(CAPITALS[:6] if category == "E6" else CAPITALS)),
                "人民币", drawn.legal, self.invent.phone(), self.invent.address("澄州市" + drawn.place.full_name), authority,
                self._inspected_on(drawn), category, control == "4", in_scope, "" if in_scope else "国有（集体）控股企业",
                drawn.large and rng.random() < 0.06, leads,
                rng.choice(FORMER_UNITS) if drawn.restructured_on else "", drawn.restructured_on, drawn.place.code,
                drawn.zone.pk if drawn.zone else None, drawn.committee.pk, drawn.registered_on,
                "UNDECIDED" if undecided else "INDUSTRY" if authority else "TERRITORY", *staff, *membership,
            ),
            on=drawn.entered_on,
            touching=drawn.pk,
        )  # fmt: skip
        self._enter_counts(drawn, known=len(known))

    def _known_counts(self, drawn: Drawn) -> list[Count]:
        """Those it comes into the registry with: all before the months that are told, at least the first."""
        return [count for count in drawn.counts if count[2] <= self.calendar.start] or drawn.counts[:1]

    def _enter_counts(self, drawn: Drawn, *, known: int) -> None:
        for place, (kind, number, counted_on, source) in enumerate(drawn.counts):
            on = max(counted_on, drawn.entered_on)
            self.ledger.add(Headcount, (drawn.pk, kind, number, counted_on, source), on=on)
            if place >= known:
                columns = (kind, f"{kind}_on", f"{kind}_source")
                row = (drawn.pk, number, counted_on, source)
                self.ledger.change(Organization, columns, row, on=on, touching=drawn.pk)

    def _identity(self, drawn: Drawn, kind: Kind) -> tuple[str | None, str, str]:
        """Credit code, or why there is none, and the old number of those registered before credit codes."""
        old_number = self.invent.old_number() if drawn.registered_on.year < 2015 and kind.prefix == "91" else ""
        if drawn.status == "PREPARING":
            return None, "筹建中，尚未领取证照", ""
        return self.invent.credit_code(kind.prefix, drawn.place.district[:6]), "", old_number

    def _industry(self, kind: Kind, name: str) -> str:
        return next((code for code, word in kind.trades if word in name), kind.trades[0][0])

    def _inspected_on(self, drawn: Drawn) -> date | None:
        """Nine in ten reported this year before the end of June, the others a year or more ago."""
        year = self.calendar.today.year - (self.rng.random() < 0.1)
        reported_on = date(year, self.rng.randint(1, 6), self.rng.randint(1, 28))
        return reported_on if drawn.registered_on < reported_on <= self.calendar.today else None

    def _leads(self, drawn: Drawn) -> bool:
        """The first large firm of a chain leads it."""
        zone = drawn.zone
        if zone is None or zone.kind != "chain" or not drawn.large or not drawn.counted or zone.pk in self._leaders:
            return False
        self._leaders.add(zone.pk)
        return True

    def _end(self, drawn: Drawn) -> None:
        if drawn.status_on:
            on = max(drawn.status_on, drawn.entered_on)
            row = (drawn.pk, drawn.status, drawn.status_on)
            self.ledger.change(Organization, ("status", "status_on"), row, on=on, touching=drawn.pk)
