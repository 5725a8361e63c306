"""The demonstration city stands alone: areas, Party tree with its jurisdictions, one account per role."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.roles import ROLES
from demo.city import ACCOUNTS, build_city
from orgs.access import scope_for
from orgs.models import Appointment, Jurisdiction, PartyOrganization, Region

pytestmark = pytest.mark.django_db


def test_every_role_has_an_account_with_the_demonstration_password(settings):
    settings.DEMO_PASSWORD = "demonstration"
    assert build_city()
    assert {account.role for account in ACCOUNTS} == set(ROLES)
    assert all(user.check_password("demonstration") for user in User.objects.all())
    assert Appointment.objects.count() == len(ACCOUNTS)


def test_paths_follow_the_tree_and_every_street_has_its_committee():
    build_city()
    for node in PartyOrganization.objects.exclude(parent=None).select_related("parent"):
        assert node.path.startswith(node.parent.path)
    streets = Region.objects.filter(level=Region.Level.STREET)
    assert Jurisdiction.objects.filter(region__in=streets).count() == streets.count()


def test_the_clerk_reaches_the_whole_city():
    build_city()
    assert scope_for(User.objects.get(username="clerk"), on=date(2026, 11, 24)).whole


def test_a_second_call_changes_nothing():
    build_city()
    assert not build_city()


def test_it_is_refused_outside_a_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="NINGJU_DEMO"):
        call_command("demo")
