"""A scope holds what appointments give, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.models import Member
from orgs.access import scope_for
from orgs.models import Appointment, Organization
from tests.people import TODAY, City


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("city", {"street", "district", "elsewhere"}),
        ("district", {"street", "district"}),
        ("street", {"street"}),
        ("secretary", {"street"}),
        ("treasurer", {"street"}),
        ("leader", {"street", "district", "elsewhere"}),
        ("instructor", set()),
        ("stranger", {"elsewhere"}),
        ("sysadmin", set()),
        ("security", set()),
        ("auditor", set()),
    ],
)
def test_each_person_sees_the_organizations_of_their_appointment(city: City, username: str, seen: set[str]) -> None:
    covered = city.organization("street", managed_by="CZ111")
    city.organization("district", managed_by="CZ11")
    city.organization("elsewhere", managed_by="CZ121")
    city.cover(covered, "CZ1111")
    found = Organization.objects.within(city.scope(username)).values_list("name", flat=True)
    assert set(found) == seen


def test_members_are_never_seen_without_their_permission(city: City) -> None:
    city.member(of="CZ1111")
    seen = {name for name in city.people if Member.objects.within(city.scope(name)).exists()}
    assert seen == {"city", "district", "street", "secretary", "treasurer"}


def test_an_appointment_ends_on_its_last_day(city: City) -> None:
    user = city.user("street")
    Appointment.objects.filter(user=user).update(until=TODAY)
    assert scope_for(user, on=TODAY - timedelta(days=1)).grants
    assert not scope_for(user, on=TODAY).grants


def test_a_closed_account_has_no_rights(city: City) -> None:
    user = city.user("city")
    user.is_active = False
    user.save()
    assert not scope_for(user, on=TODAY).grants


def test_a_scope_takes_two_queries(city: City, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        assert city.scope("stranger").unit_managers == {city[c].pk for c in ("CZ12", "CZ121")}
