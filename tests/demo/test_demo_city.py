"""The demonstration city stands alone: areas, Party tree with its jurisdictions, one account per role."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLES
from core.indicators import measures
from core.models import ImportBatch
from demo.build import Builder
from demo.city import ACCOUNTS, build_city
from members.models import Member
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.models import Appointment, Coverage, Jurisdiction, Organization, PartyOrganization, Region
from reports.models import ClosedMonth, FrozenFigure, FrozenUnit, lasting

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


def names_add_up_to_figures() -> None:
    """In every closed month."""
    codes = ("counted", "staff", "formal", "single", "should", "should_built")
    for month in ClosedMonth.objects.order_by("month"):
        rows = FrozenFigure.objects.filter(lasting(month.month), cut="", measure__in=codes)
        figures = dict(rows.values_list("measure").annotate(Sum("value")))
        for code in codes:
            names = FrozenUnit.objects.of_month(month.month).filter(measures[code].where)
            column = measures[code].sums
            told = sum(names.values_list(column, flat=True)) if column else names.count()
            assert told == figures.get(code, 0), (month, code)


def test_a_city_of_many_has_fewer_months_whose_names_add_up(monkeypatch):
    monkeypatch.setattr("demo.build.DENSE", 100)
    build_city()
    Builder(organizations=300, members=150, seed=7, today=date(2026, 11, 24)).build(lambda line: None)
    assert ClosedMonth.objects.count() == 6
    names_add_up_to_figures()


@pytest.mark.once
def test_the_same_seed_draws_the_same_city_and_another_seed_another(monkeypatch):
    monkeypatch.setattr("demo.build.DENSE", 10)  # fewer months, less to wait for
    build_city()

    def story(seed: int) -> list[tuple[object, ...]]:
        undo = transaction.savepoint()
        Builder(organizations=60, members=30, seed=seed, today=date(2026, 11, 24)).build(lambda line: None)
        found = [
            *Organization.objects.order_by("pk").values_list("name", "credit_code", "staff", "status", "region"),
            *Coverage.objects.order_by("pk").values_list("organization__name", "party_organization__name", "since"),
            *Member.objects.order_by("id_digest").values_list("name", "id_digest", "organization__name", "status"),
        ]
        transaction.savepoint_rollback(undo)
        return found

    assert story(1) == story(1) != story(2)


def test_a_list_of_each_authority_came_in_on_the_road_and_a_second_call_changes_nothing(capsys, settings):
    settings.DEMO = True
    call_command("demo", orgs=200, members=20)
    batches = ImportBatch.objects.order_by("pk")
    assert [(batch.source, batch.status) for batch in batches] == [("market", "APPLIED"), ("civil", "APPLIED")]
    for batch in batches:
        assert batch.counts["rows"] == batch.counts["changed"] + batch.counts["unchanged"] + batch.counts["errors"]
        assert batch.counts["unchanged"] > batch.counts["changed"] > 0
        assert batch.counts["errors"] == 3
    assert Organization.objects.count() == 200
    assert refresh(None, on=timezone.localdate()) == 0
    call_command("demo", orgs=20, members=5)
    assert Organization.objects.count() == 200
    assert "没有改动" in capsys.readouterr().out
