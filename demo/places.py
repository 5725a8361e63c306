"""Where the organizations stand: communities, zones, and the committees that manage them."""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from demo.city import BRANCH
from demo.invent import Inventor
from orgs.models import Jurisdiction, PartyOrganization, Region, Zone

CITY = "澄州市"
# how much of the city's economy a district has, and how much of what should be covered it has covered
DISTRICTS = {
    "云溪区": (24, 0.80), "临江区": (20, 0.91), "北塔区": (16, 0.90), "高新区": (14, 0.93), "青岚县": (9, 0.88),
    "白鹭县": (8, 0.86), "芦湾市": (9, 0.92),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A community with what stands above it."""

    code: str
    community: str
    street: str  # the street's code
    district: str  # the district's code
    short: str  # the district's name
    name: str  # district and street, as addresses and names begin
    committee: PartyOrganization
    zones: list[Zone]


class Ground:
    """The city as the generator asks for it."""

    def __init__(self) -> None:
        nodes = {node.pk: node for node in PartyOrganization.objects.all()}
        held = list(Jurisdiction.objects.all())
        self.by_region = {one.region_id: nodes[one.committee_id] for one in held if one.region_id}
        self.by_authority = {one.authority: nodes[one.committee_id] for one in held if one.authority}
        self.authority_of = {committee.pk: authority for authority, committee in self.by_authority.items()}
        self.secretarys_branch = next(node for node in nodes.values() if node.code == BRANCH[0])
        self.zones = list(Zone.objects.order_by("code"))
        self.places = list(self._places())
        many = Counter(place.short for place in self.places)
        self._weights = list(accumulate(DISTRICTS[place.short][0] / many[place.short] for place in self.places))

    def place(self, invent: Inventor) -> Place:
        """A community, the more likely the larger its district."""
        return self.places[bisect(self._weights, invent.random() * self._weights[-1])]

    def authority(self, place: Place, words: tuple[str, ...]) -> str:
        """The first authority whose name ends so, of the place's district or of the city; empty when there is none."""
        for word in words:
            for name in (f"{place.short}{word}", f"{CITY[:-1]}{place.short}{word}", f"{CITY}{word}"):
                if name in self.by_authority:
                    return name
        return ""

    def _places(self) -> Iterator[Place]:
        zones, regions = defaultdict(list), {region.code: region for region in Region.objects.order_by("code")}
        for zone in self.zones:
            zones[zone.region_id].append(zone)
        for region in regions.values():
            if region.level == Region.Level.COMMUNITY:
                street = regions[str(region.parent_id)]
                district = regions[str(street.parent_id)]
                short = district.name.replace("澄州高新技术产业开发区", "高新区")
                yield Place(
                    code=region.code, community=region.name, street=street.code, district=district.code, short=short,
                    name=short + street.name, committee=self.by_region[street.code],
                    zones=[zone for above in (street.code, district.code, str(district.parent_id)) for zone in zones[above]],
                )  # fmt: skip
