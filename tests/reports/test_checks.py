"""Checks find what contradicts, is out of date or waits for a decision, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.parameters import values_on
from orgs.facts import refresh
from orgs.models import Organization, Venue, VenueUse
from reports.checks import Look, checks
from tests.people import LONG_AGO, TODAY, City

RECENT, OLD = date(2026, 9, 1), date(2025, 11, 23)


def found(city: City, code: str, username: str = "city", on: date = TODAY) -> set[str]:
    """The names that a check finds for somebody."""
    refresh(None, on=on)
    rows = checks[code].find(Look(city.scope(username), on, values_on(on)))
    return {getattr(row, "organization", row).name for row in rows}


def test_undecided_ones_wait_for_a_category_or_a_committee(city: City) -> None:
    city.organization("无类别", category="")
    city.organization("无管理", managed_basis="UNDECIDED")
    city.organization("已定")
    city.organization("不在范围", category="", in_scope=False)
    assert found(city, "undecided") == {"无类别", "无管理"}


def test_a_survey_that_knows_more_than_the_register_is_looked_into(city: City) -> None:
    city.organization("多一名", survey_members=1, survey_on=RECENT)
    known = city.organization("已登记", survey_members=1, survey_on=RECENT)
    city.member(at=known)
    city.organization("说已建", survey_has_party_organization=True, survey_on=RECENT)
    built = city.organization("确已建", survey_has_party_organization=True, survey_on=RECENT)
    city.cover(built, "CZ1111")
    city.organization("停业的", survey_members=5, status="SUSPENDED")
    assert found(city, "survey-above-roster") == {"多一名", "说已建"}


@pytest.mark.parametrize(
    ("surveyed", "listed"),
    [(None, True), (date(2025, 11, 23), True), (date(2025, 11, 24), False), (TODAY, False)],
    ids=["never", "a day too old", "just valid", "today"],
)
def test_a_survey_is_valid_for_twelve_months(city: City, surveyed: date | None, listed: bool) -> None:
    city.organization("五十人", staff=50, survey_on=surveyed)
    city.organization("四十九人", staff=49, survey_on=surveyed)
    assert found(city, "survey-out-of-date") == ({"五十人"} if listed else set())


@pytest.mark.parametrize(
    ("on", "inspected", "listed"),
    [
        (date(2026, 6, 30), date(2025, 1, 1), False),
        (date(2026, 6, 30), date(2024, 12, 31), True),
        (date(2026, 7, 1), date(2025, 12, 31), True),
        (date(2026, 7, 1), date(2026, 1, 1), False),
        (date(2026, 7, 1), None, True),
    ],
)
def test_an_inspection_is_due_when_the_deadline_of_the_year_has_passed(
    city: City, on: date, inspected: date | None, listed: bool
) -> None:
    city.organization("协会", category="SO1", inspected_on=inspected)
    city.organization("公司", inspected_on=inspected)
    city.organization("新设协会", category="SO1", registered_on=date(2026, 5, 1))
    assert found(city, "inspection-due", on=on) == ({"协会"} if listed else set())


def test_a_coverage_without_somewhere_to_meet_is_looked_into(city: City) -> None:
    for name, node in (("无场所", "CZ1111"), ("有场所", "CZ1112")):
        city.cover(city.organization(name), node)
    venue = Venue.objects.create(name="党群服务中心", kind="SHARED", managed_by=city["CZ111"])
    VenueUse.objects.create(venue=venue, party_organization=city["CZ1112"], since=LONG_AGO)
    assert found(city, "no-venue") == {"无场所"}


def test_the_struck_off_with_members_or_coverage_are_looked_into(city: City) -> None:
    city.member(at=city.organization("有党员", status="STRUCK_OFF"))
    city.cover(city.organization("有覆盖", status="MOVED_OUT"), "CZ1111")
    city.organization("都没有", status="STRUCK_OFF")
    assert found(city, "gone") == {"有党员", "有覆盖"}


def test_records_that_look_alike_stand_together(city: City) -> None:
    city.organization("澄州明川(集团)公司")
    city.organization("澄州明川（集团）公司")
    city.organization("澄州云谷软件甲公司", legal_representative="赵某")
    city.organization("澄州云谷软件乙公司", legal_representative="赵某")
    city.organization("澄州独一公司")
    assert len(found(city, "duplicates")) == 4


def test_a_joint_branch_is_named_from_its_sixth_unit_on(city: City) -> None:
    for _ in range(5):
        city.cover(city.organization(), "CZ1112", "JOINT")
    assert found(city, "large-joint-branches") == set()
    city.cover(city.organization(), "CZ1112", "JOINT")
    assert found(city, "large-joint-branches") == {"中共云台街道楼宇联合支部委员会"}
    assert found(city, "large-joint-branches", "stranger") == set()
    for _ in range(6):
        city.cover(city.organization(), "CZ1111", "CHAIN")
    assert len(found(city, "large-joint-branches")) == 2, "however they are covered"


def test_the_overview_counts_and_every_check_opens(city: City, opened: Callable[..., Client]) -> None:
    city.organization("无类别", category="")
    city.organization("外区的", category="", managed_by="CZ121")
    refresh(None, on=TODAY)
    browser = opened("street")
    page = browser.get("/checks/").content.decode()
    assert "<b>1</b> 家" in page
    for check in checks:
        assert browser.get(f"/checks/{check.code}/").status_code == 200, check.code
    listed = browser.get("/checks/undecided/").content.decode()
    assert "无类别" in listed
    assert "外区的" not in listed
    assert browser.get("/checks/nothing/").status_code == 404


def test_the_overview_takes_a_query_a_check(city: City, opened: Callable[..., Client]) -> None:
    browser = opened("street")
    browser.get("/checks/")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/checks/")
    assert len(captured) <= len(list(checks)) + 10


def test_only_those_with_figures_look(city: City, opened: Callable[..., Client]) -> None:
    assert opened("secretary").get("/checks/").status_code == 403
    assert opened("secretary").get("/checks/undecided/").status_code == 403


def test_every_check_exports(city: City, opened: Callable[..., Client]) -> None:
    Organization.objects.all().delete()
    for check in checks:
        assert opened("street").post(f"/checks/{check.code}/", {"do": "export"}).status_code == 200, check.code
