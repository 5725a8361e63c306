"""The leader's road, on a desk and on a phone: read the answer, open the names, drill down, filter, print."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from orgs.facts import refresh
from orgs.models import Organization
from tests.people import TODAY, City

SIZES = [pytest.param(1280, 900, id="desk"), pytest.param(390, 844, id="phone")]


@pytest.fixture
def gaps(city: City) -> dict[str, Organization]:
    """Two units without a Party organization and one with."""
    units = {
        "new": city.organization("澄州明川电子有限公司", staff=128, staff_on=TODAY),
        "old": city.organization("澄州禾岸食品厂", staff=104),
        "built": city.organization("澄州恒泰物流有限公司", staff=300),
    }
    city.cover(units["built"], "CZ1111")
    refresh(None, on=TODAY)
    return units


def fits(page: Page) -> bool:
    """Nothing sticks out of the window."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_leader_goes_from_the_answer_to_the_names(
    gaps: dict[str, Organization], signed_in: Callable[[str], Page], width: int, height: int
) -> None:
    page = signed_in("leader")
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/dashboard/")
    expect(page.locator("p.lead")).to_contain_text("应建党组织的 3 家中，1 家已建（33.3%），尚未建 2 家")
    assert fits(page)
    page.locator("p.lead a.due").click()
    expect(page.locator("#results")).to_contain_text("共 2 家")
    expect(page.locator("#results")).to_contain_text("职工 128 人，达到 100 名标准")
    assert fits(page)
    page.go_back()
    page.get_by_role("link", name="云溪区").first.click()
    expect(page.locator("h1 + p")).to_contain_text("云溪区")
    expect(page.locator("table.figures tbody")).to_contain_text("云台街道")
    page.get_by_role("link", name="党组织", exact=True).click()
    expect(page.locator("table.figures tbody")).to_contain_text("中共云台街道工作委员会")
    assert fits(page)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_filter_swaps_the_results_and_keeps_the_address(
    gaps: dict[str, Organization], signed_in: Callable[[str], Page], width: int, height: int
) -> None:
    page = signed_in("leader")
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/worklists/party-organization/")
    page.evaluate("document.body.dataset.kept = 'yes'")
    page.get_by_text("更多条件").click()
    page.get_by_label("超过 90 天").check()
    expect(page.locator("#results")).to_contain_text("共 1 家")
    assert page.evaluate("document.body.dataset.kept") == "yes"
    assert "overdue=on" in page.url
    page.reload()
    expect(page.locator("#results")).to_contain_text("澄州禾岸食品厂")
    expect(page.locator("#results")).not_to_contain_text("澄州明川电子有限公司")


def test_rates_that_are_compared_begin_at_one_line(
    city: City, gaps: dict[str, Organization], signed_in: Callable[[str], Page]
) -> None:
    city.cover(city.organization("已建的", managed_by="CZ121", staff=120), "CZ121", "AREA")
    refresh(None, on=TODAY)
    page = signed_in("leader")
    page.goto("/dashboard/")
    edges = page.locator("table.figures .bar").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().x)")
    assert page.locator("table.figures .bar + span").all_inner_texts() == ["33.3%", "100.0%", "50.0%"]
    assert len(edges) == 3
    assert len(set(edges)) == 1


def test_the_print_is_one_portrait_page_for_signing(
    gaps: dict[str, Organization], signed_in: Callable[[str], Page]
) -> None:
    page = signed_in("leader")
    page.goto("/dashboard/")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    expect(page.get_by_text("签批：")).to_be_visible()
    expect(page.get_by_text("应建未建时间最长的单位")).to_be_visible()
    expect(page.locator("nav.nav")).to_be_hidden()


def test_the_page_works_without_script(
    gaps: dict[str, Organization], signed_in: Callable[[str], Page], page: Page
) -> None:
    signed_in("leader")
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/worklists/party-organization/")
    page.get_by_text("更多条件").click()
    page.get_by_label("超过 90 天").check()
    page.get_by_role("button", name="查看").click()
    expect(page.locator("#results")).to_contain_text("共 1 家")
