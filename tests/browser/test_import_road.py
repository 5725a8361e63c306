"""The whole import road with a real workbook, at a desk and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from orgs.models import Organization
from tests.browser.chromium import DESK, PHONE
from tests.lists import MARKET, credit_code, firm
from tests.wizard import work

SHORT = 15_000  # milliseconds that a page may take on a busy machine


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings):
    """Uploaded files and workers' locks of one test."""
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A list as an office sends it: a title, a line of units, the header, rows good and bad, a sum."""
    book = Workbook()
    sheet = book.active
    sheet.title = "登记企业"
    sheet.append(["云溪区登记企业名单"])
    sheet.append(["单位：人、万元"])
    columns = [*MARKET, "经营范围"]
    sheet.append(columns)
    rows = [firm(number) for number in range(1, 61)]
    rows += [firm(61, 从业人数=-5), firm(62, 统一社会信用代码="91990102A00000062"), firm(63, 从业人数="约50")]
    for row in rows:
        sheet.append([row.get(column, "") for column in columns])
    sheet.append(["合计", 63])
    path = tmp_path / "十月登记名单.xlsx"
    book.save(path)
    return path


def fits(page: Page, width: int) -> None:
    """Nothing sticks out at the side."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def go_on(page: Page, seen: str) -> None:
    """The worker does its part; the page moves on by itself."""
    work()
    expect(page.get_by_text(seen).first).to_be_visible(timeout=SHORT)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_clerk_imports_a_list_and_takes_it_back(signed_in, workbook, screen):
    page = signed_in("city")
    page.set_viewport_size(screen)
    page.goto("/imports/")
    page.get_by_role("link", name="导入一份名单").click()
    page.get_by_label("名单种类").select_option("market")
    page.get_by_label("名单文件").set_input_files(workbook)
    expect(page.get_by_text("已选择：十月登记名单.xlsx")).to_be_visible()
    page.get_by_label("名单日期").fill("2026-10-31")
    fits(page, screen["width"])
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_text("可以离开此页")).to_be_visible(timeout=SHORT)
    go_on(page, "读取工作表“登记企业”")

    expect(page.get_by_label("工作表“登记企业”的表头行号")).to_have_value("3")
    expect(page.get_by_label("A 列对应的系统字段")).to_have_value("name")
    expect(page.get_by_text("⚠ 未对应")).to_have_count(1)
    fits(page, screen["width"])
    page.get_by_role("button", name="核对名单").click()
    expect(page.get_by_text("可以离开此页")).to_be_visible(timeout=SHORT)
    go_on(page, "确认写入 61 行")

    page.get_by_role("link", name=re.compile("只看错误")).click()
    expect(page.get_by_text("N 列“从业人数”")).to_be_visible(timeout=SHORT)
    expect(page.get_by_text(credit_code(1))).to_have_count(0)
    fits(page, screen["width"])
    with page.expect_download() as arriving:
        page.get_by_role("link", name="下载错误工作簿").click()
    assert arriving.value.suggested_filename == "十月登记名单 问题数据.xlsx"
    page.get_by_role("button", name="确认写入").dblclick()
    expect(page.get_by_text("可以离开此页")).to_be_visible(timeout=SHORT)
    go_on(page, "已写入")
    assert Organization.objects.count() == 61

    page.get_by_role("button", name="撤销…").click()
    expect(page.get_by_text("可以离开此页")).to_be_visible(timeout=SHORT)
    go_on(page, "删除这次新增的")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("可以离开此页")).to_be_visible(timeout=SHORT)
    go_on(page, "已撤销")
    assert not Organization.objects.exists()
    fits(page, screen["width"])


def test_a_file_can_be_dropped_and_a_broken_one_is_refused_on_the_page(signed_in):
    page = signed_in("city")
    page.goto("/imports/new/")
    page.get_by_label("名单种类").select_option("market")
    carried = page.evaluate_handle(
        "() => { const carried = new DataTransfer(); carried.items.add(new File(['PK\\x03\\x04 broken'], '坏.xlsx')); "
        "return carried; }"
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": carried})
    expect(page.get_by_text("已选择：坏.xlsx")).to_be_visible()
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("alert")).to_contain_text("坏.xlsx", timeout=SHORT)
    page.get_by_label("名单文件").set_input_files({"name": "空.csv", "mimeType": "text/csv", "buffer": b""})
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("alert")).to_contain_text("0 字节", timeout=SHORT)
