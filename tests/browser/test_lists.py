"""A list in the browser: a page is jumped to, what is filtered by a tap is what is kept and exported, a phone's row shows
its name and what tells it apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.models import SavedFilter
from orgs.facts import refresh
from tests.browser.chromium import PHONE
from tests.people import TODAY, City


@pytest.fixture
def many(city: City) -> None:
    for number in range(120):
        city.organization(f"澄州{number}号有限公司", staff=number)
    refresh(None, on=TODAY)


@pytest.mark.parametrize("address", ["/units/?measure=counted", "/admin/orgs/organization/"])
def test_a_page_is_jumped_to_and_left_again(many: None, signed_in: Callable[[str], Page], address: str) -> None:
    page = signed_in("city")
    page.goto(address)
    results = page.locator("#results")
    expect(results).to_contain_text("共 3 页")
    page.fill("input[name=page]", "3")
    page.click("text=跳转")
    expect(results).to_contain_text("澄州119号有限公司")
    assert "page=3" in page.url
    expect(page.locator("text=下一页")).to_have_count(0)
    page.click("text=上一页")
    expect(results).to_contain_text("澄州50号有限公司")
    expect(page.locator("input[name=page]")).to_have_value("2")
    page.reload()
    expect(page.locator("input[name=page]")).to_have_value("2")


def test_what_is_kept_are_the_conditions_at_hand(many: None, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("city")
    page.goto("/units/?measure=counted")
    page.fill("input[name=q]", "119号")
    page.press("input[name=q]", "Enter")
    expect(page.locator("#results")).to_contain_text("共 1 家")
    kept = page.locator("summary", has_text="常用筛选")
    filters = page.locator("form.filters").bounding_box()
    beside = kept.bounding_box()
    assert filters
    assert beside
    assert filters["y"] <= beside["y"] < filters["y"] + filters["height"], "in the line of the filters"
    kept.click()
    page.fill("input[name=name]", "末号")
    page.click("text=保存")
    expect(page.locator(".messages")).to_contain_text("已存为常用筛选")
    assert "119" in SavedFilter.objects.get().query
    assert "q=" in page.url


def test_a_row_on_the_phone_tells_members_apart_by_no_number(city: City, signed_in: Callable[[str], Page]) -> None:
    city.member("王一", id_number="11010119900307123X")
    page = signed_in("city")
    page.set_viewport_size(PHONE)
    page.goto("/admin/members/member/")
    expect(page.locator("td.key")).to_have_text(city["CZ1111"].name)


@pytest.mark.parametrize(
    ("address", "menu"), [("/units/?measure=counted", "常用筛选"), ("/organizations/{unit}/", "办理")]
)
def test_a_menu_on_the_phone_lies_within_the_page(
    city: City, signed_in: Callable[[str], Page], address: str, menu: str
) -> None:
    unit = city.organization("澄州明川电子有限公司")
    refresh(None, on=TODAY)
    page = signed_in("city")
    page.set_viewport_size(PHONE)
    page.goto(address.format(unit=unit.pk))
    page.locator("summary", has_text=menu).first.click()
    box = page.locator("details.menu[open] > :not(summary)").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
