"""The demonstration's organizations and members are as many as asked, believable, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from core.indicators import indicators
from demo.build import Builder
from demo.city import BRANCH, build_city
from evaluations.models import Evaluation, Score, Survey
from evaluations.queries.results import sheets_of
from members.models import Member, Post
from members.rules.persons import check_id_number
from orgs.facts import refresh
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from orgs.rules.credit_code import check_credit_code, organisation_code_ok
from reports.models import ClosedMonth, FrozenFigure, lasting
from tests.demo.test_demo_city import names_add_up_to_figures

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
ORGANIZATIONS, MEMBERS = 900, 420


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A city that all tests here share; what each of them writes is rolled back before the next."""
    with django_db_blocker.unblock(), transaction.atomic():
        build_city()
        Builder(organizations=ORGANIZATIONS, members=MEMBERS, seed=7, today=TODAY).build(lambda line: None)
        yield
        transaction.set_rollback(True)


def test_there_are_as_many_organizations_and_members_as_asked():
    assert Organization.objects.count() == ORGANIZATIONS
    assert Member.objects.count() == MEMBERS


def test_codes_pass_every_check_and_belong_to_no_real_area():
    codes = list(Organization.objects.exclude(credit_code=None).values_list("credit_code", flat=True))
    assert codes
    assert [code for code in codes if check_credit_code(code) or not organisation_code_ok(code)] == []
    assert {code[2:6] for code in codes} == {"9901"}
    numbers = [member.id_number for member in Member.objects.all()]
    assert [number for number in numbers if check_id_number(number, on=TODAY) or number[:4] != "9901"] == []


def test_facts_and_sums_are_true_at_the_end():
    assert refresh(None, on=TODAY) == 0


def test_most_but_not_all_that_should_have_a_party_organization_have_one():
    should = indicators["SHOULD"]
    facts = OrganizationFacts.objects
    due = facts.filter(should.denominator.where).count()
    built = facts.filter(should.denominator.where & should.numerator.where).count()
    assert 0.75 < built / due < 0.97


def test_every_form_of_coverage_occurs_and_paths_follow_the_tree():
    assert set(Coverage.objects.values_list("form", flat=True)) == set(Coverage.Form.values)
    for node in PartyOrganization.objects.exclude(parent=None).select_related("parent"):
        assert node.path.startswith(node.parent.path)


def test_two_years_of_months_are_closed_and_the_city_has_come_forward():
    months = list(ClosedMonth.objects.order_by("month"))
    assert (months[0].month, months[-1].month, len(months)) == ("2024-11", "2026-10", 24)

    def built(month: ClosedMonth) -> float:
        figures = FrozenFigure.objects.filter(lasting(month.month), cut="whole").values_list("measure")
        sums = dict(figures.annotate(sum=Sum("value")))
        return sums["should_built"] / sums["should"]

    assert built(months[0]) < built(months[-1])


def test_the_names_of_every_closed_month_add_up_to_its_figures():
    assert ClosedMonth.objects.count() == 24
    names_add_up_to_figures()


def test_most_secretaries_are_members_of_their_branch_and_one_has_a_meeting_to_hold():
    posts = list(Post.objects.on(TODAY).filter(post="SECRETARY").select_related("member"))
    members = [one for one in posts if one.member]
    assert all(one.member.party_organization_id == one.party_organization_id for one in members)
    assert 0.6 < len(members) / len(posts) < 1
    waiting = Evaluation.objects.filter(
        party_organization__code=BRANCH[0], member__isnull=False, stage="SELF", round__state="OPEN"
    )
    found = list(sheets_of(waiting))
    assert found, "the branch of the secretary who signs in"
    assert all(not sheet.total_at("SELF").open for sheet in found), "all are scored, the meeting is to choose"


def test_a_final_round_has_a_survey_with_a_rate():
    survey = Survey.objects.select_related("evaluation__round").get()
    assert (survey.evaluation.party_organization.code, survey.evaluation.round.state) == (BRANCH[0], "FINAL")
    assert 0.6 < survey.satisfied / survey.counted < 1
    score = Score.objects.get(evaluation=survey.evaluation, criterion__code="5.1")
    assert score.final == score.auto > 0
    assert not survey.tickets.exists()
