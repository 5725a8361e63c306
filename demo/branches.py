"""Party organizations below the committees, and which organizations they cover since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from core.numbering import reserve_ids
from demo.calendar import Calendar
from demo.ground import Ground
from demo.invent import Dice, Inventor
from demo.organizations import Drawn
from orgs.models import Coverage, PartyOrganization, Venue, VenueUse
from orgs.models.party import step_of
from orgs.rules.setup import DEFAULTS, recommended_kind

if TYPE_CHECKING:
    from demo.ledger import Ledger
    from orgs.models import Zone

POOL = 500  # ids taken at once
_NUMERALS = "〇一二三四五六七八九"
_ENDS = {"branch": "支部委员会", "general_branch": "总支部委员会", "committee": "委员会"}
LONG_STANDING = date(2016, 3, 1)
_HOME_MOST = 45  # members of a branch for those without one of their own


@dataclass(slots=True)
class Branch:
    """A Party organization that the generator set up; one of the city itself has no parent here and is not written."""

    pk: int
    name: str
    kind: str
    parent: PartyOrganization | None
    region: str
    since: date
    room: int = 0  # organizations that may still join
    members: int = 0
    secretary: str = ""
    own: str = ""  # the address of its own venue
    zone: int | None = None

    def joins(self, name: str) -> None:
        """A member joins; the first becomes secretary."""
        self.members += 1
        self.secretary = self.secretary or name


def numeral(number: int) -> str:
    """A number below a thousand as names of branches write it: 三、十二、一百零五."""
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        joint = "零" if 0 < rest < 10 else "一" if 10 <= rest < 20 else ""
        return _NUMERALS[hundreds % 10] + "百" + (joint + numeral(rest) if rest else "")
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


class Branches:
    """Sets up Party organizations and covers organizations with them."""

    def __init__(
        self, rng: Dice, ground: Ground, inventor: Inventor, calendar: Calendar, ledger: Ledger, *, dense: bool
    ) -> None:
        self.rng, self.ground, self.invent, self.calendar, self.ledger = rng, ground, inventor, calendar, ledger
        self.dense = dense  # so many organizations that joint branches are set up by community
        self.made: list[Branch] = []
        self.leading: dict[int, Branch] = {}  # chain → branch of its leading firm
        self._ids: list[int] = []
        self._joint: dict[object, Branch] = {}
        self._single: dict[int, Branch] = {}  # the newest by committee, to attach to
        self._home: dict[int, Branch] = {}
        self._zones: dict[int, Branch] = {}
        self._numbers: dict[object, int] = {}
        branch = ground.secretarys_branch
        self._secretarys = Branch(branch.pk, branch.name, branch.kind, None, "", date(2015, 1, 1), room=5)
        self._joint[self.ground.nodes[branch.code[:-3]].pk] = self._secretarys

    def cover(self, drawn: Drawn) -> None:
        """Decide whether, how, by whom and since when it is covered; enter that into the ledger."""
        form = self._form(drawn)
        since = self._since(drawn) if form else None
        if since is None:
            self._lost(drawn)
            return
        drawn.form, drawn.covered_since = form, since
        branch = drawn.covered_by = self._branch(drawn, form, since)
        branch.since = min(branch.since, since)
        until, reason = None, ""
        if not drawn.counted and self.rng.random() < 0.85:
            until, reason = max(drawn.status_on or since, since), "单位停业或注销"
        self._write(drawn, branch, form, since, until, reason)
        if form == "SINGLE" and self.rng.random() < 0.12 and drawn.registered_on < since - timedelta(days=500):
            before = self._pool(drawn, since - timedelta(days=400))
            self._write(drawn, before, "JOINT", since - timedelta(days=self.rng.randint(200, 400)), since, "单独组建")
        if drawn.zone and drawn.zone.kind == "chain" and form == "SINGLE" and drawn.large:
            self.leading.setdefault(drawn.zone.pk, branch)

    def home(self, drawn: Drawn) -> Branch:
        """The branch of street or authority for members whose organization has none."""
        committee = drawn.committee
        found = self._home.get(committee.pk)
        if found is None or found.members >= _HOME_MOST:
            middle = "两新组织" if committee.pk == drawn.place.committee.pk else ""
            name = self._numbered(("home", committee.pk), f"{self._short(committee)}{middle}{{}}综合支部委员会")
            found = self._home[committee.pk] = self._make(name, "joint_branch", committee, drawn.place.street)
        return found

    def finish(self) -> None:
        """Enter all Party organizations with their venues into the ledger."""
        shared = self._shared_venues()
        counts: dict[int, int] = {}
        for branch in self.made:
            parent = branch.parent
            if parent is None:
                continue
            counts[parent.pk] = counts.get(parent.pk, 0) + 1
            term = 5 if branch.kind == "committee" else 3
            ends = branch.since.year + term * ((self.calendar.today.year - branch.since.year) // term + 1)
            if self.rng.random() < 0.05:
                ends -= term
            self.ledger.add(
                PartyOrganization,
                (
                    branch.pk, branch.name, branch.kind, parent.pk, branch.since, parent.path + step_of(branch.pk),
                    f"{parent.code}-{counts[parent.pk]:04d}", branch.region or None, branch.since,
                    f"澄两新委〔{branch.since.year}〕{self.rng.randint(1, 180)}号",
                    date(ends, branch.since.month, min(branch.since.day, 28)),
                    branch.secretary or self.invent.person(),
                ),
                on=self.calendar.start,
            )  # fmt: skip
            self._venue(branch, shared)

    # --- whether and how ----------------------------------------------------------------------------------------------
    def _form(self, drawn: Drawn) -> str:
        rng, formal = self.rng, drawn.formal
        if not drawn.counted:
            return "JOINT" if drawn.wanted else ""
        if drawn.should:
            likely = 0.95 if drawn.restructured_on else drawn.place.covered + (0.01 if formal >= 3 else -0.15)
            if rng.random() > likely:
                return ""
        elif rng.random() > (0.8 if formal else 0.03 if drawn.category == "E6" else 0.34):
            return ""
        if formal >= DEFAULTS.formal_min:
            return "SINGLE" if rng.random() < 0.92 else "JOINT"
        at = rng.random()
        if drawn.social and at < 0.4:
            return "INDUSTRY"
        if drawn.zone:
            if drawn.zone.kind == "chain":
                return "CHAIN" if drawn.zone.pk in self.leading else "JOINT"
            if at < 0.75:
                return "AREA"
        if formal:
            return "ATTACHED" if at > 0.9 and drawn.committee.pk in self._single else "JOINT"
        return "FUNCTIONAL" if at > 0.94 and not drawn.should else "AREA" if at > 0.35 else "JOINT"

    def _since(self, drawn: Drawn) -> date | None:
        """Three in four were covered more than two years ago; None for those registered just now."""
        calendar = self.calendar
        first, last = drawn.registered_on + timedelta(days=40), drawn.status_on or calendar.ago(2)
        if first > last:
            return None
        if last <= calendar.begins:
            return self.invent.day(first, last)
        if first < calendar.begins and self.rng.random() < 0.77:
            return self.invent.day(max(first, date(2012, 7, 1)), calendar.begins)
        return self.invent.day(max(first, calendar.begins + timedelta(days=1)), last)

    def _lost(self, drawn: Drawn) -> None:
        """A few that are not covered were once: their members left."""
        long_there = drawn.registered_on < self.calendar.start - timedelta(days=400)
        if drawn.counted and drawn.middle and long_there and self.rng.random() < 0.06:
            since = self.invent.day(drawn.registered_on + timedelta(days=100), self.calendar.start)
            until = self.invent.day(self.calendar.start, self.calendar.ago(10))
            self._write(drawn, self._pool(drawn, since), "JOINT", since, until, "党员流动，不再具备组建条件")

    def _write(self, drawn: Drawn, branch: Branch, form: str, since: date, until: date | None, reason: str) -> None:
        row = (drawn.pk, branch.pk, form, True, since, until, reason)
        self.ledger.add(Coverage, row, on=max(since, drawn.entered_on), touching=drawn.pk)
        if until:
            self.ledger.touch(drawn.pk, on=until)

    # --- by whom ------------------------------------------------------------------------------------------------------
    def _branch(self, drawn: Drawn, form: str, since: date) -> Branch:
        if form == "SINGLE":
            return self._own(drawn, since)
        if form == "INDUSTRY":
            committee = drawn.committee
            return Branch(committee.pk, committee.name, committee.kind, None, "", date(2015, 1, 1))
        if form == "CHAIN" and drawn.zone:
            return self.leading[drawn.zone.pk]
        if form == "AREA":
            return self._zone(drawn.zone) if drawn.zone and drawn.zone.kind != "chain" else self.home(drawn)
        if form == "ATTACHED":
            return self._single[drawn.committee.pk]
        return self._pool(drawn, since)

    def _own(self, drawn: Drawn, since: date) -> Branch:
        kind = recommended_kind(drawn.formal) or "branch"
        branch = self._make(f"中共{drawn.name}{_ENDS[kind]}", kind, drawn.committee, drawn.place.street, since)
        if self.rng.random() < 0.62:
            branch.own = self.invent.address("澄州市" + drawn.place.full_name)
        self._single[drawn.committee.pk] = branch
        return branch

    def _pool(self, drawn: Drawn, since: date) -> Branch:
        """The joint branch that still has room, of the committee or (in a dense city) of the community."""
        by_community = self.dense and drawn.committee.pk == drawn.place.committee.pk
        key = (drawn.committee.pk, drawn.place.code) if by_community else drawn.committee.pk
        branch = self._joint.get(key)
        if branch is None or branch.room <= 0:
            short = self._short(drawn.committee) + (drawn.place.community if by_community else "")
            name = self._numbered(("joint", key), short + "{}联合支部委员会")
            branch = self._make(name, "joint_branch", drawn.committee, drawn.place.street, since)
            branch.room = self.rng.choice((3, 4, 4, 5, 5, 5, 6)) if self.rng.random() < 0.95 else 11
            self._joint[key] = branch
        branch.room -= 1
        return branch

    def _zone(self, zone: Zone) -> Branch:
        if zone.pk not in self._zones:
            parent = self.ground.by_region[zone.region_id]
            branch = self._make(f"中共{zone.name}综合支部委员会", "joint_branch", parent, zone.region_id)
            branch.zone = zone.pk
            self._zones[zone.pk] = branch
        return self._zones[zone.pk]

    def _short(self, committee: PartyOrganization) -> str:
        """The committee's name up to where a branch's name goes on."""
        for end in ("工作委员会", "综合委员会", "委员会"):
            if committee.name.endswith(end):
                return committee.name.removesuffix(end)
        return committee.name

    def _numbered(self, key: object, name: str) -> str:
        """The first of a kind has no number, the others are 第二, 第三 …"""
        number = self._numbers[key] = self._numbers.get(key, 0) + 1
        return name.format(f"第{numeral(number)}" if number > 1 else "")

    def _make(self, name: str, kind: str, parent: PartyOrganization, region: str, since: date | None = None) -> Branch:
        if not self._ids:
            self._ids = list(reversed(reserve_ids(PartyOrganization, POOL)))
        branch = Branch(self._ids.pop(), name, kind, parent, region, since or LONG_STANDING)
        self.made.append(branch)
        return branch

    # --- where they meet ----------------------------------------------------------------------------------------------
    def _shared_venues(self) -> dict[object, int]:
        """党群服务中心 of every street, zone and industry committee, by street code and zone id."""
        streets = {place.street: place for place in self.ground.places}
        industries = self.ground.by_authority.values()
        ids = iter(reserve_ids(Venue, len(streets) + len(self._zones) + len(industries)))
        found: dict[object, int] = {}
        for code, place in streets.items():
            found[code] = next(ids)
            name = f"{place.full_name}党群服务中心"
            row: tuple[Any, ...] = (
                found[code],
                name,
                "SHARED",
                place.committee.pk,
                code,
                None,
                self.invent.address("澄州市" + place.full_name),
            )
            self.ledger.add(Venue, (*row, self.rng.randint(12, 80) * 10), on=self.calendar.start)
        for zone in self.ground.zones:
            if zone.pk in self._zones:
                found[zone.pk] = next(ids)
                committee = self.ground.by_region[zone.region_id]
                row = (found[zone.pk], f"{zone.name}党群服务中心", "SHARED", committee.pk, zone.region_id, zone.pk)
                self.ledger.add(Venue, (*row, f"{zone.name}内", self.rng.randint(8, 40) * 10), on=self.calendar.start)
        for committee in industries:
            pk, name = next(ids), f"{self._short(committee)}党群服务中心".removeprefix("中共")
            row = (
                pk,
                name,
                "SHARED",
                committee.pk,
                committee.region_id,
                None,
                self.invent.address(self.ground.city.name),
            )
            self.ledger.add(Venue, (*row, self.rng.randint(12, 60) * 10), on=self.calendar.start)
            self.ledger.add(VenueUse, (pk, committee.pk, LONG_STANDING), on=self.calendar.start)
        return found

    def _venue(self, branch: Branch, shared: dict[object, int]) -> None:
        """Its own, or the shared one of its zone or street; some have none."""
        if branch.own:
            [pk] = reserve_ids(Venue, 1)
            row = (pk, f"{branch.name}党员活动室", "OWN", branch.pk, branch.region, None, branch.own)
            self.ledger.add(Venue, (*row, self.rng.randint(3, 15) * 10), on=self.calendar.start)
        elif (venue := shared.get(branch.zone or branch.region)) and self.rng.random() < 0.82:
            self.ledger.add(VenueUse, (venue, branch.pk, branch.since), on=self.calendar.start)
