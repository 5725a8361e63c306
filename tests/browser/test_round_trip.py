"""A clerk takes a list out, edits a cell, and brings it back from the same page."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from orgs.facts import refresh
from orgs.models import Organization
from tests.browser.chromium import DESK, PHONE
from tests.lists import credit_code
from tests.people import TODAY, City
from tests.wizard import work

SHORT = 15_000  # milliseconds that a page may take on a busy machine


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings) -> None:
    """Uploaded files and workers' locks of one test."""
    settings.DATA_DIR = tmp_path / "data"


def go_on(page: Page, seen: str) -> None:
    """The worker does its part; the page moves on by itself."""
    expect(page.get_by_text("可以离开此页")).to_be_visible(timeout=SHORT)
    work()
    expect(page.get_by_text(seen).first).to_be_visible(timeout=SHORT)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_an_exported_list_comes_back_with_the_cells_that_were_edited(signed_in, city: City, tmp_path: Path, screen):
    unit = city.organization("澄州明川电子有限公司", credit_code=credit_code(1), staff=80, legal_representative="王明")
    city.organization("澄州禾岸食品厂", credit_code=credit_code(2), staff=30)
    refresh(None, on=TODAY)
    page = signed_in("street")
    page.set_viewport_size(screen)
    page.goto("/admin/orgs/organization/")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    path = tmp_path / "两新组织.xlsx"
    download.value.save_as(path)

    book = load_workbook(path)
    sheet = book.active
    headers = [cell.value for cell in sheet[1]]
    row = next(n for n in range(2, sheet.max_row + 1) if sheet.cell(n, 1).value == unit.name)
    sheet.cell(row, headers.index("法定代表人") + 1).value = "赵敏"
    book.save(path)

    page.get_by_role("link", name="导入改好的清单").click()
    expect(page.get_by_label("名单种类")).to_have_value("registry")
    page.get_by_label("名单文件").set_input_files(path)
    page.get_by_role("button", name="上传并读取").click()
    go_on(page, "读取工作表")
    page.get_by_role("button", name="核对名单").click()
    go_on(page, "确认写入 1 行")
    expect(page.get_by_text("法定代表人 王明 → 赵敏")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.get_by_role("button", name="确认写入 1 行").click()
    go_on(page, "更新 1")
    assert Organization.objects.get(pk=unit.pk).legal_representative == "赵敏"
