"""The figures said a second time, in plain Python over the raw rows, sharing nothing with the statement and the conditions
that the product uses; and random organizations to say them about."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from instructors.models import Assignment, Instructor, Visit
from members.models import Member
from orgs.models import (
    Coverage,
    Headcount,
    Liaison,
    MassOrganization,
    Organization,
    PartyOrganization,
    Zone,
)
from tests.people import LONG_AGO, TODAY, City

MANAGERS = ("CZ111", "CZ112", "CZ11", "CZ121", "CZ13")
AREAS = ("990102001001", "990102001000", "990102002000", "990102000000", "990103001000", None)
CATEGORIES = ("E1", "E2", "E3", "E4", "E5", "E6", "SO1", "SO2", "SO3", "SO4", "SO5", "")
SIZES = (None, 0, 1, 19, 20, 49, 50, 51, 99, 100, 101, 400)
COUNTING = ("SINGLE", "JOINT", "ATTACHED", "AREA", "INDUSTRY", "CHAIN")
EVIDENCE_FROM = date(2026, 5, 24)  # six months before TODAY
FRESH_FROM = date(2025, 11, 24)  # twelve months before TODAY

Edit = Callable[[City, random.Random, Organization], None]


def around(pick: random.Random) -> date:
    """A day near the boundaries of today and of six months ago."""
    return pick.choice([TODAY, EVIDENCE_FROM]) + timedelta(days=pick.choice([-400, -40, -1, 0, 1, 40]))


def unit(city: City, pick: random.Random) -> Organization:
    """An organization with random columns."""
    restructured = pick.choice([None] * 6 + [LONG_AGO, TODAY, TODAY + timedelta(days=1)])
    return city.organization(
        managed_by=pick.choice(MANAGERS),
        region_id=pick.choice(AREAS),
        zone=pick.choice([None, Zone.objects.get_or_create(
            code="Z", defaults={"kind": "park", "name": "园", "region_id": "990102001000"})[0]]),
        category=pick.choice(CATEGORIES),
        company_type=pick.choice(["", "1130", "2130", "4553", "9500", "51", "7310"]),
        staff=pick.choice(SIZES),
        membership=pick.choice(SIZES),
        status=pick.choice(["NORMAL"] * 8 + ["SUSPENDED", "SHELL", "PREPARING", "STRUCK_OFF", "MOVED_OUT"]),
        in_scope=pick.random() < 0.9,
        managed_basis=pick.choice(["TERRITORY", "INDUSTRY", "BY_HAND", "UNDECIDED"]),
        restructured_on=restructured,
        restructured_from="国营厂" if restructured else "",
    )  # fmt: skip


def employ(city: City, pick: random.Random, at: Organization) -> None:
    """A member comes."""
    city.member(at=at, status=pick.choice([*["FORMAL"] * 5, "PROBATIONARY", "EXTENDED", "TRANSFERRED", "DECEASED"]))


def dismiss(city: City, pick: random.Random, at: Organization) -> None:
    """A member leaves."""
    Member.objects.filter(pk__in=at.members.values("pk")[:1]).update(organization=None, organization_since=None)


def cover(city: City, pick: random.Random, at: Organization) -> None:
    """A coverage comes instead of the one there was."""
    uncover(city, pick, at)
    until = pick.choice([None, None, around(pick)])
    since = min(around(pick), until or TODAY)
    by, form = pick.choice(["CZ111", "CZ1111", "CZ1112", "CZ121"]), pick.choice([*COUNTING, "FUNCTIONAL"])
    city.cover(at, by, form, since=since, until=until, primary=pick.random() < 0.9)


def uncover(city: City, pick: random.Random, at: Organization) -> None:
    """What covered it is taken out of the books."""
    at.coverages.all().delete()


def instruct(city: City, pick: random.Random, at: Organization) -> None:
    """An instructor is assigned, or visits."""
    person, _ = Instructor.objects.get_or_create(
        name="吴指导", defaults={"source": "OFFICE", "sent_by": city["CZ111"], "since": LONG_AGO}
    )
    if pick.random() < 0.5:
        at.assignments.all().delete()
        Assignment.objects.create(
            instructor=person, organization=at, since=LONG_AGO, until=pick.choice([None, around(pick)])
        )
    else:
        Visit.objects.create(instructor=person, organization=at, visited_on=around(pick), done="走访")


def gather(city: City, pick: random.Random, at: Organization) -> None:
    """A mass organization or a liaison."""
    if pick.random() < 0.7:
        kind = pick.choice(["UNION", "YOUTH", "WOMEN"])
        at.mass_organizations.filter(kind=kind).delete()
        worked, closed = pick.choice([None, around(pick)]), pick.choice([None, None, around(pick)])
        MassOrganization.objects.create(organization=at, kind=kind, party_work_on=worked, closed_on=closed)
    else:
        Liaison.objects.create(
            organization=at, name="何", appointed_by=city["CZ111"], since=LONG_AGO, until=pick.choice([None, around(pick)]),
            contacted_on=pick.choice([None, around(pick)]),
        )  # fmt: skip


def recount_people(city: City, pick: random.Random, at: Organization) -> None:
    """A new headcount that holds."""
    at.staff, at.staff_on = pick.choice([0, 20, 50, 99, 100]), around(pick)
    at.save()
    Headcount.objects.create(organization=at, kind="staff", number=at.staff, counted_on=at.staff_on, source="tax")


def alter(city: City, pick: random.Random, at: Organization) -> None:
    """Something about the organization itself."""
    name, values = pick.choice(
        [
            ("category", CATEGORIES),
            ("status", ("NORMAL", "STRUCK_OFF", "MOVED_OUT")),
            ("in_scope", (True, False)),
            ("managed_by", [city[code] for code in MANAGERS]),
            ("region_id", AREAS),
            ("membership", SIZES[1:]),
        ]
    )
    setattr(at, name, pick.choice(list(values)))
    if at.membership is not None and at.membership_on is None:
        at.membership_on = LONG_AGO
    at.save()


EDITS: tuple[Edit, ...] = (employ, employ, dismiss, cover, uncover, instruct, gather, recount_people, alter)


def random_units(city: City, pick: random.Random, count: int) -> list[Organization]:
    """Organizations to which some things have happened."""
    units = [unit(city, pick) for _ in range(count)]
    for each in units:
        for _ in range(pick.choice([0, 1, 3, 6])):
            pick.choice(EDITS)(city, pick, each)
        for _ in range(pick.choice([0, 0, 0, 1, 3, 4])):
            employ(city, pick, each)
    return units


def open_on(row: Any, day: date = TODAY) -> bool:
    """Half-open [since, until)."""
    return row.since <= day and (row.until is None or day < row.until)


class Plain:
    """What is true of one organization today, by rules §7 and the Opinion 二-1."""

    def __init__(self, row: Organization) -> None:
        self.id = row.pk
        self.social = row.category.startswith("SO")
        self.normal = row.in_scope and row.status == "NORMAL" and row.merged_into_id is None
        office = len(row.company_type) == 4 and row.company_type.startswith(
            ("2", "43", "44", "455", "456", "58", "68", "7")
        )
        self.legal = self.normal and row.category != "E6" and not office and row.company_type[:2] != "92"
        self.undecided = (
            row.in_scope and row.merged_into_id is None and (not row.category or row.managed_basis == "UNDECIDED")
        )
        size = row.membership if row.category == "SO1" else row.staff
        self.size = -1 if size is None else size
        statuses = [member.status for member in row.members.all()]
        self.formal = statuses.count("FORMAL")
        self.probationary = statuses.count("PROBATIONARY") + statuses.count("EXTENDED")
        covering = [c for c in row.coverages.all() if c.primary and open_on(c)]
        self.form = covering[0].form if covering else ""
        self.built = self.form in COUNTING
        usable = Q(closed_on=None) | Q(closed_on__gt=TODAY)
        self.venue = any(c.party_organization.venues.filter(usable, kind="OWN").exists() for c in covering)
        self.venue |= any(open_on(x) for c in covering for x in c.party_organization.venue_uses.all())
        masses = [m.kind for m in row.mass_organizations.all() if not m.closed_on or m.closed_on > TODAY]
        self.masses, self.union = masses != [], "UNION" in masses
        self.liaison = any(open_on(x) for x in row.liaisons.all())
        self.instructor = any(open_on(a) for a in row.assignments.all())
        here = {a.instructor_id for a in row.assignments.all() if open_on(a)}
        days = [v.visited_on for v in row.visits.all() if v.instructor_id in here]
        days += [x.contacted_on for x in row.liaisons.all() if open_on(x)]
        days += [m.party_work_on for m in row.mass_organizations.all() if not m.closed_on or m.closed_on > TODAY]
        self.worked = self.form != "" or any(EVIDENCE_FROM <= day <= TODAY for day in days if day)
        self.restructured = row.restructured_on is not None and row.restructured_on <= TODAY
        self.large = self.size >= (50 if self.social else 100)  # undecided: at or above the larger of the two
        self.middle = self.size >= (20 if self.social else 50)
        judged = self.normal and not office and row.company_type[:2] != "92"
        self.economic, self.judged = row.category.startswith("E"), judged
        self.should = judged and (self.formal >= 3 or self.restructured or self.large)
        self.member = self.formal + self.probationary > 0
        self.known = size is not None
        size_on = row.membership_on if row.category == "SO1" else row.staff_on
        self.stale = self.known and size_on is not None and size_on < FRESH_FROM
        lines = (50, 20) if self.social else (100, 50)
        kind, source = ("membership", row.membership_source) if row.category == "SO1" else ("staff", row.staff_source)
        self.disputed = self.known and any(
            count.kind == kind and count.source != source and count.counted_on >= FRESH_FROM
            and any((count.number >= line) != (self.size >= line) for line in lines)
            for count in row.headcounts.all()
        )  # fmt: skip


RULES: dict[str, tuple[Callable[[Plain], bool], Callable[[Plain], bool]]] = {
    "SHOULD": (lambda u: u.should, lambda u: u.built),
    "T1": (lambda u: u.judged and u.economic and u.middle, lambda u: u.member),
    "T2": (lambda u: u.judged and u.economic and u.large, lambda u: u.built),
    "T3": (lambda u: u.judged and u.social and u.middle, lambda u: u.member),
    "T4": (lambda u: u.judged and u.social and u.large, lambda u: u.built),
    "T5": (lambda u: u.judged and u.restructured, lambda u: u.built),
    "R1": (lambda u: u.legal, lambda u: u.built),
    "R2": (lambda u: u.legal, lambda u: u.form == "SINGLE"),
    "R3": (lambda u: u.legal and u.formal >= 3, lambda u: u.built),
    "R4": (lambda u: u.legal, lambda u: u.worked),
    "R5": (lambda u: u.legal and u.large, lambda u: u.built),
    "R6": (lambda u: u.legal and u.middle, lambda u: u.member),
    "R7": (lambda u: u.legal and not u.built, lambda u: u.instructor),
    "MC": (lambda u: u.normal and u.member, lambda u: u.built),
    "MASS": (lambda u: u.legal and not u.built, lambda u: u.masses),
    "LIAISON": (lambda u: u.legal and not u.built, lambda u: u.liaison),
    "UNION": (lambda u: u.legal and u.built, lambda u: u.union),
    "VENUE": (lambda u: u.normal and u.built, lambda u: u.venue),
    "ALONE": (lambda u: u.legal and u.formal >= 3 and u.built, lambda u: u.form != "SINGLE"),
    "U": (lambda u: u.normal, lambda u: not u.known),
    "STALE": (lambda u: u.normal and u.known, lambda u: u.stale),
    "DISPUTED": (lambda u: u.normal and u.known, lambda u: u.disputed),
    "UNDECIDED": (lambda u: u.normal or u.undecided, lambda u: u.undecided),
    **{
        f"C_{form}": (lambda u: u.normal and u.form != "", lambda u, form=form: u.form == form)  # type: ignore[misc]
        for form in (*COUNTING, "FUNCTIONAL")
    },
}


def plain_units() -> list[Plain]:
    """All organizations, plainly."""
    together = ("members", "coverages", "assignments", "visits", "liaisons", "mass_organizations", "headcounts")
    rows = Organization.objects.prefetch_related(*together)
    standing = set(PartyOrganization.objects.filter(dissolved_on=None).values_list("pk", flat=True))
    assert all(
        c.party_organization_id in standing for c in Coverage.objects.all()
    )  # the plain rules know no dissolving
    return [Plain(row) for row in rows]
