"""A treasurer's month on a phone: open, one tap, a part, a correction, handed up; without script too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from dues.models import Due, HandUp, Payment
from dues.services.assessments import Line, assess_many
from tests.browser.chromium import PHONE
from tests.browser.test_accessible import AXE, RUN, SMALL
from tests.people import City


@pytest.fixture
def phone(city: City, signed_in: Callable[[str], Page]) -> Page:
    """A branch of five who are assessed, on a phone of its treasurer."""
    today = timezone.localdate()
    people = [city.member(f"党员{place}") for place in range(5)]
    lines = [Line(one.pk, "WAGE", D(5000), date(today.year, 1, 1)) for one in people]
    assess_many(by=city.user("treasurer"), lines=lines, at=timezone.now(), on=today)
    page = signed_in("treasurer")
    page.set_viewport_size(PHONE)
    return page


def test_a_month_on_the_phone(phone: Page) -> None:
    """Only this month's column stands; Enter goes down; what is left is one tap; then it goes up."""
    phone.goto("/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("党费")
    fields = phone.locator(".grid td.now input")
    expect(fields).to_have_count(5)
    assert phone.locator(".grid input:visible").count() == 5
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    fields.nth(0).fill("20")
    fields.nth(0).press("Enter")
    expect(fields.nth(1)).to_be_focused()
    fields.nth(1).fill("50")
    expect(phone.locator("[data-sum]")).to_have_text("本次 70.00 元")
    phone.get_by_role("button", name="保存").click()
    expect(phone.locator(".messages")).to_contain_text("已登记 2 人 70.00 元")
    phone.get_by_role("button", name="月全部已交").click()
    expect(phone.locator(".messages")).to_contain_text("已登记 4 人 180.00 元")
    expect(phone.locator(".grid tfoot .now")).to_have_text("250.00")
    expect(phone.locator(".receipts li").last).to_contain_text("250.00")
    phone.get_by_text("更正", exact=True).first.click()
    phone.get_by_placeholder("更正的原因").first.fill("记错了金额")
    phone.get_by_role("button", name="冲减这一笔").first.click()
    expect(phone.locator(".messages")).to_contain_text("已更正")
    expect(phone.locator(".grid tfoot .now")).to_have_text("230.00")
    assert Payment.objects.count() == 7
    phone.goto("/dues/hand-ups/")
    phone.get_by_role("button", name="上缴", exact=True).click()
    expect(phone.locator(".messages")).to_contain_text("等上级确认")
    assert HandUp.objects.get().amount == 230


def test_the_grid_works_without_script(phone: Page, browser: Browser, live_server: Any) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, base_url=live_server.url, locale="zh-CN")
    context.add_cookies(phone.context.cookies())
    page = context.new_page()
    page.goto("/dues/")
    page.locator(".grid td.now input").first.fill("50")
    page.locator(".grid td.now input").first.press("Enter")
    expect(page.locator(".messages")).to_contain_text("已登记 1 人 50.00 元")
    page.get_by_role("button", name="月全部已交").click()
    assert Due.objects.filter(month=timezone.localdate().replace(day=1), paid=50).count() == 5
    context.close()


def test_pages_of_the_treasurer_are_accessible(phone: Page, city: City) -> None:
    for address in ("", "assess/", "payments/", "gift/", "relief/", "print/"):
        phone.goto(f"/branch/{city['CZ1111'].pk}/dues/{address}")
        phone.evaluate(AXE)
        assert phone.evaluate(RUN) == [], address
        assert phone.evaluate(SMALL) == [], address
