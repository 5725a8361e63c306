"""What every criterion says of itself, and that the default rubrics come to 100 points."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from inspect import getsource

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.addresses import address_of
from evaluations.choices import Category, Dimension, MemberDimension, dimensions_of
from evaluations.criteria.registry import Criterion, Mode, criteria, criteria_of
from evaluations.rules.awards import CRITERIA
from evaluations.rules.facts import Record, Span
from evaluations.rules.formulas import Faults
from evaluations.rules.goods import MEANS
from members.models import Member
from orgs.models import PartyOrganization
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City
from tests.test_pages_hold import HAN

ALL = [*criteria]
THIS_YEAR = Span(TODAY.replace(month=1, day=1), TODAY.replace(month=12, day=31))
GIVEN_BY_THE_FIELD = {  # the codes of domain practice: none is forgotten
    "1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4", "3.5", "4.1", "4.2", "4.3",
    "4.4", "4.5", "5.1", "5.2", "5.3", "5.4",
    "M1.1", "M1.2", "M1.3", "M2.1", "M2.2", "M2.3", "M3.1", "M3.2", "M3.3", "M4.1", "M4.2", "M4.3", "M5.1", "M5.2", "M5.3",
}  # fmt: skip


def named(one: Criterion) -> str:
    return one.code


@pytest.mark.parametrize("one", ALL, ids=named)
def test_a_criterion_says_what_it_is_and_what_it_does_not_prove(one: Criterion) -> None:
    assert one.dimension in dimensions_of(Category.MEMBER if one.of_members else Category.ENTERPRISE)
    assert HAN.search(one.name)
    if one.mode is Mode.AUTO:
        assert one.source, "automatic is what has a fact"
    else:
        assert HAN.search(one.asks), "what is judged says by which evidence"
    if one.source:
        assert HAN.search(one.proves_not), "no point on paper alone without saying so"
        assert one.proves_not.endswith("。")
    words = one.formula.words(Decimal(10))
    assert words or one.mode is Mode.JUDGED


def test_all_criteria_of_the_field_are_there() -> None:
    assert {*criteria.codes()} >= GIVEN_BY_THE_FIELD


@pytest.mark.parametrize("category", Category)
def test_the_default_points_come_to_a_hundred_and_twenty_each_dimension(category: Category) -> None:
    points: dict[str, Decimal] = {}
    for one in criteria_of(category):
        points[one.dimension] = points.get(one.dimension, Decimal(0)) + one.points_in(category)
    assert points == dict.fromkeys(dimensions_of(category), Decimal(20))


@pytest.mark.parametrize("category", Category)
def test_what_is_all_at_fault_leaves_nothing(category: Category) -> None:
    """No points stay where every fault that is named is there; those that count each time take as often as it needs."""
    for one in criteria_of(category):
        if isinstance(one.formula, Faults) and (faults := one.formula.faults.values()):
            again = any("每" in name for name, _ in faults)
            assert again or sum(off for _, off in faults) >= one.points_in(category), one.title


def test_each_dimension_says_what_the_opinion_says() -> None:
    assert MEANS.keys() == {*Dimension, *MemberDimension}
    assert {f"{one.label}：{MEANS[one]}" for one in Dimension} == {*CRITERIA["PARTY"]}
    assert {f"{one.label}：{MEANS[one]}" for one in MemberDimension} == {*CRITERIA["MEMBER"]}


@pytest.mark.django_db
@pytest.mark.parametrize("one", [one for one in ALL if one.source], ids=named)
def test_a_source_tells_of_each_in_as_many_queries_for_many_as_for_one(city: City, one: Criterion) -> None:
    """What tells both of facts and of the records that prove them is asked for once."""
    assert one.source
    city.organization()
    for name in ("甲", "乙"):
        city.member(name)
    subjects = Member.objects.all() if one.of_members else PartyOrganization.objects.filter(code__startswith="CZ111")
    with CaptureQueriesContext(connection) as few:
        first, records = one.source.both(subjects, THIS_YEAR, TODAY)
    assert len({question["sql"] for question in few}) == len(few)
    assert one.source.facts(subjects, THIS_YEAR, TODAY) == first
    assert one.source.records(subjects, THIS_YEAR, TODAY) == records
    for place in range(5):
        node = establish(
            by=None, name=f"第{place}支部", kind="branch", parent=city["CZ111"], code=f"CZ1119{place}", on=LONG_AGO
        )
        city.nodes[node.code] = node
        city.cover(city.organization(), node.code)
        city.member(of=node.code)
    with CaptureQueriesContext(connection) as many:
        facts, _ = one.source.both(subjects.all(), THIS_YEAR, TODAY)
    assert facts.keys() == {*subjects.all().values_list("pk", flat=True)}
    assert len(facts) == len(first) + 5
    assert len(many) == len(few) <= 12
    for fact in facts.values():
        assert fact.known or HAN.search(fact.unknown or fact.excluded)
        if fact.known and one.mode is Mode.AUTO:
            assert 0 <= one.formula.points(fact, Decimal(10)) <= 10


NAMED = re.compile(r'"(\w+\.\w+)"')  # as records name their model


def test_whatever_proves_something_has_a_page() -> None:
    read = (
        one
        for name, one in sys.modules.items()
        if "criteria" in name.split(".") or name.startswith("evaluations.queries.")
    )
    words = {word for module in read for word in NAMED.findall(getsource(module))}
    named = words & {model._meta.label_lower for model in apps.get_models()}
    assert {"members.post", "orgs.ownerrecord"} <= named
    assert all(address_of(Record("", label, 1)).startswith("/") for label in named)
