"""From a worklist through the button of the next step and back, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from instructors.models import Assignment
from instructors.services import instructors
from orgs.facts import refresh
from orgs.models import Coverage
from tests.browser.chromium import DESK, PHONE
from tests.people import LONG_AGO, TODAY, City

SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
UNIT = "澄州溪口纺织厂"


def opened(page: Page, screen: dict[str, int], url: str) -> None:
    page.set_viewport_size(screen)
    page.goto(url)
    unfold(page)


def unfold(page: Page) -> None:
    """On a phone the rest of a row, with its button, comes by a tap."""
    for more in page.locator(".more button").all():
        more.click()


def pick(page: Page, number: int, text: str, option: str) -> None:
    """Choose in a field that suggests."""
    page.locator("form.record .select2-selection, details[open] .select2-selection").nth(number).click()
    page.keyboard.type(text)
    page.locator(".select2-results__option", has_text=option).click()


def fits(page: Page, screen: dict[str, int]) -> None:
    """Nothing sticks out at the side."""
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


@SCREENS
def test_an_instructor_is_sent_to_the_unit(city: City, signed_in: Callable[[str], Page], screen) -> None:
    unit = city.organization(UNIT, managed_by="CZ112", staff=150)
    instructors.add(by=None, sent_by=city["CZ11"], since=LONG_AGO, on=TODAY, name="吴指导", source="OFFICE")
    refresh(None, on=TODAY)
    page = signed_in("district")
    opened(page, screen, "/worklists/party-organization/")
    page.get_by_role("link", name="派指导员").click()
    expect(page.locator("form.record")).to_contain_text(UNIT)
    pick(page, 1, "吴", "吴指导")
    page.get_by_label("起始").fill("2026-11-20")
    fits(page, screen)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page).to_have_url(re.compile("/worklists/party-organization/$"))
    unfold(page)
    expect(page.get_by_text("推荐党员就业")).to_be_visible()
    assert Assignment.objects.get().organization == unit


@SCREENS
def test_a_member_is_transferred_and_the_unit_leaves_the_list(
    city: City, signed_in: Callable[[str], Page], screen
) -> None:
    unit = city.organization(UNIT, managed_by="CZ112", staff=60, survey_members=1)
    member = city.member("林若水", of="CZ1111")
    refresh(None, on=TODAY)
    page = signed_in("district")
    opened(page, screen, "/worklists/member/")
    page.get_by_role("link", name="接转").click()
    pick(page, 0, "林", "林若水（中共澄州明川电子有限公司支部委员会）")
    page.get_by_label("到岗（转入）日期").fill("2026-11-20")
    fits(page, screen)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".messages")).to_contain_text(f"已登记“林若水”在“{UNIT}”工作")
    expect(page.get_by_text("没有党员空白点")).to_be_visible()
    member.refresh_from_db()
    assert member.organization == unit


@SCREENS
def test_a_joint_branch_is_set_up_as_the_step_says(city: City, signed_in: Callable[[str], Page], screen) -> None:
    unit = city.organization(UNIT, managed_by="CZ111", staff=150, region_id="990102001001")
    for number in range(3):
        near = city.organization(f"邻近{number}号有限公司", managed_by="CZ111", region_id="990102001001")
        city.member(of="CZ1112", at=near)
    refresh(None, on=TODAY)
    page = signed_in("street")
    opened(page, screen, "/worklists/party-organization/")
    page.get_by_role("link", name="发起联建").click()
    expect(page.get_by_label("党组织名称")).to_have_value(f"中共{UNIT}等单位联合支部")
    page.get_by_label("成立日期").fill("2026-11-20")
    fits(page, screen)
    page.get_by_role("button", name="成立并建立覆盖关系").click()
    expect(page.locator(".messages")).to_contain_text("覆盖 4 家单位")
    assert Coverage.objects.filter(form="JOINT", until=None).count() == 4
    assert unit.coverages.get().party_organization.parent == city["CZ111"]
