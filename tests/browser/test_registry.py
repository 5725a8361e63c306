"""The clerk's day in the back office: find by keyboard, change many after a preview, cover one, correct a code."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from orgs.facts import refresh
from orgs.models import Coverage, Organization
from tests.people import TODAY, City

LIST = "/admin/orgs/organization/"


@pytest.fixture
def units(city: City) -> list[Organization]:
    found = [city.organization(name) for name in ("澄州明川电子有限公司", "澄州明川食品厂", "澄州禾岸物流有限公司")]
    refresh(None, on=TODAY)
    return found


def test_rows_are_found_ticked_and_changed_without_a_mouse(
    units: list[Organization], signed_in: Callable[[str], Page]
) -> None:
    page = signed_in("street")
    page.goto(LIST)
    page.keyboard.press("/")
    page.keyboard.type("明川")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("h1").click()
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-ticked]")).to_contain_text("已勾选 2")
    page.get_by_role("button", name="改经营状态").click()
    page.get_by_label("经营状态").select_option("SUSPENDED")
    page.get_by_label("原因或依据").fill("年报公示")
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".lead")).to_contain_text("将修改 2 家")
    assert not Organization.objects.filter(status="SUSPENDED").exists()
    page.get_by_role("button", name=re.compile("确认修改")).click()
    expect(page.locator(".messages")).to_contain_text("已修改 2 家")
    assert Organization.objects.filter(status="SUSPENDED").count() == 2


def test_an_organization_is_covered_from_its_page(
    city: City, units: list[Organization], signed_in: Callable[[str], Page]
) -> None:
    page = signed_in("street")
    page.goto(f"/organizations/{units[0].pk}/")
    page.get_by_role("link", name="登记覆盖").click()
    page.locator(".select2-selection").nth(1).click()
    page.keyboard.type("明川")
    page.locator(".select2-results__option", has_text="明川电子").click()
    page.get_by_label("形式").select_option("SINGLE")
    page.get_by_label("起始").fill("2026-11-01")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#coverage")).to_contain_text("单独组建")
    expect(page.locator("#history")).to_contain_text("建立覆盖")
    assert Coverage.objects.get().organization == units[0]


def test_a_wrong_code_is_told_while_it_is_typed(units: list[Organization], signed_in: Callable[[str], Page]) -> None:
    page = signed_in("street")
    page.goto(f"{LIST}add/")
    page.get_by_label("统一社会信用代码").fill("91350100M000100Y44")
    page.get_by_label("名称").first.click()
    expect(page.locator(".check").filter(has_text="校验位不符")).to_be_visible()
