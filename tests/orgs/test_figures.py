"""A figure is the number of its list: for every measure, cut and scope, against a plain count over all facts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.indicators import indicators, measures
from core.scope import Scope
from orgs.facts import refresh
from orgs.figures import CUTS, NONE, Figures, Narrow, Slice, by_party, by_region, facts_of, live, total, within_area
from orgs.models import OrganizationFacts, PartyOrganization, Tally, Zone
from orgs.models.party import steps
from orgs.subjects import ORGANIZATIONS
from tests.people import TODAY, City

CODES = tuple(measure.code for measure in measures if measure.subject is ORGANIZATIONS)
SCOPES = ("city", "district", "street", "stranger", "leader", "secretary")
AREAS = ("990102001001", "990102001000", "990102002000", "990102000000", "990103001000", None)
MANAGERS = ("CZ111", "CZ112", "CZ11", "CZ121", "CZ13")


@pytest.fixture
def busy(city: City) -> City:
    """Sixty organizations of all kinds, some covered, some with members."""
    pick = random.Random(7)
    zones = [Zone.objects.create(code=f"Z{n}", kind="park", name=f"园{n}", region_id="990102001000") for n in (1, 2)]
    for _ in range(60):
        size = pick.choice([0, 19, 20, 49, 50, 99, 100, 400])
        category = pick.choice(["E1", "E4", "E6", "SO1", "SO3", ""])
        unit = city.organization(
            managed_by=pick.choice(MANAGERS),
            region_id=pick.choice(AREAS),
            zone=pick.choice([*zones, None]),
            category=category,
            staff=size,
            membership=size if category == "SO1" else None,
            status=pick.choice(["NORMAL", "NORMAL", "NORMAL", "STRUCK_OFF"]),
        )
        if pick.random() < 0.5:
            city.cover(unit, pick.choice(["CZ111", "CZ1112"]), pick.choice(["AREA", "JOINT", "FUNCTIONAL"]))
        for _ in range(pick.choice([0, 0, 1, 3])):
            city.member(at=unit, status=pick.choice(["FORMAL", "PROBATIONARY"]))
    refresh(None, on=TODAY)
    return city


def counted(scope: Scope, code: str, holds: Callable[[OrganizationFacts], bool]) -> int:
    """The measure by a plain count over the facts of the committees below the scope's nodes."""
    measure = measures[code]
    ids = set(OrganizationFacts.objects.filter(measure.where).values_list("pk", flat=True))
    may = scope.may("registry.view")
    rows = [
        row
        for row in OrganizationFacts.objects.select_related("managed_by")
        if row.pk in ids and may and scope.holds_path(row.managed_by.path) and holds(row)
    ]
    return sum(getattr(row, measure.sums) for row in rows) if measure.sums else len(rows)


def listed(scope: Scope, code: str, row: Slice, figures: Figures) -> int:
    """The measure from the list that the number opens."""
    measure = measures[code]
    facts = facts_of(scope, measure.where, row.narrow, figures.tree)
    return sum(facts.values_list(measure.sums, flat=True)) if measure.sums else facts.count()


def holds(narrow: Narrow) -> Callable[[OrganizationFacts], bool]:
    """Whether facts lie within, said in plain words."""
    path = PartyOrganization.objects.filter(code=narrow.node).values_list("path", flat=True).first()

    def lies_within(row: OrganizationFacts) -> bool:
        region = row.region_code == "" if narrow.region == NONE else row.region_code.startswith(narrow.region)
        sector = narrow.category in ("E", "SO") and row.category.startswith(narrow.category)
        category = not narrow.category or sector or row.category == narrow.category.replace(NONE, "")
        zone = not narrow.zone or str(row.zone_key or NONE) == narrow.zone
        band = not narrow.band or row.band == narrow.band
        node = not narrow.node or row.managed_by.path.startswith(path or "nowhere")
        own = not narrow.own or row.managed_by.code == narrow.own
        return region and category and zone and band and node and own

    return lies_within


@pytest.mark.parametrize("username", SCOPES)
def test_every_number_of_every_cut_is_its_list_and_the_rows_add_up(busy: City, username: str) -> None:
    scope = busy.scope(username)
    figures = live(scope)
    plain = {code: counted(scope, code, lambda row: True) for code in CODES}
    for cut, (_, rows_of) in CUTS.items():
        rows = rows_of(figures, Narrow(), CODES)
        for row in rows:
            for code in ("organizations", "should", "should_built", "formal"):
                expected = counted(scope, code, holds(row.narrow))
                assert row.sums[code] == listed(scope, code, row, figures) == expected, (cut, row.name, code)
        assert total(rows, CODES, Narrow()).sums == plain, cut


NARROWED = [
    Narrow(region="990102"),
    Narrow(region="990102001"),
    Narrow(region=NONE),
    Narrow(region="990102000"),
    Narrow(node="CZ11"),
    Narrow(own="CZ11"),
    Narrow(node="nowhere"),
    Narrow(own="nowhere"),
    Narrow(category="SO"),
    Narrow(category=NONE),
    Narrow(zone=NONE, band="L"),
    Narrow(region="9901", node="CZ1", category="E4", band="M"),
]


@pytest.mark.parametrize("cut", CUTS)
def test_a_narrowed_cut_is_narrowed_like_its_lists(busy: City, cut: str) -> None:
    scope = busy.scope("city")
    figures = live(scope)
    for narrow in NARROWED:
        rows = CUTS[cut][1](figures, narrow, CODES)
        expected = facts_of(scope, measures["organizations"].where, narrow, figures.tree).count()
        assert (
            total(rows, CODES, narrow).sums["organizations"]
            == expected
            == counted(scope, "organizations", holds(narrow))
        )
        for row in rows:
            assert row.sums["organizations"] == listed(scope, "organizations", row, figures), (narrow, row.name)


def test_areas_drill_from_districts_to_communities(busy: City) -> None:
    figures = live(busy.scope("city"))
    districts = by_region(figures, Narrow(), ("organizations",))
    assert [row.name for row in districts] == ["云溪区", "临江区", "区划不明"]
    assert [row.opens for row in districts] == [True, True, False]
    streets = by_region(figures, districts[0].narrow, ("organizations",))
    assert [row.name for row in streets] == ["云溪区（未分到下级）", "云台街道", "溪口街道"]
    communities = by_region(figures, streets[1].narrow, ("organizations",))
    assert [row.name for row in communities] == ["云台街道（未分到下级）", "南墩社区"]
    assert not any(row.opens for row in communities)


def test_the_party_tree_drills_and_keeps_what_a_committee_manages_itself(busy: City) -> None:
    figures = live(busy.scope("city"))
    first = by_party(figures, Narrow(), ("organizations",))
    assert [row.name for row in first] == [
        "中共云溪区委两新工委",
        "中共临江区委两新工委",
        "中共澄州市民办教育行业委员会",
    ]
    below = by_party(figures, first[0].narrow, ("organizations",))
    assert [row.name for row in below] == [
        "中共云台街道工作委员会",
        "中共溪口街道工作委员会",
        "中共云溪区委两新工委（本级管理）",
    ]
    assert sum(row.sums["organizations"] for row in below) == first[0].sums["organizations"]
    assert [row.opens for row in below] == [False, False, False]


def test_a_rate_and_a_gap_come_from_the_same_row(busy: City) -> None:
    row = total(by_region(live(busy.scope("city")), Narrow(), CODES), CODES, Narrow())
    for indicator in (one for one in indicators if one.denominator.subject is ORGANIZATIONS):
        numerator, denominator = (row.sums[m.code] for m in (indicator.numerator, indicator.denominator))
        assert row.gap(indicator) == denominator - numerator >= 0
        assert (row.rate(indicator) is None) == (denominator == 0)


def test_a_cut_is_one_query_over_the_cells(busy: City) -> None:
    figures = live(busy.scope("city"))
    for _, rows_of in CUTS.values():
        with CaptureQueriesContext(connection) as captured:
            rows_of(figures, Narrow(), CODES)
        assert sum("orgs_tally" in query["sql"] for query in captured) == 1
        assert len(captured) <= 2


@pytest.mark.parametrize(
    ("by", "narrow", "cut"),
    [
        ("region", Narrow(), "region"),
        ("region", Narrow(region="990102", node="CZ1"), "region"),
        ("zone", Narrow(), "zone"),
        ("category", Narrow(category="SO"), "category"),
        ("party", Narrow(), "whole"),
        ("party", Narrow(category=NONE), "category"),
        ("band", Narrow(own="CZ11"), "band"),
        ("region", Narrow(category="SO"), ""),
        ("category", Narrow(zone=NONE, band="L"), ""),
    ],
)
def test_a_figure_reads_the_fewest_rows_that_know_its_keys(busy: City, by: str, narrow: Narrow, cut: str) -> None:
    figures, rows_of = live(busy.scope("city")), CUTS[by][1]
    rows = rows_of(figures, narrow, CODES)
    Tally.objects.exclude(cut=cut).delete()
    assert rows_of(figures, narrow, CODES) == rows != []


def test_a_path_says_what_it_stands_under(city: City) -> None:
    assert steps(city["CZ111"].path) == [city[code].pk for code in ("CZ", "CZ1", "CZ11", "CZ111")]


def test_an_area_is_a_range_of_codes() -> None:
    assert dict(within_area("990102").children) == {"region_code__range": ("990102000000", "990102999999")}
    assert dict(within_area(NONE).children) == {"region_code": ""}
