"""Whatever the services of the registry do, the facts stay what a recount finds."""

from __future__ import annotations

from datetime import timedelta

from orgs.facts import refresh
from orgs.models import MassOrganization, Organization, OrganizationFacts
from orgs.services import bulk, coverage, duplicates, endings, organizations, party, people, venues
from tests.people import TODAY, City

YESTERDAY = TODAY - timedelta(days=1)


def facts_of(unit: Organization) -> OrganizationFacts:
    assert refresh(None, on=TODAY) == 0
    return OrganizationFacts.objects.get(organization=unit)


def test_every_service_brings_the_facts_along(city: City) -> None:
    by = city.user("city")
    unit, other = city.organization(category="E4"), city.organization(category="E4", managed_by="CZ112")
    for _ in range(3):
        city.member(of="CZ1111", at=unit, formal_on=YESTERDAY)
    refresh(None, on=TODAY)
    assert facts_of(unit).formal == 3

    organizations.count_headcount(by=by, organization=unit, kind="staff", number=128, counted_on=TODAY, on=TODAY)
    assert facts_of(unit).band == "L"
    row = coverage.cover(
        by=by, organization=unit, party_organization=city["CZ1111"], form="SINGLE", since=TODAY, on=TODAY
    ).coverage
    assert facts_of(unit).has_org
    people.mass_organizations.add(
        by=by, organization=unit, kind=MassOrganization.Kind.UNION, on=TODAY, party_work_on=TODAY, party_work="讲座"
    )
    assert facts_of(unit).union
    people.liaisons.add(
        by=by, organization=other, name="何某", appointed_by=city["CZ112"], since=TODAY, on=TODAY, contacted_on=TODAY
    )
    assert facts_of(other).work_covered
    venue = venues.venues.add(by=by, managed_by=city["CZ111"], on=TODAY, name="党群服务中心", kind="SHARED")
    use = venues.uses.add(by=by, venue=venue, party_organization=city["CZ1111"], since=TODAY, on=TODAY)
    assert facts_of(unit).venue
    venues.uses.end(by=by, row=use, day=TODAY, on=TODAY)
    assert not facts_of(unit).venue
    coverage.hand_over(by=by, coverage=row, to=city["CZ1112"], on=TODAY, form="JOINT")
    assert facts_of(unit).covered_by == city["CZ1112"]
    endings.merge(by=by, party_organization=city["CZ112"], into=city["CZ111"], on=TODAY, reason="区划调整")
    assert facts_of(other).managed_by == city["CZ111"]
    party.move(by=by, party_organization=city["CZ111"], to=city["CZ12"], on=TODAY)
    other.refresh_from_db()
    duplicates.merge(by=by, keep=unit, drop=other, on=TODAY, reason="同一单位")
    assert not facts_of(other).counted
    other.refresh_from_db()
    duplicates.unmerge(by=by, dropped=other, on=TODAY, reason="弄错了")
    assert facts_of(other).counted
    bulk.apply(
        by=by,
        change=bulk.to_status("STRUCK_OFF", status_on=TODAY, end_coverages=True),
        organization_ids=[unit.pk],
        on=TODAY,
    )
    assert not facts_of(unit).counted
