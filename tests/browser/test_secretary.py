"""The secretary's month on a phone: filed in few taps, never lost, without script too, and barred to nobody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from activities.models import ActivityRecord, Attachment
from activities.services import reviews
from activities.services.obligations import lay_out
from tests.browser.chromium import PHONE
from tests.browser.test_accessible import AXE, RUN, SMALL
from tests.filing import file_record, members
from tests.people import City
from tests.secretary_road import CONTENT, walk

MOST_TAPS = 12


@pytest.fixture
def phone(city: City, signed_in: Callable[[str], Page]) -> Page:
    """A branch of twelve whose last theme day is on file, on a phone of its secretary."""
    members(city, 12)
    today = timezone.localdate()
    file_record(city, on=today, held_on=today.replace(day=1) - timedelta(days=3), late_reason="补报")
    lay_out(on=today)
    page = signed_in("secretary")
    page.set_viewport_size(PHONE)
    return page


def open_form(page: Page) -> None:
    page.goto("/branch/")
    page.get_by_role("link", name="填报主题党日").first.click()


def newest() -> ActivityRecord:
    return ActivityRecord.objects.order_by("-pk")[0]


def test_a_record_of_twelve_with_one_absence_takes_few_taps(phone: Page) -> None:
    taps = walk(phone)
    record = newest()
    assert (record.status, record.expected, record.present) == ("SUBMITTED", 12, 11)
    assert record.attendances.get(present=False).reason == "SICK"
    assert taps <= MOST_TAPS
    assert phone.evaluate("localStorage.length") == 0
    phone.goto("/branch/")
    expect(phone.locator(".duties").get_by_text("✓ 已报").first).to_be_visible()


def test_everybody_came_is_one_tap_and_the_number_follows(phone: Page) -> None:
    open_form(phone)
    expect(phone.locator("[data-count]")).to_have_text("应到 12 名，实到 12 名")
    for place in (1, 4):
        phone.locator(".seats label").nth(place).click()
    expect(phone.locator("[data-count]")).to_have_text("应到 12 名，实到 10 名")
    phone.get_by_role("button", name="全部到会").click()
    expect(phone.locator("[data-count]")).to_have_text("应到 12 名，实到 12 名")


def test_a_lost_connection_and_a_closed_tab_lose_nothing(phone: Page) -> None:
    open_form(phone)
    phone.context.set_offline(True)
    phone.locator(".seats label").nth(2).click()
    phone.get_by_label("主要内容").fill(CONTENT)
    expect(phone.locator("#saved")).to_contain_text("内容已存在本机")
    held = phone.evaluate("Object.values(localStorage)[0]")
    assert "党员3" not in held
    context = phone.context
    phone.close()
    context.set_offline(False)
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto("/branch/")
    page.get_by_role("link", name=re.compile("继续：.*主题党日")).click()
    expect(page.locator("#restored")).to_contain_text("已恢复本机")
    expect(page.get_by_label("主要内容")).to_have_value(CONTENT)
    expect(page.locator("[name=came]").nth(2)).not_to_be_checked()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    assert newest().typed["content"] == [CONTENT]
    assert page.evaluate("localStorage.length") == 0


def test_a_connection_that_comes_back_saves_by_itself(phone: Page) -> None:
    open_form(phone)
    phone.context.set_offline(True)
    phone.get_by_label("主题（议题）").fill("安全生产")
    expect(phone.locator("#saved")).to_contain_text("内容已存在本机")
    phone.context.set_offline(False)
    expect(phone.locator("#saved")).to_contain_text("已自动保存")
    assert newest().typed["topic"] == ["安全生产"]


def test_an_expired_sign_in_loses_nothing(
    phone: Page, signed_in: Callable[[str], Page], live_server: Any, city: City
) -> None:
    open_form(phone)
    address = phone.url
    Session.objects.all().delete()
    phone.get_by_label("主要内容").fill(CONTENT)
    again = phone.get_by_role("link", name="重新登录")
    expect(again).to_be_visible()
    again.click()
    expect(phone.get_by_role("textbox", name="口令")).to_be_visible()
    signed_in("secretary")
    phone.goto(address)
    expect(phone.locator("#restored")).to_contain_text("已恢复本机")
    expect(phone.get_by_label("主要内容")).to_have_value(CONTENT)


def test_what_another_device_saved_meanwhile_is_not_overwritten(phone: Page) -> None:
    open_form(phone)
    phone.get_by_label("主题（议题）").fill("本机的题目")
    expect(phone.locator("#saved")).to_contain_text("已自动保存")
    phone.context.set_offline(True)
    phone.get_by_label("主题（议题）").fill("本机后来的题目")
    expect(phone.locator("#saved")).to_contain_text("内容已存在本机")
    record = newest()
    ActivityRecord.objects.filter(pk=record.pk).update(typed=record.typed | {"topic": ["另一台的题目"], "stamp": ["x"]})
    context, address = phone.context, phone.url
    phone.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_label("主题（议题）")).to_have_value("另一台的题目")
    page.get_by_role("button", name="使用本机的内容").click()
    expect(page.get_by_label("主题（议题）")).to_have_value("本机后来的题目")


def test_a_large_photo_comes_small_with_the_day_it_was_taken(phone: Page, tmp_path: Path) -> None:
    settings.DATA_DIR, before = tmp_path, settings.DATA_DIR
    exif = Image.Exif()
    exif[0x0132] = "2026:11:20 09:30:00"
    photo = io.BytesIO()
    Image.effect_noise((4000, 3000), 90).convert("RGB").save(photo, "JPEG", quality=95, exif=exif)
    sent: list[int] = []
    phone.on("request", lambda one: sent.append(len(one.post_data_buffer or b"")) if one.method == "POST" else None)
    try:
        open_form(phone)
        phone.get_by_label("照片或文件").set_input_files(
            {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
        )
        expect(phone.locator("#attachments")).to_contain_text("现场.jpg")
    finally:
        settings.DATA_DIR = before
    attachment = Attachment.objects.get()
    assert attachment.taken_on is not None
    assert attachment.taken_on.isoformat() == "2026-11-20"
    assert len(photo.getvalue()) > 4_000_000
    assert max(sent) < len(photo.getvalue()) / 3


def test_everything_works_without_script(phone: Page, browser: Browser, city: City, live_server: Any) -> None:
    client = Client()
    client.force_login(city.user("secretary"))
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, viewport=PHONE, locale="zh-CN")
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[typeddict-item]
    page = context.new_page()
    open_form(page)
    page.get_by_role("button", name="复制上月").click()
    page.locator(".seats label").nth(3).click()
    page.locator(".seats li").nth(3).get_by_role("combobox").select_option(label="事假")
    page.get_by_label("主题（议题）").fill("学习全会精神")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".messages")).to_contain_text("草稿已保存")
    page.get_by_label("主要内容").fill(CONTENT)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="主题党日记录")).to_be_visible()
    record = newest()
    assert (record.present, record.attendances.get(present=False).reason) == (11, "PERSONAL")
    page.get_by_role("button", name="撤回修改").click()
    expect(page.get_by_label("主要内容")).to_have_value(CONTENT)
    page.goto("/branch/")
    page.locator("summary", has_text=re.compile("^未开展$")).first.click()
    page.get_by_role("button", name="节假日停工").first.click()
    expect(page.locator(".messages")).to_contain_text("已说明 1 项未开展")
    context.close()


def test_no_page_of_the_branch_bars_anybody(phone: Page, city: City) -> None:
    today = timezone.localdate()
    record = file_record(city, on=today, held_on=today, kind="LECTURE", lecturer="钱书记")
    reviews.send_back(by=city.user("street"), record=record, reason="缺少讲课人", at=timezone.now(), on=today)
    branch, first = f"/branch/{city['CZ1111'].pk}", ActivityRecord.objects.order_by("pk")[0]
    wrong = []
    for address in (
        "/branch/", f"{branch}/records/{record.draft_key}/", f"{branch}/records/{record.draft_key.hex[::-1]}/?kind=CONGRESS",
        f"/branch/records/{first.pk}/", "/branch/records/", f"{branch}/plans/new/", f"{branch}/posts/",
        f"{branch}/posts/new/", f"{branch}/regulations/new/",
    ):  # fmt: skip
        phone.goto(address)
        phone.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        phone.evaluate(AXE)
        wrong += [(address, one) for one in phone.evaluate(RUN)]
        wrong += [(address, 44, one) for one in phone.evaluate(SMALL)]
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    assert wrong == []


def test_the_whole_text_is_copied_with_one_tap(phone: Page) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.goto(f"/branch/records/{newest().pk}/")
    phone.get_by_role("button", name="复制全文").click()
    expect(phone.get_by_role("button", name="已复制")).to_be_visible()
    assert "应到 12 名，实到 12 名" in phone.evaluate("navigator.clipboard.readText()")


def test_two_devices_that_type_at_once_lose_nothing(phone: Page) -> None:
    open_form(phone)
    phone.get_by_label("主题（议题）").fill("手机的题目")
    expect(phone.locator("#saved")).to_contain_text("已自动保存")
    desk = phone.context.browser.new_context(  # type: ignore[union-attr]
        storage_state={"cookies": phone.context.cookies(), "origins": []}, base_url=phone.url, locale="zh-CN"
    ).new_page()
    desk.goto(phone.url)
    expect(desk.get_by_label("主题（议题）")).to_have_value("手机的题目")
    with phone.expect_response(lambda one: one.request.method == "POST"):
        phone.get_by_label("主要内容").fill(CONTENT)
    desk.get_by_label("主题（议题）").fill("电脑的题目")
    expect(desk.locator("#saved")).to_contain_text("另一台设备上保存过，没有覆盖")
    assert newest().typed["content"] == [CONTENT]
    desk.get_by_role("link", name="重新打开本页").click()
    expect(desk.get_by_label("主要内容")).to_have_value(CONTENT)
    desk.get_by_role("button", name="使用本机的内容").click()
    expect(desk.get_by_label("主题（议题）")).to_have_value("电脑的题目")
    expect(desk.locator("#saved")).to_contain_text("已自动保存")
    assert newest().typed["topic"] == ["电脑的题目"]
    phone.get_by_role("button", name="保存草稿").click()
    expect(phone.get_by_text("再次保存或提交，用本页的内容")).to_be_visible()
    expect(phone.get_by_label("主要内容")).to_have_value(CONTENT)
    assert newest().typed["topic"] == ["电脑的题目"]
    phone.get_by_role("button", name="保存草稿").click()
    expect(phone.locator(".messages")).to_contain_text("草稿已保存")
    assert newest().typed["topic"] == ["手机的题目"]
    desk.context.close()
