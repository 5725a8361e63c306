"""One row of every kind here (云台街道, which `street` runs) and one there (望江街道, another district), for the guards.

Everything there is named 外区密; personal values are the same few texts, so that a page that shows one is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.crypto import blind_index
from core.models import ImportBatch, Job
from instructors.models import Assignment, Instructor, Visit
from orgs.facts import refresh
from orgs.models import (
    Democracy,
    Jurisdiction,
    Liaison,
    MassOrganization,
    OwnerRecord,
    PartyOrganization,
    Venue,
    VenueUse,
    Zone,
)
from orgs.services.party import establish
from reports.models import Target
from tests.people import LONG_AGO, TODAY, City

THERE = "外区密"
PERSONAL = ("13911112222", "11010519491231002X", "13922223333", "360426199101010071")


@dataclass(frozen=True)
class World:
    """The city, and the ids of the rows here and there by name: `unit`, `branch`, `member` …"""

    city: City
    here: dict[str, Any]
    there: dict[str, Any]


def build_world(city: City) -> World:
    """Furnish both places."""
    branch = establish(by=None, name=f"{THERE}支部", kind="branch", parent=city["CZ121"], code="CZ1211", on=LONG_AGO)
    city.nodes["CZ1211"] = branch
    zone = Zone.objects.create(code="Z1", kind=Zone.Kind.values[0], name="高新产业园", region_id="990102001000")
    here = _furnish(city, "本区", city["CZ111"], city["CZ1111"], "instructor", PERSONAL[:2])
    there = _furnish(city, THERE, city["CZ121"], branch, None, PERSONAL[2:])
    refresh(None, on=TODAY)
    jurisdiction = Jurisdiction.objects.order_by("pk").values_list("pk", flat=True)[0]
    common = {
        "zone": zone.pk,
        "jurisdiction": jurisdiction,
        "region": "990102001000",
        **{name: user.pk for name, user in city.people.items()},
    }
    return World(city, here | common, there | common)


def _furnish(
    city: City,
    mark: str,
    committee: PartyOrganization,
    branch: PartyOrganization,
    instructor: str | None,
    personal: tuple[str, ...],
) -> dict[str, Any]:
    phone, id_number = personal
    unit = city.organization(
        f"{mark}电子有限公司", managed_by=committee.code, staff=128, contact_phone=phone, no_code_reason="测试"
    )
    gap = city.organization(f"{mark}食品厂", managed_by=committee.code, staff=204)
    member = city.member(
        f"{mark}党员",
        of=branch.code,
        at=unit,
        phone=phone,
        id_number=id_number,
        id_digest=blind_index(id_number),
        id_note="",
    )
    guide = Instructor.objects.create(
        name=f"{mark}指导员",
        user=city.people[instructor] if instructor else None,
        source="OFFICE",
        phone=phone,
        sent_by=committee,
        since=LONG_AGO,
    )
    venue = Venue.objects.create(name=f"{mark}中心", kind=Venue.Kind.values[0], managed_by=committee)
    of_unit = {"organization": unit}
    rows: dict[str, Any] = {
        "unit": unit,
        "gap": gap,
        "committee": committee,
        "branch": branch,
        "member": member,
        "coverage": city.cover(unit, branch.code),
        "mass": MassOrganization.objects.create(kind="UNION", head=f"{mark}主席", founded_on=LONG_AGO, **of_unit),
        "democracy": Democracy.objects.create(kind="TALK", held_on=LONG_AGO, note=f"{mark}约谈", **of_unit),
        "owner": OwnerRecord.objects.create(name=f"{mark}出资人", phone=phone, recorded_on=LONG_AGO, **of_unit),
        "liaison": Liaison.objects.create(
            name=f"{mark}联络员", phone=phone, appointed_by=committee, since=LONG_AGO, organization=gap
        ),
        "guide": guide,
        "assignment": Assignment.objects.create(instructor=guide, since=LONG_AGO, **of_unit),
        "visit": Visit.objects.create(instructor=guide, visited_on=LONG_AGO, done=f"{mark}走访", **of_unit),
        "venue": venue,
        "target": Target.objects.create(node=committee, year=TODAY.year, indicator="T1", value=90),
        "use": VenueUse.objects.create(venue=venue, party_organization=branch, since=LONG_AGO),
        "appointment": city.people["secretary" if instructor else "stranger"].appointments.get(),
        "batch": ImportBatch.objects.create(
            source="market",
            file_name=f"{mark}名单.xlsx",
            sha256="0" * 64,
            as_of=LONG_AGO,
            created_by=city.people["street" if instructor else "stranger"],
            node_id=committee.pk,
            path=committee.path,
        ),
        "job": Job.objects.create(
            kind="core.seal", created_by=city.people["street" if instructor else "stranger"], status=Job.Status.DONE
        ),
    }
    return {name: row.pk for name, row in rows.items()}
