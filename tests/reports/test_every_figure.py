"""Every declared indicator is the same number on every road: sums, list, workbook, command, page and closed month."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db.models import Q
from django.test import Client

from core.indicators import Indicator, Measure, declare, indicators, measures
from core.scope import Scope
from members.indicators import ROLL
from members.models import Post
from orgs.facts import differences, refresh
from orgs.figures import Narrow
from orgs.indicators import COVERAGE, GROUPS, MEMBERS, QUALITY
from orgs.models import Organization, PartyOrganization
from orgs.subjects import ORGANIZATIONS, PARTY_ORGANIZATIONS, NodeSubject
from reports.models import ClosedMonth
from reports.queries.moments import Moment
from reports.views.figures import FEW
from tests.orgs.plain import random_units
from tests.people import LONG_AGO, TODAY, City
from tests.reports.closing import close

PLACES = [Narrow(), Narrow(region="990102"), Narrow(node="CZ11"), Narrow(own="CZ111")]
Opened = Callable[..., Client]


def some_members(city: City, units: list[Organization]) -> None:
    """Members of several Party organizations, some of them of another one than their employer's."""
    pick = random.Random(9)
    for number in range(24):
        city.member(
            of=pick.choice(["CZ1111", "CZ1112", "CZ111", "CZ121"]),
            at=pick.choice([None, *units]),
            status=pick.choice(["FORMAL", "FORMAL", "PROBATIONARY", "DECEASED"]),
            education="20" if number % 9 == 0 else "30",
        )
    fresh = city.organization()
    city.cover(fresh, "CZ1111")
    for node in ("CZ1111", "CZ1112"):
        city.member(of=node, at=fresh)
    PartyOrganization.objects.filter(pk=city["CZ1112"].pk).update(term_ends_on=LONG_AGO)
    PartyOrganization.objects.filter(pk=city["CZ1111"].pk).update(term_ends_on=TODAY)


def some_secretaries(city: City) -> None:
    """Two who serve, one who no longer does, and a deputy."""
    for node, source, until in (("CZ1111", "STAFF", None), ("CZ1112", "SENT", TODAY), ("CZ12", "SENT", None)):
        told = {"party_organization": city[node], "name": "书记", "source": source, "since": LONG_AGO, "until": until}
        Post.objects.create(post="SECRETARY", **told)
        PartyOrganization.objects.filter(pk=city[node].pk, posts__until=None).update(secretary_name="书记")
    Post.objects.create(post="DEPUTY", name="副书记", source="STAFF", since=LONG_AGO, party_organization=city["CZ1111"])


@pytest.fixture
def busy(city: City) -> City:
    """Organizations, members and Party organizations to which much has happened."""
    some_members(city, random_units(city, random.Random(8), 40))
    some_secretaries(city)
    refresh(None, on=TODAY)
    return city


def listed(scope: Scope, moment: Moment, measure: Measure, narrow: Narrow) -> int:
    """A number from the names that it opens."""
    tree = moment.tree(scope)
    if isinstance(measure.subject, NodeSubject):
        return sum(row.measured.get(measure.code, 0) for row in moment.nodes(scope, narrow, tree))
    rows = moment.units(scope, measure.where, narrow, tree)
    return sum(rows.values_list(measure.sums, flat=True)) if measure.sums else rows.count()


def numbers(scope: Scope, moment: Moment, narrow: Narrow) -> dict[str, int | None]:
    """All measures."""
    return moment.figures(scope).whole(narrow, measures.codes())


@pytest.mark.parametrize("who", ["city", "district", "street", "leader"])
def test_every_number_is_its_list_now_and_in_a_closed_month(busy: City, who: str) -> None:
    scope, now = busy.scope(who), Moment(TODAY)
    told = {narrow: numbers(scope, now, narrow) for narrow in PLACES}
    closed = close(busy, "2026-10")
    then = Moment(TODAY, closed)
    some_members(busy, random_units(busy, random.Random(11), 10))
    refresh(None, on=TODAY)
    assert differences(on=TODAY) == []
    later = {narrow: numbers(scope, now, narrow) for narrow in PLACES}
    assert later != told
    for moment, said in ((then, told), (now, later)):
        for narrow in PLACES:
            assert numbers(scope, moment, narrow) == said[narrow]
            for measure in measures:
                if moment.closed and measure.code == ORGANIZATIONS.code:
                    continue  # a month keeps the names of those that once counted or were undecided
                assert listed(scope, moment, measure, narrow) == said[narrow][measure.code], (measure.code, narrow)


@pytest.mark.parametrize("month", ["", "2026-10"], ids=["now", "a closed month"])
def test_a_list_behind_a_sum_says_the_number_that_was_followed(busy: City, opened: Opened, month: str) -> None:
    close(busy, "2026-10")
    browser = opened("city")
    told = {code: number for code, number in numbers(busy.scope("city"), Moment(TODAY), Narrow()).items() if number}
    for measure in (measures[code] for code in told):
        by_node = isinstance(measure.subject, NodeSubject)
        response = browser.get("/nodes/" if by_node else "/units/", {"measure": measure.code, "month": month})
        if any(row.shown == FEW for row in response.context["page"].rows if by_node):
            assert response.context["sum"] is None, "a part that is too small to be told could be taken off the sum"
            continue
        summed = measure.sums or (by_node and measure.subject is not PARTY_ORGANIZATIONS)
        assert response.context["sum"] == (told[measure.code] if summed else None), measure.code
        assert (f"，合计 {told[measure.code]:,}，按" in response.content.decode()) == bool(summed), measure.code
    assert "members_elsewhere" in told


def test_numbers_of_members_and_party_organizations_agree_with_a_plain_count(busy: City) -> None:
    told = numbers(busy.scope("city"), Moment(TODAY), Narrow())
    nodes = list(PartyOrganization.objects.filter(dissolved_on=None).exclude(kind="department"))
    roll = [m for node in nodes for m in node.members.all() if m.status in ("FORMAL", "PROBATIONARY", "EXTENDED")]
    formal = {node.pk: sum(m.party_organization_id == node.pk and m.status == "FORMAL" for m in roll) for node in nodes}
    branches = [node for node in nodes if "branch" in node.kind and node.kind != "general_branch"]
    covered = {}
    for unit in Organization.objects.filter(facts__counted=True, facts__has_org=True).select_related("facts"):
        covered[unit.pk] = unit.facts.covered_by_id
    employed = [m for m in roll if Organization.objects.filter(pk=m.organization_id, facts__has_org=True).exists()]
    expected = {
        "party_organizations": len(nodes),
        "nodes_joint_branch": sum(node.kind == "joint_branch" for node in nodes),
        "nodes_over": 1,
        "nodes_with_term": 2,
        "nodes_ending": 1,
        "branches_led": 1,
        "secretaries": 2,
        "secretaries_staff": 1,
        "secretaries_sent": 1,
        "branches": len(branches),
        "branches_empty": sum(formal[node.pk] == 0 for node in branches),
        "branches_small": sum(formal[node.pk] < 3 for node in branches),
        "units_resting": len(covered),
        "units_resting_on_none": sum(formal[node] == 0 for node in covered.values()),
        "members": len(roll),
        "members_formal": sum(formal.values()),
        "members_employed": len(employed),
        "members_elsewhere": sum(m.party_organization_id != m.organization.facts.covered_by_id for m in employed),
    }
    assert {code: told[code] for code in expected} == expected
    assert 0 < told["members_elsewhere"] < told["members_employed"]


@pytest.mark.once
def test_every_indicator_stands_on_the_page_in_its_group_and_opens_lists(busy: City, opened: Opened) -> None:
    browser = opened("leader")
    response = browser.get("/figures/")
    groups = [(group, lines) for group, lines, _ in response.context["groups"]]
    shown = [(group, one.indicator.code) for group, lines in groups for one, _, _ in lines]
    assert sorted(code for _, code in shown) == sorted(indicators.codes())
    assert [group for group, _ in groups] == [group for group in GROUPS if group in {told for told, _ in shown}]
    assert all(indicators[code].group == group for group, code in shown)
    for _, lines in groups:
        for one, urls, _ in lines:
            for word in ("numerator", "denominator", "gap"):
                assert browser.get(urls[word]).status_code == 200, urls[word]
            assert one.hidden or one.indicator.basis in response.content.decode()


def test_a_line_opens_by_area(busy: City, opened: Opened) -> None:
    browser = opened("leader")
    parts = browser.get("/figures/?of=members_no")
    assert parts.status_code == 404
    parts = browser.get("/figures/?of=ELSEWHERE").context["parts"]
    whole = numbers(busy.scope("leader"), Moment(TODAY), Narrow())
    assert sum(one.numerator for one, _, _ in parts) == whole["members_elsewhere"]


def test_an_area_says_its_change_since_the_month_and_the_year_before(city: City, opened: Opened) -> None:
    first, second = (city.organization(managed_by=node, staff=120) for node in ("CZ111", "CZ121"))
    refresh(None, on=TODAY)
    close(city, "2025-11")
    city.cover(first, "CZ1111")
    refresh(None, on=TODAY)
    close(city, "2026-10")
    city.cover(second, "CZ121")
    refresh(None, on=TODAY)
    parts = opened("leader").get("/figures/?of=T2").context["parts"]
    assert [(one.rate, one.since_month, one.since_year) for one, _, _ in parts] == [(100, 0, 100), (100, 100, 100)]
    then = opened("leader").get("/figures/?of=T2&month=2026-10").context["parts"]
    assert [(one.rate, one.since_month, one.since_year) for one, _, _ in then] == [(100, 100, None), (0, 0, None)]


# --- an indicator is one object in one file
HERE: dict[str, Indicator] = {
    "X_UNIT": Indicator(
        code="X_UNIT",
        group=QUALITY,
        name="影响较大的单位",
        clause="意见三-3",
        basis="登记单位中影响较大的，标准 %(econ.org_headcount)s 名。",
        denominator=measures["counted"],
        numerator=Measure(ORGANIZATIONS, "x_influential", "其中影响较大", Q(influential=True)),
    ),
    "X_NODE": Indicator(
        code="X_NODE",
        group=COVERAGE,
        name="没有批复文号的党组织",
        clause="支部工作条例",
        basis="党组织中没有登记批复文号的。",
        denominator=measures[PARTY_ORGANIZATIONS.code],
        numerator=Measure(PARTY_ORGANIZATIONS, "x_no_approval", "其中没有批复文号", Q(approval_no="")),
    ),
    "X_MEMBER": Indicator(
        code="X_MEMBER",
        group=MEMBERS,
        name="本科学历的党员",
        clause="意见二-2",
        basis="党员中学历是本科的。",
        denominator=measures[ROLL.code],
        numerator=Measure(ROLL, "x_graduates", "其中本科", Q(education="20")),
    ),
}


@pytest.fixture
def declared(city: City) -> Iterator[City]:
    """A city that was stated and closed a month before these indicators were declared; then a new version is installed."""
    units = [city.organization(f"澄州{n}厂") for n in range(3)]
    Organization.objects.filter(pk=units[0].pk).update(influential=True)
    for n in range(6):
        city.member(of="CZ1111", at=units[0], education="20" if n < 2 else "30")
    refresh(None, on=TODAY)
    close(city, "2026-09")
    declare(*HERE.values())
    try:
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        yield city
    finally:
        for code, one in HERE.items():
            del indicators._items[code], measures._items[one.numerator.code]


EXPECTED = {"X_UNIT": (1, 3), "X_NODE": (10, 10), "X_MEMBER": (2, 6)}


def test_a_new_indicator_is_on_every_road(declared: City, opened: Opened) -> None:
    close(declared, "2026-10")
    said = {one["indicator"]: (one["numerator"], one["denominator"]) for one in figures()}
    assert {code: said[code] for code in HERE} == EXPECTED
    said = {one["indicator"]: (one["numerator"], one["denominator"]) for one in figures("--month", "2026-10")}
    assert {code: said[code] for code in HERE} == EXPECTED
    browser = opened("city")
    for month in ("", "2026-10"):
        page = browser.get("/figures/", {"month": month})
        lines = {one.indicator.code: (one, urls) for _, group, _ in page.context["groups"] for one, urls, _ in group}
        for code, one in HERE.items():
            assert one.name in page.content.decode()
            assert (lines[code][0].numerator, lines[code][0].denominator) == EXPECTED[code]
            rows = workbook(browser, lines[code][1]["numerator"])
            counted = isinstance(one.numerator.subject, NodeSubject)
            column = next(n for n, header in enumerate(rows[0]) if str(header).startswith("数量")) if counted else 0
            listed = [row[column] if counted else 1 for row in rows[1:]]
            assert sum(number for number in listed if isinstance(number, (int, float))) == (
                0 if code == "X_MEMBER" else EXPECTED[code][0]
            ), "fewer than three are not told to the city"
    assert "100 名" in ClosedMonth.objects.get(month="2026-10").words["indicators"]["X_UNIT"]["basis"]
    assert "影响较大的单位" in str(workbook(browser, "/figures/", do=""))


def test_a_month_closed_before_an_indicator_was_declared_has_no_number(declared: City, opened: Opened) -> None:
    assert all(one["numerator"] is None for one in figures("--month", "2026-09") if one["indicator"] in HERE)
    page = opened("city").get("/figures/", {"month": "2026-09"})
    lines = {one.indicator.code: one for _, group, _ in page.context["groups"] for one, _, _ in group}
    assert [(lines[code].numerator, lines[code].rate) for code in HERE] == [(None, None)] * 3


def test_fewer_than_three_are_told_to_their_own_committee_alone(declared: City, opened: Opened) -> None:
    assert "不足 3" in opened("leader").get("/figures/").content.decode()
    address = "/nodes/?measure=x_graduates"
    assert [row.shown for row, _ in opened("leader").get(address).context["rows"]] == ["不足 3"]
    assert opened("leader").get(address).context["sum"] is None, "the part could be taken off it"
    assert [row.shown for row, _ in opened("street").get(address).context["rows"]] == [2]
    assert [row.shown for row, _ in opened("leader").get("/nodes/?measure=members").context["rows"]] == [6]
    rest = {who: opened(who).get("/nodes/?gap=X_MEMBER").context for who in ("leader", "street")}
    assert [row.shown for row, _ in rest["leader"]["rows"]] == ["不显示"], "taken off the whole it would tell the part"
    assert (rest["leader"]["sum"], [row.shown for row, _ in rest["street"]["rows"]]) == (None, [4])
    declared.user("leader").appointments.create(role="INSTRUCTOR", node=declared["CZ111"], since=LONG_AGO)
    assert [row.shown for row, _ in opened("leader").get(address).context["rows"]] == ["不足 3"]


def figures(*arguments: str) -> list[dict[str, object]]:
    """What the command prints."""
    out = StringIO()
    call_command("figures", *arguments, "--json", stdout=out)
    return list(json.loads(out.getvalue()))


def workbook(browser: Client, address: str, do: str = "export") -> list[tuple[object, ...]]:
    """The rows of a list's or a page's workbook from its header on."""
    content = b"".join(browser.post(address, {"do": do}).streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    return rows[next(n for n, row in enumerate(rows) if sum(cell is not None for cell in row) > 1) :]


def test_a_list_says_what_it_is_a_part_of_and_by_which_rule(busy: City, opened: Opened) -> None:
    client = opened("city")
    for page, title, rule in (
        ("/nodes/?measure=branches_empty", "党支部，其中没有正式党员", "中，没有正式党员的"),
        ("/units/?measure=stale_size", "人数已知的单位，其中人数过期", "个月以前的"),
        ("/units/?gap=R4", "工作覆盖率：没有计入的法人单位", "群团组织开展党的工作记录的"),
        ("/units/?gap=MASS", "没有计入的未建党组织的法人单位", "登记即计入"),
    ):
        body = client.get(page).content.decode()
        assert f"{title}</h1>" in body, page
        assert rule in body, page


def test_figures_that_can_be_met_on_paper_say_so() -> None:
    for code in ("SHOULD", "R1", "R7", "MASS", "UNION", "VENUE"):
        assert "即计入" in indicators[code].basis
