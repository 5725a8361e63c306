"""The demonstration's organizations and members are as many as asked, believable, and the same for the same seed."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from core.indicators import indicators, measures
from core.models import ImportBatch
from demo.build import Builder
from demo.city import build_city
from members.models import Member
from members.rules import check_id_number
from orgs.facts import refresh
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from orgs.rules.credit_code import check_credit_code, organisation_code_ok
from reports.models import ClosedMonth, FrozenFigure, FrozenUnit, lasting

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def build(organizations: int = 300, members: int = 150, seed: int = 7) -> None:
    """A small city of the demonstration."""
    build_city()
    Builder(organizations=organizations, members=members, seed=seed, today=TODAY).build(lambda line: None)


def test_there_are_as_many_organizations_and_members_as_asked():
    build()
    assert Organization.objects.count() == 300
    assert Member.objects.count() == 150


def test_codes_pass_every_check_and_belong_to_no_real_area():
    build()
    codes = list(Organization.objects.exclude(credit_code=None).values_list("credit_code", flat=True))
    assert codes
    assert [code for code in codes if check_credit_code(code) or not organisation_code_ok(code)] == []
    assert {code[2:6] for code in codes} == {"9901"}
    numbers = [member.id_number for member in Member.objects.all()]
    assert [number for number in numbers if check_id_number(number, on=TODAY) or number[:4] != "9901"] == []


def test_the_same_seed_draws_the_same_city_and_another_seed_another():
    build_city()

    def story(seed: int) -> list[tuple[object, ...]]:
        undo = transaction.savepoint()
        Builder(organizations=60, members=30, seed=seed, today=TODAY).build(lambda line: None)
        told = [
            *Organization.objects.order_by("pk").values_list("name", "credit_code", "staff", "status", "region"),
            *Coverage.objects.order_by("pk").values_list("organization__name", "party_organization__name", "since"),
            *Member.objects.order_by("id_digest").values_list("name", "id_digest", "organization__name", "status"),
        ]
        transaction.savepoint_rollback(undo)
        return told

    assert story(1) == story(1) != story(2)


def test_facts_and_sums_are_true_at_the_end():
    build()
    assert refresh(None, on=TODAY) == 0


def test_most_but_not_all_that_should_have_a_party_organization_have_one():
    build(organizations=1500, members=700)
    should = indicators["SHOULD"]
    facts = OrganizationFacts.objects
    due = facts.filter(should.denominator.where).count()
    built = facts.filter(should.denominator.where & should.numerator.where).count()
    assert 0.75 < built / due < 0.97


def test_every_form_of_coverage_occurs_and_paths_follow_the_tree():
    build(organizations=1500, members=700)
    assert set(Coverage.objects.values_list("form", flat=True)) == set(Coverage.Form.values)
    for node in PartyOrganization.objects.exclude(parent=None).select_related("parent"):
        assert node.path.startswith(node.parent.path)


def test_a_second_call_changes_nothing_and_says_so(capsys, settings):
    settings.DEMO = True
    call_command("demo", orgs=20, members=5)
    call_command("demo", orgs=20, members=5)
    assert Organization.objects.count() == 20
    assert "没有改动" in capsys.readouterr().out


def test_a_list_of_each_authority_came_in_on_the_road(capsys, settings):
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


def test_two_years_of_months_are_closed_and_the_city_has_come_forward():
    build(organizations=1500, members=700)
    months = list(ClosedMonth.objects.order_by("month"))
    assert (months[0].month, months[-1].month, len(months)) == ("2024-11", "2026-10", 24)

    def built(month: ClosedMonth) -> float:
        figures = FrozenFigure.objects.filter(lasting(month.month), cut="whole").values_list("measure")
        sums = dict(figures.annotate(sum=Sum("value")))
        return sums["should_built"] / sums["should"]

    assert built(months[0]) < built(months[-1])


@pytest.mark.parametrize(("dense", "months"), [(20_000, 24), (100, 6)])
def test_the_names_of_every_closed_month_add_up_to_its_figures(monkeypatch, dense, months):
    monkeypatch.setattr("demo.build.DENSE", dense)
    build()
    closed = list(ClosedMonth.objects.order_by("month"))
    assert len(closed) == months
    codes = ("counted", "staff", "formal", "single", "should", "should_built")
    for month in closed:
        figures = dict(
            FrozenFigure.objects.filter(lasting(month.month), cut="").values_list("measure").annotate(Sum("value"))
        )
        for code in codes:
            names = FrozenUnit.objects.of_month(month.month).filter(measures[code].where)
            column = measures[code].sums
            told = sum(names.values_list(column, flat=True)) if column else names.count()
            assert told == figures.get(code, 0), (month, code)
