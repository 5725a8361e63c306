"""Party organizations below the committees, where they meet, and which organizations they cover since when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import User
from core.numbering import reserve_ids
from core.numerals import numeral
from demo.city import ACCOUNTS
from demo.invent import Inventor
from demo.kept import Person
from demo.ledger import Ledger
from demo.organizations import Drawn
from demo.places import CITY, DISTRICTS, Ground
from members.models import Post, Term
from orgs.models import Coverage, PartyOrganization, Venue, VenueUse
from orgs.models.party import step_of
from orgs.rules.setup import DEFAULTS, recommended_kind

if TYPE_CHECKING:
    from orgs.models import Zone

POOL = 500  # ids taken at once
LONG_STANDING = date(2016, 3, 1)
_ENDS = {"branch": "支部委员会", "general_branch": "总支部委员会", "committee": "委员会"}
_SOURCES = ("MANAGEMENT", "MANAGEMENT", "STAFF", "MANAGEMENT", "SENT")  # of secretaries
_ACCOUNT = next(one for one in ACCOUNTS if one.role == "SECRETARY")
_HOME_MOST = 45  # members of a branch for those without one of their own


@dataclass(slots=True)
class Branch:
    """A Party organization that covers; one of the city itself has no parent here and is there already."""

    pk: int
    name: str
    kind: str
    parent: PartyOrganization | None = None
    region: str = ""
    since: date = LONG_STANDING
    room: int = 0  # organizations that may still join
    members: int = 0
    head: Person | None = None  # its secretary, if that is a member
    account: str = ""  # the name of the account that leads it
    zone: int | None = None

    def joins(self, person: Person) -> None:
        """A member joins; the first who is formal and stays becomes secretary."""
        self.members += 1
        if person.formal_on and not person.until:
            self.head = self.head or person


class Branches:
    """Sets up Party organizations and covers organizations with them."""

    def __init__(self, invent: Inventor, ground: Ground, ledger: Ledger, *, dense: bool) -> None:
        self.invent, self.ground, self.ledger = invent, ground, ledger
        self.dense = dense  # so many organizations that joint branches are set up by community
        self._made: list[Branch] = []
        self._leading: dict[int, Branch] = {}  # chain → branch of its leading firm
        self._single: dict[int, Branch] = {}  # the newest by committee, to attach to
        self._home: dict[int, Branch] = {}
        self._zones: dict[int, Branch] = {}
        self._ids: list[int] = []
        self._numbers: Counter[object] = Counter()
        node = ground.secretarys_branch
        self._accounts = Branch(node.pk, node.name, node.kind, room=5, account=_ACCOUNT.name)
        self._joint: dict[object, Branch] = {node.parent_id: self._accounts}

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
        gone = not drawn.counted and self.invent.chance(0.85)
        until = max(drawn.status_on or since, since) if gone else None
        self._write(drawn, branch, form, since, until, "单位停业或注销" if until else "")
        if form == "SINGLE" and drawn.large and drawn.zone and drawn.zone.kind == "chain":
            self._leading.setdefault(drawn.zone.pk, branch)

    def home(self, drawn: Drawn) -> Branch:
        """The branch of street or authority for members whose organization has none."""
        committee = drawn.committee
        found = self._home.get(committee.pk)
        if found is None or found.members >= _HOME_MOST:
            middle = "两新组织" if committee.pk == drawn.place.committee.pk else ""
            name = self._numbered(("home", committee.pk), f"{_short(committee)}{middle}{{}}综合支部委员会")
            found = self._home[committee.pk] = self._make(name, "joint_branch", committee, drawn.place.street)
        return found

    def finish(self) -> None:
        """Enter all Party organizations with their venues into the ledger."""
        venues, counts = self._shared_venues(), Counter[int]()
        for branch in self._made:
            parent, since = branch.parent, branch.since
            if parent is None:
                continue
            counts[parent.pk] += 1
            secretary, ends_on = self._team(branch)
            self.ledger.add(
                PartyOrganization, self.ledger.start, id=branch.pk, name=branch.name, kind=branch.kind,
                parent_id=parent.pk, parent_since=since, path=parent.path + step_of(branch.pk),
                code=f"{parent.code}-{counts[parent.pk]:04d}", region_id=branch.region or None, established_on=since,
                approval_no=f"澄两新委〔{since.year}〕{self.invent.randint(1, 180)}号",
                term_ends_on=ends_on, secretary_name=secretary,
            )  # fmt: skip
            if branch.kind in _ENDS and self.invent.chance(0.62):
                self._venue(f"{branch.name}党员活动室", branch.pk, branch.region, kind="OWN")
            elif (venue := venues.get(branch.zone or branch.region)) and self.invent.chance(0.82):
                self.ledger.add(
                    VenueUse, self.ledger.start, venue_id=venue, party_organization_id=branch.pk, since=since
                )
        secretary, ends_on = self._team(self._accounts)
        led: dict[str, Any] = {"secretary_name": secretary, "term_ends_on": ends_on}
        self.ledger.change(PartyOrganization, self.ledger.start, self._accounts.pk, **led)

    def _team(self, branch: Branch) -> tuple[str, date]:
        """Its secretary, who is a member unless sent from above, and its term; the secretary's name and the end of the term."""
        ledger, since = self.ledger, branch.since
        term = 5 if branch.kind == "committee" else 3
        due = 1 if branch.account or not self.invent.chance(0.05) else 0
        ends = since.year + term * ((ledger.today.year - since.year) // term + due)
        ends_on = date(ends, since.month, min(since.day, 28))
        elected_on = min(max(since, ends_on.replace(year=ends - term)), ledger.start)
        source, of_branch = _SOURCES[branch.pk % len(_SOURCES)], {"party_organization_id": branch.pk}
        head = branch.head if branch.account or source != "SENT" else None
        name = head.name if head else branch.account or self.invent.person()
        begins = max(elected_on, head.since, head.formal_on or head.since) if head else elected_on
        ledger.add(
            Post, max(begins, ledger.start), post="SECRETARY", member_id=head.pk if head else None, name=name, source=source,
            user_id=User.objects.get(username=_ACCOUNT.username).pk if branch.account else None, since=begins, **of_branch,
        )  # fmt: skip
        if ends_on > elected_on:
            ledger.add(Term, ledger.start, elected_on=elected_on, ends_on=ends_on, **of_branch)
        return name, ends_on

    # --- whether and how ----------------------------------------------------------------------------------------------
    def _form(self, drawn: Drawn) -> str:
        invent, formal = self.invent, drawn.formal
        if not drawn.counted:
            return "JOINT" if drawn.wanted else ""
        if drawn.should:
            usual = DISTRICTS[drawn.place.short][1] + (0.01 if formal >= DEFAULTS.formal_min else -0.15)
            if not invent.chance(0.95 if drawn.restructured else usual):
                return ""
        elif not invent.chance(0.8 if formal else 0.03 if drawn.category == "E6" else 0.34):
            return ""
        if formal >= DEFAULTS.formal_min:
            return "SINGLE" if invent.chance(0.92) else "JOINT"
        at = invent.random()
        if drawn.social and at < 0.4:
            return "INDUSTRY"
        if drawn.zone and drawn.zone.kind == "chain":
            return "CHAIN" if drawn.zone.pk in self._leading else "JOINT"
        if drawn.zone and at < 0.75:
            return "AREA"
        if formal:
            return "ATTACHED" if at > 0.9 and drawn.committee.pk in self._single else "JOINT"
        return "FUNCTIONAL" if at > 0.94 and not drawn.should else "AREA" if at > 0.35 else "JOINT"

    def _since(self, drawn: Drawn) -> date | None:
        """Three in four were covered more than two years ago; None for those registered just now."""
        invent, begins = self.invent, self.ledger.begins
        first, last = drawn.registered_on + timedelta(days=40), drawn.status_on or self.ledger.ago(2)
        if first > last:
            return None
        if last <= begins:
            return invent.day(first, last)
        if first < begins and invent.chance(0.77):
            return invent.day(max(first, date(2012, 7, 1)), begins)
        return invent.day(max(first, begins + timedelta(days=1)), last)

    def _lost(self, drawn: Drawn) -> None:
        """A few that are not covered were once: their members left."""
        start = self.ledger.start
        long_there = drawn.registered_on < start - timedelta(days=400)
        if drawn.counted and drawn.middle and long_there and self.invent.chance(0.06):
            since = self.invent.day(drawn.registered_on + timedelta(days=100), start)
            until = self.invent.day(start, self.ledger.ago(10))
            self._write(drawn, self._pool(drawn, since), "JOINT", since, until, "党员流动，不再具备组建条件")

    def _write(self, drawn: Drawn, branch: Branch, form: str, since: date, until: date | None, reason: str) -> None:
        self.ledger.add(
            Coverage, max(since, drawn.entered_on), touching=drawn.pk, organization_id=drawn.pk,
            party_organization_id=branch.pk, form=form, primary=True, since=since, until=until, end_reason=reason,
        )  # fmt: skip
        if until:
            self.ledger.touch(drawn.pk, until)

    # --- by whom ------------------------------------------------------------------------------------------------------
    def _branch(self, drawn: Drawn, form: str, since: date) -> Branch:
        committee, zone = drawn.committee, drawn.zone
        if form == "SINGLE":
            kind = recommended_kind(drawn.formal) or "branch"
            name = f"中共{drawn.name}{_ENDS[kind]}"
            branch = self._single[committee.pk] = self._make(name, kind, committee, drawn.place.street, since)
            return branch
        if form == "INDUSTRY":
            return Branch(committee.pk, committee.name, committee.kind)
        if form == "CHAIN" and zone:
            return self._leading[zone.pk]
        if form == "AREA":
            return self._of_zone(zone) if zone and zone.kind != "chain" else self.home(drawn)
        return self._single[committee.pk] if form == "ATTACHED" else self._pool(drawn, since)

    def _pool(self, drawn: Drawn, since: date) -> Branch:
        """The joint branch that still has room, of the committee or (in a dense city) of the community."""
        committee, place = drawn.committee, drawn.place
        by_community = self.dense and committee.pk == place.committee.pk
        key: object = (committee.pk, place.code) if by_community else committee.pk
        branch = self._joint.get(key)
        if branch is None or branch.room <= 0:
            short = _short(committee) + (place.community if by_community else "")
            name = self._numbered(("joint", key), short + "{}联合支部委员会")
            branch = self._joint[key] = self._make(name, "joint_branch", committee, place.street, since)
            branch.room = self.invent.choice((3, 4, 4, 5, 5, 5, 6)) if self.invent.chance(0.95) else 11
        branch.room -= 1
        return branch

    def _of_zone(self, zone: Zone) -> Branch:
        if zone.pk not in self._zones:
            parent = self.ground.by_region[zone.region_id]
            branch = self._make(f"中共{zone.name}综合支部委员会", "joint_branch", parent, zone.region_id)
            branch.zone = zone.pk
            self._zones[zone.pk] = branch
        return self._zones[zone.pk]

    def _numbered(self, key: object, name: str) -> str:
        """The first of a kind has no number, the others are 第二, 第三 …"""
        self._numbers[key] += 1
        number = self._numbers[key]
        return name.format(f"第{numeral(number)}" if number > 1 else "")

    def _make(
        self, name: str, kind: str, parent: PartyOrganization, region: str, since: date = LONG_STANDING
    ) -> Branch:
        self._ids = self._ids or reserve_ids(PartyOrganization, POOL)[::-1]
        branch = Branch(self._ids.pop(), name, kind, parent, region, since)
        self._made.append(branch)
        return branch

    # --- where they meet ----------------------------------------------------------------------------------------------
    def _shared_venues(self) -> dict[object, int]:
        """党群服务中心 of every street, and of every zone with a branch, by street code and zone id."""
        found: dict[object, int] = {}
        for place in self.ground.places:
            if place.street not in found:
                name = f"{place.name}党群服务中心"
                found[place.street] = self._venue(name, place.committee.pk, place.street, at=CITY + place.name)
        for zone in self.ground.zones:
            if zone.pk in self._zones:
                committee = self.ground.by_region[zone.region_id].pk
                found[zone.pk] = self._venue(f"{zone.name}党群服务中心", committee, zone.region_id, zone=zone.pk)
        return found

    def _venue(self, name: str, manager: int, region: str, kind: str = "SHARED", zone: int = 0, at: str = CITY) -> int:
        [pk] = reserve_ids(Venue, 1)
        self.ledger.add(
            Venue, self.ledger.start, id=pk, name=name, kind=kind, managed_by_id=manager, region_id=region or None,
            zone_id=zone or None, address=self.invent.address(at), area=self.invent.randint(3, 60) * 10,
        )  # fmt: skip
        return pk


def _short(committee: PartyOrganization) -> str:
    """The committee's name up to where a branch's name goes on."""
    for end in ("工作委员会", "综合委员会", "委员会"):
        if committee.name.endswith(end):
            return committee.name.removesuffix(end)
    return committee.name
