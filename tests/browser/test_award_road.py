"""A branch from its application on the phone to the honour on its page, with an objection on the way, by five hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from evaluations.models import Honour
from tests.awards import good_branch, held
from tests.browser.roads import Road
from tests.people import LONG_AGO, City, account


def test_a_branch_applies_is_public_objected_to_and_honoured(
    city: City, signed_in: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    today, now = timezone.localdate(), timezone.now()
    second = city.people["second"] = account("second", None, name="何市", must_change_password=False)
    second.appointments.create(role="DEPARTMENT", node=city["CZ"], since=LONG_AGO)
    good_branch(city)
    row = held(city, PARTY=1)
    row.propose_until = today + timedelta(days=5)
    row.save()
    place, road = f"/awards/{row.pk}/", Road("award", signed_in, phones=("secretary", "street"))

    page = road.page_of("secretary", f"/branch/{city['CZ1111'].pk}/")
    road.step(page, "1-branch")
    page.get_by_role("link", name="申报：年度表彰").click()
    road.step(page, "2-commendation")
    page.get_by_role("link", name="申报五个好党组织").click()
    page.get_by_label("主要事迹").fill("带领党员攻关 3 项，帮助困难职工 12 人")
    road.step(page, "3-apply")
    page.get_by_role("button", name="申报", exact=True).click()
    page.get_by_text("已申报，等待上级推荐").wait_for()
    road.step(page, "4-applied")

    page = road.page_of("street", "/due/")
    page.get_by_role("link", name="推荐", exact=True).first.click()
    road.step(page, "5-street")
    page.get_by_role("button", name="推荐", exact=True).click()
    page.get_by_text("已推荐，等待审定").wait_for()

    page = road.page_of("city", place)
    page.get_by_role("link", name="五个好党组织：").click()
    road.step(page, "6-checks")
    page.get_by_role("button", name="同意", exact=True).click()
    page.get_by_text("已同意").wait_for()
    page.goto(place)
    page.get_by_role("button", name="公示", exact=True).click()
    page.get_by_text("公示名单").wait_for()
    road.step(page, "7-public")

    page = road.page_of("secretary", place)
    page.locator("summary", has_text="登记异议").click()
    road.step(page, "8-object")
    page.get_by_label("针对").select_option(index=1)
    page.locator("textarea[name=text]").fill("活动记录和实际不一致，请核实")
    page.locator("[name=raised_by]").fill("王职工")
    page.locator("[name=received_on]").fill(str(today))
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("异议已登记").wait_for()
    road.step(page, "9-objection")

    page = road.page_of("second", place)
    page.locator("summary", has_text="答复").click()
    page.locator("[name=accepted]").select_option("no")
    page.locator("[name=answer]").fill("查阅记录和现场照片，活动属实")
    road.step(page, "10-answer")
    page.get_by_role("button", name="答复", exact=True).click()
    page.get_by_text("已答复").wait_for()

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=20))
    page = road.page_of("city", place)
    page.get_by_label("表彰文号").fill("澄组〔2026〕30 号")
    page.get_by_role("button", name="表彰", exact=True).click()
    page.get_by_text("已表彰 1 个").wait_for()
    road.step(page, "11-honoured")
    road.step(road.page_of("secretary", place), "12-honoured-phone")
    there = reverse("party", args=[city["CZ1111"].pk])
    road.step(road.page_of("city", there), "13-archive")
    road.step(road.page_of("street", there), "14-archive-phone")
    assert Honour.objects.get().awarded_on == date.fromordinal(today.toordinal() + 20)
    assert road.small == [], "every button is large enough for a thumb"
