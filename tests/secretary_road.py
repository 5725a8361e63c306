"""The road of a secretary from 本月待办 to a record that is handed in, tapped as on a phone. The browser test counts the taps, the
pictures show each step."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page

CONTENT = (
    "学习全会精神，结合生产实际交流体会。大家围绕节能降耗提出三条建议，研究了年底安全检查的分工，由技术组牵头整理隐患清单，"
    "十二月十日前完成整改并向全体职工公布结果，下次活动通报进展。"
)
Step = Callable[[str], None]


class Taps:
    """Each touch of the screen; typing aside. Choosing from the phone's own picker is two: it opens, and one is chosen."""

    def __init__(self) -> None:
        self.number = 0

    def on(self, what: Locator) -> None:
        what.click()
        self.number += 1

    def choose(self, what: Locator, option: str) -> None:
        what.select_option(label=option)
        self.number += 2

    def write(self, what: Locator, text: str) -> None:
        """Touch a field and type."""
        self.on(what)
        what.fill(text)


def walk(page: Page, *, step: Step = lambda name: None) -> int:
    """File the theme day with one member away; gives the number of taps after 本月待办."""
    taps = Taps()
    page.goto("/branch/")
    step("1-to-do")
    taps.on(page.get_by_role("link", name="填报主题党日").first)
    page.get_by_role("group", name="应到实到").wait_for()
    step("2-form")
    taps.on(page.get_by_role("button", name="复制上月"))
    page.wait_for_url("**#when")
    step("3-copied")
    taps.on(page.locator(".seats label").nth(3))
    reason = page.locator(".seats li").nth(3).get_by_role("combobox")
    taps.choose(reason, "病假")
    step("4-absent")
    taps.write(page.get_by_label("主题（议题）"), "学习全会精神")
    taps.write(page.get_by_label("主要内容"), CONTENT)
    taps.on(page.get_by_label("方针政策"))
    step("5-typed")
    page.get_by_text("已自动保存").wait_for()
    taps.on(page.get_by_role("button", name="提交", exact=True))
    page.get_by_role("heading", name="主题党日记录").wait_for()
    step("6-handed-in")
    return taps.number
