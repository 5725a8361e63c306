"""The road of a refund from the application to the yearly publication, clicked by each person in turn. The browser test walks it, and
each step is a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.chromium import DESK, PHONE

SignIn = Callable[[str], Page]
Step = Callable[[Page, str], None]
DESKS = ("street", "district", "city")


class Road:
    """Signs each person in, at a desk or on the phone of the branch; `step` is told after each."""

    def __init__(self, sign_in: SignIn, step: Step) -> None:
        self.sign_in, self.step = sign_in, step

    def page(self, username: str, address: str) -> Page:
        page = self.sign_in(username)
        page.set_viewport_size(DESK if username in DESKS else PHONE)
        page.goto(address)
        return page

    def refund(self, branch: int, year: int) -> None:
        """From the list of the dues of a year that is over to the money in the fund, which moves on the day of the road."""
        page = self.page("secretary", f"/branch/{branch}/funds/")
        page.get_by_role("link", name="申请返还党费").click()
        page.get_by_label("起始月份").fill(f"{year}-11")
        page.get_by_label("截止月份").fill(f"{year}-12")
        page.get_by_label("拟用途").fill("主题党日、党员培训")
        self.step(page, "1-ask")
        page.get_by_role("button", name="生成清单").click()
        page.get_by_role("button", name="提交申请").click()
        page.get_by_text("等待审核").wait_for()
        self.step(page, "2-applied")
        address = page.url
        page = self.page("street", "/dues/refunds/")
        self.step(page, "3-queue")
        page.get_by_role("link", name="明川电子").click()
        page.get_by_role("button", name="审核通过").click()
        page = self.page("district", "/dues/refunds/")
        page.locator("input[name=refund]").first.check()
        page.get_by_role("button", name="审批所选").click()
        page.get_by_text("已审批 1 件").wait_for()
        self.step(page, "4-approved")
        for username, button in (("city", "登记拨付"), ("treasurer", "确认到账")):
            page = self.page(username, address)
            page.get_by_label("日期").fill(f"{year}-12-31")
            page.get_by_role("button", name=button).click()
            page.get_by_text("当天或以后").first.wait_for()
            page.get_by_label("日期").fill("")
            page.get_by_role("button", name=button).click()
        page.get_by_text("已进入支部的").wait_for()
        self.step(page, "5-received")
        self.step(self.page("city", address), "6-road")
        self.step(self.page("city", f"{address}notice/"), "7-notice")

    def spend(self, branch: int, day: str, scan: Path) -> None:
        """Asked for, discussed and spent on one day with a voucher."""
        page = self.page("secretary", f"/branch/{branch}/funds/")
        page.get_by_role("link", name="申请使用").click()
        page.locator("#id_use").select_option(label="宴请、聚餐")
        page.get_by_label("具体事项").fill("主题党日场地和资料")
        page.get_by_label("申请金额").fill("100")
        page.get_by_role("button", name="提交").click()
        page.get_by_text("不能用于宴请").first.wait_for()
        self.step(page, "8-forbidden")
        page.locator("#id_use").select_option(label="组织生活")
        page.get_by_role("button", name="提交").click()
        page.get_by_text("支部集体讨论后").wait_for()
        address = page.url
        page = self.page("treasurer", address)
        page.get_by_label("讨论日期").fill(day)
        page.get_by_label("参加讨论人数").fill("5")
        page.get_by_label("同意人数").fill("5")
        page.get_by_label("讨论意见").fill("同意使用")
        page.get_by_role("button", name="讨论通过").click()
        page.get_by_label("凭证的照片或文件").set_input_files(scan)
        page.get_by_role("button", name="上传").click()
        page.get_by_label("使用日期").fill(day)
        page.get_by_label("实际金额").fill("88.80")
        page.get_by_role("button", name="列支，记入台账").click()
        page.get_by_text("台账第 2 号").wait_for()
        self.step(page, "9-spent")
        page.goto(f"/branch/{branch}/funds/")
        page.get_by_role("link", name="组织生活").click()
        page.get_by_role("link", name=scan.name).wait_for()

    def publish(self, branch: int, year: int) -> None:
        """The year is over, and its members are told."""
        page = self.page("secretary", f"/branch/{branch}/funds/{year}/")
        page.get_by_role("button", name="公开", exact=True).click()
        page.get_by_text("收支情况不再变动").wait_for()
        self.step(page, "10-published")
        self.step(self.page("treasurer", f"/branch/{branch}/funds/"), "11-ledger")
