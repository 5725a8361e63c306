"""Where the demonstration's organizations stand: communities, zones, and the committees that manage them."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate

from demo.city import BRANCH
from demo.invent import Dice
from orgs.models import Jurisdiction, PartyOrganization, Region, Zone

# how much of the city's economy a district has, and how much of what should be covered it has covered
DISTRICTS = {
    "云溪区": (24, 0.80),
    "临江区": (20, 0.91),
    "北塔区": (16, 0.90),
    "高新区": (14, 0.93),
    "青岚县": (9, 0.88),
    "白鹭县": (8, 0.86),
    "芦湾市": (9, 0.92),
}
USUAL_DISTRICT = (10, 0.88)


@dataclass(frozen=True)
class Place:
    """A community with everything above it."""

    code: str
    community: str
    street: str  # the street's code
    district: str  # the district's code
    district_name: str
    full_name: str  # district and street, as addresses and names begin
    committee: PartyOrganization
    zones: tuple[Zone, ...]
    covered: float  # the district's share


class Ground:
    """The city as the generator asks for it."""

    def __init__(self, rng: Dice) -> None:
        self.rng = rng
        self.nodes = {node.code: node for node in PartyOrganization.objects.all()}
        by_id = {node.pk: node for node in self.nodes.values()}
        jurisdictions = list(Jurisdiction.objects.all())
        self.by_region = {j.region_id: by_id[j.committee_id] for j in jurisdictions if j.region_id}
        self.by_authority = {j.authority: by_id[j.committee_id] for j in jurisdictions if j.authority}
        self.authority_of = {committee.pk: authority for authority, committee in self.by_authority.items()}
        self.regions = {region.code: region for region in Region.objects.all()}
        self.city = next(region for region in self.regions.values() if region.level == Region.Level.CITY)
        self.zones = list(Zone.objects.order_by("code"))
        self.places = self._places()
        weights: list[float] = []
        for place in self.places:
            share = DISTRICTS.get(place.district_name, USUAL_DISTRICT)[0]
            weights.append(share / sum(other.district == place.district for other in self.places))
        self._weights = list(accumulate(weights))

    @property
    def secretarys_branch(self) -> PartyOrganization:
        """The branch whose secretary signs in."""
        return self.nodes[BRANCH[0]]

    def place(self) -> Place:
        """A community, the more likely the larger its district."""
        return self.places[bisect(self._weights, self.rng.random() * self._weights[-1])]

    def authority(self, place: Place, words: tuple[str, ...]) -> str:
        """The first authority whose name ends so, of the place's district or of the city; empty when there is none."""
        city, short = self.city.name, place.district_name
        for word in words:
            for name in (f"{short}{word}", f"{city.removesuffix('市')}{short}{word}", f"{city}{word}"):
                if name in self.by_authority:
                    return name
        return ""

    def _places(self) -> list[Place]:
        zones: dict[str, list[Zone]] = defaultdict(list)
        for zone in self.zones:
            zones[zone.region_id].append(zone)
        found = []
        for code, region in sorted(self.regions.items()):
            if region.level != Region.Level.COMMUNITY:
                continue
            street = self.regions[str(region.parent_id)]
            district = self.regions[str(street.parent_id)]
            short = district.name.replace("澄州高新技术产业开发区", "高新区")
            found.append(
                Place(
                    code=code,
                    community=region.name,
                    street=street.code,
                    district=district.code,
                    district_name=short,
                    full_name=short + street.name,
                    committee=self.by_region[street.code],
                    zones=tuple(z for above in (street, district, self.city) for z in zones[above.code]),
                    covered=DISTRICTS.get(short, USUAL_DISTRICT)[1],
                )
            )
        return found
