"""Facts state what organizations, rosters and coverage say, by the rules of the Opinion."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from instructors.models import Assignment, Instructor, Visit
from orgs.facts import forget, refresh, state
from orgs.models import (
    Headcount,
    Liaison,
    MassOrganization,
    Organization,
    OrganizationFacts,
    PartyOrganization,
    Tally,
    Venue,
    VenueUse,
)
from tests.people import LONG_AGO, TODAY, City


def facts_of(organization: Organization, on: date = TODAY) -> OrganizationFacts:
    """The facts after a refresh."""
    refresh([organization.pk], on=on)
    return OrganizationFacts.objects.get(pk=organization.pk)


@pytest.mark.parametrize(
    ("values", "counted", "unit", "undecided"),
    [
        pytest.param({}, True, True, False, id="a firm in business"),
        pytest.param({"category": "E6"}, True, False, False, id="self-employed are no legal persons"),
        pytest.param({"company_type": "2130"}, True, False, False, id="a branch office is no legal person"),
        pytest.param({"company_type": "1130"}, True, True, False, id="a company is one"),
        pytest.param({"company_type": "51"}, True, True, False, id="a two-digit register is no branch type"),
        pytest.param({"status": "SUSPENDED"}, False, False, False, id="suspended"),
        pytest.param({"status": "STRUCK_OFF"}, False, False, False, id="struck off"),
        pytest.param({"in_scope": False}, False, False, False, id="out of scope"),
        pytest.param({"category": ""}, True, True, True, id="category unknown"),
        pytest.param({"managed_basis": "UNDECIDED"}, True, True, True, id="committee unknown"),
        pytest.param({"category": "", "in_scope": False}, False, False, False, id="out of scope is never undecided"),
    ],
)
def test_only_normal_organizations_in_scope_count(
    city: City, values: dict[str, Any], counted: bool, unit: bool, undecided: bool
) -> None:
    found = facts_of(city.organization(**values))
    assert (found.counted, found.unit, found.undecided) == (counted, unit, undecided)


def test_a_branch_is_no_legal_person_and_a_body_of_its_own_is_no_branch(city: City) -> None:
    branches = ("2100", "2130", "4310", "4410", "4551", "4560", "5810", "6830", "7110", "9200")
    bodies = ("1130", "4533", "4540", "4700", "5110", "6110", "9500", "51", "31", "")
    units = {kind: city.organization(company_type=kind) for kind in branches + bodies}
    refresh(None, on=TODAY)
    assert {kind for kind, unit in units.items() if facts_of(unit).branch_office} == set(branches)


@pytest.mark.parametrize("company_type", ["2130", "4330", "4553", "5810", "7200"])
def test_a_branch_office_counts_apart_and_is_not_asked_for_anything(city: City, company_type: str) -> None:
    """Its head office is (rules §2): not even with members of its own or as a restructured unit."""
    office = city.organization(
        company_type=company_type, staff=400, restructured_on=LONG_AGO, restructured_from="国营厂"
    )
    for _ in range(3):
        city.member(at=office)
    found = facts_of(office)
    assert (found.counted, found.branch_office, found.unit) == (True, True, False)
    assert (found.should, found.should_since, found.should_member, found.should_member_since) == (False, None) * 2
    sums = dict(Tally.objects.filter(cut="band").values_list("measure", "value"))
    assert (sums["counted"], sums["branch_offices"]) == (1, 1)
    assert sums.keys().isdisjoint({"should", "economic_100", "economic_50"})
    company = facts_of(city.organization(company_type="1130", staff=400))
    assert (company.branch_office, company.should) == (False, True)


@pytest.mark.parametrize(
    ("staff", "should", "should_member"), [(100, True, True), (99, False, True), (50, False, True), (49, False, False)]
)
def test_an_undecided_organization_that_either_sector_would_list_is_listed(
    city: City, staff: int, should: bool, should_member: bool
) -> None:
    found = facts_of(city.organization(category="", staff=staff))
    assert (found.should, found.should_member) == (should, should_member)
    assert (found.should_since is not None, found.should_member_since is not None) == (should, should_member)


def test_a_merged_organization_does_not_count_at_all(city: City) -> None:
    kept = city.organization()
    found = facts_of(city.organization(staff=500, category="", merged_into=kept))
    assert not any([found.counted, found.unit, found.undecided, found.should, found.should_member])


@pytest.mark.parametrize(
    ("category", "staff", "membership", "band"),
    [
        ("E4", 100, None, "L"),
        ("E4", 99, None, "M"),
        ("E4", 50, None, "M"),
        ("E4", 49, None, "S"),
        ("E4", 0, None, "S"),
        ("E4", None, 500, "U"),
        ("SO1", 500, 50, "L"),
        ("SO1", 500, 49, "M"),
        ("SO1", 500, None, "U"),
        ("SO2", 50, None, "L"),
        ("SO3", 20, None, "M"),
        ("SO5", 19, None, "S"),
        ("", None, None, "U"),
        ("", 50, None, "M"),
        ("", 99, 500, "M"),
        ("", 100, None, "L"),
        ("", 49, None, "S"),
    ],
)
def test_the_band_follows_the_size_of_the_category(
    city: City, category: str, staff: int | None, membership: int | None, band: str
) -> None:
    found = facts_of(city.organization(category=category, staff=staff, membership=membership))
    assert found.band == band
    assert (found.should, found.should_member) == (band == "L", band in ("L", "M"))


@pytest.mark.parametrize(
    ("staff", "formal", "probationary", "restructured_on", "should"),
    [
        pytest.param(99, 2, 5, None, False, id="no reason"),
        pytest.param(100, 0, 0, None, True, id="size"),
        pytest.param(1, 3, 0, None, True, id="three formal members"),
        pytest.param(1, 2, 1, None, False, id="probationary members never count"),
        pytest.param(1, 0, 0, TODAY, True, id="restructured"),
        pytest.param(1, 0, 0, TODAY + timedelta(days=1), False, id="restructured tomorrow"),
    ],
)
def test_an_organization_should_have_a_party_organization(
    city: City, staff: int, formal: int, probationary: int, restructured_on: date | None, should: bool
) -> None:
    organization = city.organization(
        staff=staff, restructured_on=restructured_on, restructured_from="国营厂" if restructured_on else ""
    )
    for _ in range(formal):
        city.member(at=organization)
    for _ in range(probationary):
        city.member(at=organization, status="PROBATIONARY")
    found = facts_of(organization)
    assert (found.formal, found.probationary, found.should) == (formal, probationary, should)
    assert found.formal_ready == (formal >= 3)


@pytest.mark.parametrize(
    ("days", "since"),
    [
        pytest.param([("2026-01-01", 120)], "2026-01-01", id="one count"),
        pytest.param([("2025-01-01", 120), ("2026-01-01", 130)], "2025-01-01", id="an unbroken run"),
        pytest.param([("2024-01-01", 120), ("2025-01-01", 99), ("2026-01-01", 100)], "2026-01-01", id="broken once"),
        pytest.param(
            [("2024-01-01", 120), ("2026-01-01", 130), ("2026-02-01", 90)], "2024-01-01", id="a later one not accepted"
        ),
        pytest.param([], "2026-01-01", id="no counts kept"),
    ],
)
def test_size_is_due_since_the_run_of_counts_began(city: City, days: list[tuple[str, int]], since: str) -> None:
    organization = city.organization(staff=130, staff_on=date(2026, 1, 1))
    Headcount.objects.bulk_create(
        Headcount(organization=organization, kind="staff", number=number, counted_on=day, source="tax")
        for day, number in days
    )
    assert facts_of(organization).should_since == date.fromisoformat(since)


def test_the_earliest_reason_makes_it_due(city: City) -> None:
    organization = city.organization(
        staff=130, staff_on=date(2026, 3, 1), restructured_on=date(2026, 2, 1), restructured_from="国营厂"
    )
    assert facts_of(organization).should_since == date(2026, 2, 1)
    for day in (1, 2, 3):
        city.member(at=organization, formal_on=date(2025, 6, day))
    city.member(at=organization, formal_on=date(2019, 1, 1), organization_since=date(2025, 9, 1))
    assert facts_of(organization).should_since == date(2025, 6, 3)


@pytest.mark.parametrize(
    ("form", "has_org", "worked"),
    [
        ("SINGLE", True, True),
        ("JOINT", True, True),
        ("ATTACHED", True, True),
        ("AREA", True, True),
        ("INDUSTRY", True, True),
        ("CHAIN", True, True),
        ("FUNCTIONAL", False, True),
    ],
)
def test_every_form_but_the_functional_one_is_a_party_organization(
    city: City, form: str, has_org: bool, worked: bool
) -> None:
    organization = city.organization()
    city.cover(organization, "CZ1111", form, since=date(2026, 5, 1))
    found = facts_of(organization)
    assert (found.form, found.has_org, found.work_covered) == (form, has_org, worked)
    assert (found.covered_by_id, found.covered_since) == (city["CZ1111"].pk, date(2026, 5, 1))


@pytest.mark.parametrize(
    ("values", "covered"),
    [
        pytest.param({"until": TODAY}, False, id="ends today"),
        pytest.param({"until": TODAY + timedelta(days=1)}, True, id="ends tomorrow"),
        pytest.param({"since": TODAY}, True, id="begins today"),
        pytest.param({"since": TODAY + timedelta(days=1)}, False, id="begins tomorrow"),
        pytest.param({"primary": False}, False, id="not the primary one"),
    ],
)
def test_coverage_counts_while_it_is_open(city: City, values: dict[str, Any], covered: bool) -> None:
    organization = city.organization()
    city.cover(organization, "CZ1111", **values)
    assert facts_of(organization).has_org is covered


def test_a_dissolved_party_organization_covers_nothing(city: City) -> None:
    organization = city.organization()
    city.cover(organization, "CZ1111")
    PartyOrganization.objects.filter(code="CZ1111").update(dissolved_on=TODAY)
    assert not facts_of(organization).has_org


def test_a_covered_organization_meets_where_its_party_organization_does(city: City) -> None:
    organization = city.organization()
    city.cover(organization, "CZ1111")
    assert not facts_of(organization).venue
    centre = Venue.objects.create(name="云台党群服务中心", kind="SHARED", managed_by=city["CZ111"])
    use = VenueUse.objects.create(venue=centre, party_organization=city["CZ1111"], since=LONG_AGO)
    assert facts_of(organization).venue
    use.until = TODAY
    use.save()
    assert not facts_of(organization).venue
    own = Venue.objects.create(name="党员活动室", kind="OWN", managed_by=city["CZ1111"])
    assert facts_of(organization).venue
    own.closed_on = TODAY
    own.save()
    assert not facts_of(organization).venue


def test_people_responsible_are_named(city: City) -> None:
    organization = city.organization()
    user = city.user("instructor")
    instructor = Instructor.objects.create(
        name="吴指导", user=user, source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO
    )
    assignment = Assignment.objects.create(instructor=instructor, organization=organization, since=LONG_AGO)
    Visit.objects.create(instructor=instructor, organization=organization, visited_on=date(2026, 8, 3), done="走访")
    found = facts_of(organization)
    assert (found.instructor, found.instructor_user, found.instructor_name) == (True, user, "吴指导")
    assert (found.visited_on, found.evidence_on) == (date(2026, 8, 3), date(2026, 8, 3))
    assignment.until = TODAY
    assignment.save()
    found = facts_of(organization)
    assert (found.instructor, found.visited_on, found.evidence_on) == (False, date(2026, 8, 3), None)


def test_work_is_covered_by_dated_evidence_within_six_months(city: City) -> None:
    organization = city.organization()
    liaison = Liaison.objects.create(
        organization=organization, name="何联络", appointed_by=city["CZ111"], since=LONG_AGO
    )
    found = facts_of(organization)
    assert (found.liaison, found.work_covered) == (True, False)
    liaison.contacted_on = date(2026, 5, 24)
    liaison.save()
    assert facts_of(organization).work_covered
    assert not facts_of(organization, on=date(2026, 11, 25)).work_covered
    union = MassOrganization.objects.create(
        organization=organization, kind="UNION", founded_on=LONG_AGO, party_work_on=date(2026, 10, 1)
    )
    found = facts_of(organization, on=date(2026, 11, 25))
    assert (found.union, found.youth, found.women, found.work_covered) == (True, False, False, True)
    union.closed_on = date(2026, 11, 1)
    union.save()
    found = facts_of(organization, on=date(2026, 11, 25))
    assert (found.union, found.evidence_on, found.work_covered) == (False, date(2026, 5, 24), False)
    liaison.until = TODAY
    liaison.save()
    assert facts_of(organization).evidence_on is None


def test_a_refresh_that_finds_nothing_new_writes_nothing(city: City) -> None:
    organization = city.organization(staff=120)
    assert refresh([organization.pk], on=TODAY) == 1
    assert refresh([organization.pk], on=TODAY) == 0
    assert refresh(None, on=TODAY) == 0
    assert refresh([], on=TODAY) == 0


def test_what_is_forgotten_leaves_no_trace_in_the_sums(city: City) -> None:
    kept, gone = city.organization(staff=120), city.organization(staff=130)
    refresh([kept.pk, gone.pk], on=TODAY)
    forget([gone.pk], on=TODAY)
    gone.delete()
    assert Tally.objects.get(cut="", band="L", measure="organizations").value == 1
    assert refresh(None, on=TODAY) == 0


def test_a_refresh_takes_the_same_queries_whatever_the_number(city: City, django_assert_max_num_queries) -> None:
    for number in (1, 30):
        ids = [city.organization(staff=120).pk for _ in range(number)]
        with django_assert_max_num_queries(9):  # savepoint twice, parameters, lock twice, sums twice, facts, tally
            refresh(ids, on=TODAY)


def test_a_state_of_the_facts_is_told_from_every_other(city: City) -> None:
    one, other = city.organization(staff=120), city.organization(staff=120)
    refresh(None, on=TODAY)
    told = [state()]

    def tell() -> None:
        assert state() not in told
        told.append(state())

    refresh([one.pk, other.pk], on=TODAY)
    assert state() == told[-1]  # nothing was stated
    Organization.objects.filter(pk=one.pk).update(influential=True)  # in no sum
    refresh([one.pk], on=TODAY)
    tell()
    with suppress(ZeroDivisionError), transaction.atomic():
        city.member(at=one)
        refresh([one.pk], on=TODAY)
        raise ZeroDivisionError
    assert state() == told[-1]  # taken back
    Organization.objects.filter(pk=one.pk).update(managed_by=city["CZ121"])
    refresh([one.pk], on=TODAY)
    tell()
    forget([other.pk], on=TODAY)
    tell()
    refresh(None, on=TODAY)
    tell()
