"""Worklists name each unit that is missing something, why, for how long, whose it is, and the next step."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orgs.facts import refresh
from orgs.models import Coverage, Liaison, Organization, OrganizationFacts, Zone
from orgs.rules.setup import DEFAULTS
from orgs.services import people
from reports.models import GapAnswer
from reports.worklists import WorklistRow, lines, worklists
from tests.people import TODAY, City

PARTY, MEMBER = "/worklists/party-organization/", "/worklists/member/"


def line_of(city: City, unit: Organization, code: str = "party-organization", username: str = "city") -> WorklistRow:
    """What the list says about a unit."""
    worklist = worklists[code]
    rows = list(worklist.records(city.scope(username)).filter(pk=unit.pk))
    return lines(worklist, rows, scope=city.scope(username), thresholds=DEFAULTS, on=TODAY)[0]


def names(city: City, username: str, code: str = "party-organization") -> set[str]:
    """The names on somebody's list."""
    return {row.organization.name for row in worklists[code].records(city.scope(username))}


def test_a_unit_is_listed_with_its_reasons_its_days_and_the_step(city: City, gaps: dict[str, Organization]) -> None:
    line = line_of(city, gaps["large"])
    assert line.why == "职工 128 人，达到 100 名标准；正式党员 4 名，应单独组建"
    assert line.step.code == "establish"
    assert line.days == (TODAY - OrganizationFacts.objects.get(pk=gaps["large"].pk).should_since).days > 200


def test_neighbours_of_the_community_come_before_those_of_the_street(city: City, gaps: dict[str, Organization]) -> None:
    line = line_of(city, gaps["lonely"])
    assert line.step.code == "joint"
    assert line.step.names == ("澄州星湖机械有限公司", "澄州云谷软件有限公司")
    assert line.days == 31


def test_neighbours_outside_the_scope_are_not_named(city: City, gaps: dict[str, Organization]) -> None:
    Organization.objects.filter(pk=gaps["far"].pk).update(managed_by=city["CZ121"])
    refresh(None, on=TODAY)
    assert line_of(city, gaps["lonely"], username="city").step.code == "joint"
    assert line_of(city, gaps["lonely"], username="district").step.code == "instructor"


def test_a_social_organization_is_told_to_attach_to_its_trade_first(city: City, gaps: dict[str, Organization]) -> None:
    step = line_of(city, gaps["social"]).step
    assert (step.code, step.names) == ("attach", ("中共澄州市民办教育行业委员会",))


def test_the_party_organization_that_covers_most_of_a_zone_could_cover_one_more(
    city: City, gaps: dict[str, Organization]
) -> None:
    zone = Zone.objects.create(code="Z1", kind="park", name="科创园", region_id="990102001000")
    for _ in range(2):
        city.cover(city.organization(zone=zone), "CZ1112", "AREA")
    city.cover(city.organization(zone=zone), "CZ111", "AREA")
    Organization.objects.filter(pk__in=[gaps["lonely"].pk]).update(zone=zone)
    Organization.objects.filter(pk__in=[gaps["near"].pk, gaps["far"].pk]).update(status="SHELL")
    refresh(None, on=TODAY)
    step = line_of(city, gaps["lonely"]).step
    assert (step.code, step.names) == ("zone", ("中共云台街道楼宇联合支部委员会",))


def test_the_party_organization_of_a_chain_s_leading_firm_could_cover(
    city: City, gaps: dict[str, Organization]
) -> None:
    chain = Zone.objects.create(code="C1", kind="chain", name="电子产业链", region_id="990102001000")
    Organization.objects.filter(pk=gaps["built"].pk).update(zone=chain, chain_leader=True)
    Organization.objects.filter(pk=gaps["lonely"].pk).update(zone=chain)
    Organization.objects.filter(pk__in=[gaps["near"].pk, gaps["far"].pk]).update(status="SHELL")
    refresh(None, on=TODAY)
    step = line_of(city, gaps["lonely"]).step
    assert (step.code, step.names) == ("chain", ("中共澄州明川电子有限公司支部委员会",))


def test_a_unit_without_members_is_on_the_list_of_blank_spots(city: City, gaps: dict[str, Organization]) -> None:
    assert names(city, "district", "member") == {"澄州禾岸食品厂", "澄州恒泰物流有限公司", "澄州金利商贸有限公司"}
    line = line_of(city, gaps["fifty"], "member")
    assert line.why == "职工 60 人，达到 50 名有党员标准"
    assert line.step.code == "recommend_member"


def test_those_responsible_are_named(city: City, gaps: dict[str, Organization]) -> None:
    unit = gaps["large"]
    assert line_of(city, unit).responsible == ()
    for name, until in (("韩晓梅", None), ("赵国平", date(2026, 9, 1))):
        people.liaisons.add(
            by=city.user("city"),
            organization=unit,
            name=name,
            appointed_by=city["CZ111"],
            since=date(2026, 8, 1),
            on=TODAY,
        )
        Liaison.objects.filter(name=name).update(until=until)
    GapAnswer.objects.create(
        organization=unit, responsible="孙立军", answered_at=timezone.now(), answered_by=city.user("street")
    )
    refresh(None, on=TODAY)
    OrganizationFacts.objects.filter(pk=unit.pk).update(instructor_name="周敏")
    assert line_of(city, unit).responsible == ("责任人 孙立军", "指导员 周敏", "联络员 韩晓梅")


def test_members_that_only_the_survey_knows_are_to_be_transferred(city: City, gaps: dict[str, Organization]) -> None:
    Organization.objects.filter(pk=gaps["fifty"].pk).update(survey_members=2)
    assert line_of(city, gaps["fifty"], "member").step.code == "transfer_member"


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        ("city", {"澄州明川电子有限公司", "澄州禾岸食品厂", "澄州博雅学校", "澄州东方医药有限公司"}),
        ("district", {"澄州明川电子有限公司", "澄州禾岸食品厂"}),
        ("stranger", {"澄州东方医药有限公司"}),
    ],
)
def test_a_list_ends_where_the_scope_ends(
    city: City, gaps: dict[str, Organization], username: str, expected: set[str]
) -> None:
    assert names(city, username) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=明川", {"明川"}),
        ("region=990102", {"明川", "禾岸", "博雅"}),
        ("region=990102001001", {"禾岸", "博雅"}),
        ("region=990103", {"东方"}),
        ("category=SO", {"博雅"}),
        ("category=E4", {"明川", "禾岸", "东方"}),
        ("overdue=on", {"明川", "博雅", "东方"}),
        ("region=990102001", {"明川", "禾岸", "博雅"}),
        ("region=none", set()),
        ("zone=none", {"明川", "禾岸", "博雅", "东方"}),
        ("node=CZ12", {"东方"}),
        ("own=CZ13", {"博雅"}),
        ("node=XX", set()),
        ("band=M", set()),
    ],
)
def test_filters_narrow_the_page(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], query: str, expected: set[str]
) -> None:
    page = opened("city").get(f"{PARTY}?{query}").content.decode()
    assert {
        name for name in ("明川", "禾岸", "博雅", "东方") if f"州{name}" in page.split('id="results"')[1]
    } == expected


def test_the_page_takes_a_constant_number_of_queries(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("city")

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(PARTY).status_code == 200
        return len(captured)

    zone = Zone.objects.create(code="Z9", kind="park", name="园", region_id="990102001000")
    city.organization(staff=200, zone=zone, authority="澄州市教育局")
    refresh(None, on=TODAY)
    browser.get(PARTY)  # the first page of a session writes when it was
    few = queries()
    for _ in range(30):
        city.organization(staff=200, zone=zone, authority="澄州市教育局", region_id="990102001001")
    refresh(None, on=TODAY)
    assert queries() == few <= 25


def test_the_workbook_is_the_list(city: City, gaps: dict[str, Organization], opened: Callable[..., Client]) -> None:
    response = opened("district").post(PARTY, {"do": "export"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert {row[0] for row in rows[1:]} == names(city, "district")
    assert rows[0][:4] == ("单位名称", "统一社会信用代码", "类别", "所在区划")


@pytest.mark.parametrize(
    ("username", "status"), [("leader", 200), ("street", 200), ("secretary", 403), ("sysadmin", 403)]
)
def test_who_opens_the_worklists(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], username: str, status: int
) -> None:
    assert opened(username).get(PARTY).status_code == status
    assert opened(username).get(MEMBER).status_code == status


def test_a_leader_reads_the_list_without_buttons(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    page = opened("leader").get(PARTY).content.decode()
    assert "澄州明川电子有限公司" in page
    assert "发起" not in page


def test_an_unknown_list_is_not_there(city: City, opened: Callable[..., Client]) -> None:
    assert opened("city").get("/worklists/nothing/").status_code == 404


def test_a_covered_unit_leaves_the_list(city: City, gaps: dict[str, Organization]) -> None:
    city.cover(gaps["large"], "CZ111", Coverage.Form.AREA)
    refresh([gaps["large"].pk], on=TODAY)
    assert "澄州明川电子有限公司" not in names(city, "city")


@pytest.mark.parametrize(("sort", "state"), [("", "descending"), ("since", "descending"), ("-since", "ascending")])
def test_the_arrow_over_the_days_points_where_the_days_go(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], sort: str, state: str
) -> None:
    page = opened("city").get(f"/worklists/party-organization/?sort={sort}")
    days = [row.line.days for row, _ in page.context["rows"]]
    assert days == sorted(days, reverse=state == "descending")
    assert f'aria-sort="{state}"' in page.content.decode()
