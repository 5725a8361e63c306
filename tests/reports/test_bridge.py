"""The bridge adds up exactly, and each term is the list of its names."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.test import Client

from orgs.facts import refresh
from orgs.figures import Narrow, Tree, tree_of
from orgs.models import Coverage, Organization, Tally
from orgs.models.facts import STATED
from reports.queries.bridge import Between, between_of, bridge, terms
from reports.queries.moments import Moment, closed_months
from tests.people import TODAY, City
from tests.reports.closing import close


def between(city: City, username: str = "city", narrow: Narrow | None = None) -> Between:
    """From the last closed month to now."""
    scope = city.scope(username)
    found = between_of(scope, Moment(TODAY), narrow or Narrow(), closed_months(), tree_of(scope))
    assert found is not None
    return found


def named(city: City, code: str, username: str = "city") -> set[str]:
    """The units of a term by name."""
    rows = between(city, username).units(terms[code])
    return {getattr(row, "name", None) or row.organization.name for row in rows}


@pytest.fixture
def moved_on(city: City, gaps: dict[str, Organization]) -> City:
    """October is closed; since then something happened to each unit."""
    gaps["losing"] = city.organization("失去的", staff=100)
    city.cover(gaps["losing"], "CZ1112")
    gaps["moving"] = city.organization("划走的", staff=100)
    refresh(None, on=TODAY)
    close(city, "2026-10")
    city.cover(gaps["large"], "CZ111", "AREA")
    Organization.objects.filter(pk=gaps["lonely"].pk).update(status="STRUCK_OFF")
    Coverage.objects.filter(organization=gaps["losing"]).update(until=TODAY)
    Organization.objects.filter(pk=gaps["moving"].pk).update(managed_by=city["CZ121"])
    Organization.objects.filter(pk=gaps["social"].pk).update(staff=10)
    city.organization("新来的", staff=100)
    refresh(None, on=TODAY)
    return city


@pytest.mark.parametrize(
    ("username", "code", "expected"),
    [
        ("city", "due", {"新来的"}),
        ("city", "lost", {"失去的"}),
        ("city", "moved_in", set()),
        ("city", "built", {"澄州明川电子有限公司"}),
        ("city", "ended", {"澄州禾岸食品厂"}),
        ("city", "size_out", {"澄州博雅学校"}),
        ("district", "ended", {"澄州禾岸食品厂"}),
        ("district", "moved_out", {"划走的"}),
        ("stranger", "moved_in", {"划走的"}),
        ("stranger", "due", set()),
    ],
)
def test_each_unit_stands_under_what_happened_to_it(
    moved_on: City, username: str, code: str, expected: set[str]
) -> None:
    assert named(moved_on, code, username) == expected


@pytest.mark.parametrize("username", ["city", "district", "street", "stranger"])
def test_the_terms_lead_exactly_from_one_gap_to_the_other(moved_on: City, username: str) -> None:
    span = between(moved_on, username)
    found = bridge(span)
    assert found.before + sum(term.sign * number for term, number in found.terms) == span.gap(span.now).count()


def test_any_history_adds_up_for_every_narrowing(city: City) -> None:
    pick = random.Random(3)
    committees = ("CZ111", "CZ112", "CZ121", "CZ13")
    units = [city.organization(managed_by=pick.choice(committees), staff=pick.choice([99, 100])) for _ in range(40)]
    for unit in pick.sample(units, 15):
        city.cover(unit, "CZ111", "AREA")
    refresh(None, on=TODAY)
    close(city, "2026-10")
    for unit in pick.sample(units, 20):
        Organization.objects.filter(pk=unit.pk).update(
            staff=pick.choice([99, 100]),
            managed_by=city[pick.choice(committees)],
            status=pick.choice(["NORMAL", "NORMAL", "MOVED_OUT"]),
        )
    Coverage.objects.filter(organization__in=pick.sample(units, 20)).update(until=TODAY)
    for unit in units:
        if not unit.coverages.exists() and pick.random() < 0.4:
            city.cover(unit, "CZ1112", "JOINT")
    refresh(None, on=TODAY)
    for narrow in (Narrow(), Narrow(region="990102"), Narrow(node="CZ11"), Narrow(own="CZ121"), Narrow(band="L")):
        span = between(city, narrow=narrow)
        found = bridge(span)
        assert found.before + sum(t.sign * n for t, n in found.terms) == span.gap(span.now).count(), narrow


def test_the_page_writes_the_bridge_and_opens_each_term(moved_on: City, opened: Callable[..., Client]) -> None:
    browser = opened("leader")
    page = browser.get("/dashboard/").content.decode()
    line = page[page.index('<p class="bridge">') :]
    for word in ("2026-10 末未建", "新增应建", "失去覆盖", "注销、迁出等", "人数减少"):
        assert word in line[: line.index("</p>")]
    assert "划入" not in line[: line.index("</p>")]
    listed = browser.get("/changes/?change=ended").content.decode()
    assert "共 1 家" in listed
    assert "澄州禾岸食品厂" in listed


def test_two_units_that_change_places_are_seen_though_no_sum_changes(city: City, gaps: dict[str, Organization]) -> None:
    twin = city.organization("澄州恒泰仓储有限公司", staff=300)
    refresh(None, on=TODAY)
    close(city, "2026-10")

    def numbers() -> dict[str, int]:
        return {term.code: number for term, number in bridge(between(city)).terms if number}

    assert numbers() == {}
    Coverage.objects.filter(organization=gaps["built"]).update(organization=twin)
    sums = list(Tally.objects.exclude(measure=STATED).order_by("pk").values())
    refresh([twin.pk, gaps["built"].pk], on=TODAY)
    assert list(Tally.objects.exclude(measure=STATED).order_by("pk").values()) == sums
    assert numbers() == {"lost": 1, "built": 1}


def test_the_first_month_has_no_bridge(city: City, gaps: dict[str, Organization]) -> None:
    assert between_of(city.scope("city"), Moment(TODAY), Narrow(), closed_months(), Tree({})) is None
