"""Lists of names read an index of their own, on both databases, also below a committee and in closed months."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.models import Q

from core.indicators import indicators
from core.rows import insert_rows
from orgs.facts import refresh
from orgs.models import OrganizationFacts
from orgs.subjects import ORGANIZATIONS
from reports.models import FrozenUnit
from tests.people import TODAY, City

MANAGERS = ("CZ111", "CZ112", "CZ11", "CZ121", "CZ13")


@pytest.fixture
def many(city: City) -> City:
    """Facts of four thousand organizations, one in a hundred missing something, one in four hundred undecided."""
    managers = [city[code].pk for code in MANAGERS]
    columns = (
        "managed_by_id",
        "undecided",
        "counted",
        "unit",
        "category",
        "has_org",
        "formal",
        "should",
        "should_member",
        "band",
    )
    rows = []
    for key in range(1, 4001):
        lacking = key % 100 == 3
        state = (not lacking, int(not lacking), lacking, lacking, "L" if lacking else "S")
        rows.append((key, managers[key % 5], key % 400 == 7, True, True, "E4", *state))
    insert_rows(OrganizationFacts, ("organization_id", *columns), rows)
    frozen = ("organization_id", *columns, "name", "first_month", "last_month")
    insert_rows(FrozenUnit, frozen, ((*row, "单位", "2026-10", None) for row in rows))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return city


def test_worklists_read_their_indexes(many: City) -> None:
    # by committee or by how long it is overdue: both hold the rows of the list alone
    lists = {code: (indicators[code].gap, r"facts_(gap|overdue)") for code in ("SHOULD", "T2", "T4", "R3", "R5")}
    lists |= {code: (indicators[code].gap, "facts_member_gap") for code in ("T1", "T3", "R6")}
    lists["待判定"] = (Q(undecided=True), "facts_undecided")
    for who in ("street", "district", "city"):
        rows = OrganizationFacts.objects.within(many.scope(who)).order_by("organization_id")
        for name, (where, index) in lists.items():
            assert re.search(index, rows.filter(where).explain()), (who, name)
        names = FrozenUnit.objects.within(many.scope(who)).of_month("2026-10").filter(indicators["SHOULD"].gap)
        assert "frozen_unit_gap" in names.order_by("organization_id").explain(), who


def test_a_gap_is_its_denominator_without_its_numerator(city: City) -> None:
    for staff in (10, 60, 120):
        for built in (True, False):
            unit = city.organization(staff=staff)
            if built:
                city.cover(unit, "CZ1111")
                city.member(at=unit)
    refresh(None, on=TODAY)
    facts = OrganizationFacts.objects
    for indicator in (one for one in indicators if one.denominator.subject is ORGANIZATIONS):
        whole = set(facts.filter(indicator.denominator.where).values_list("pk", flat=True))
        part = set(facts.filter(indicator.numerator.where).values_list("pk", flat=True))
        assert set(facts.filter(indicator.gap).values_list("pk", flat=True)) == whole - part, indicator.code
