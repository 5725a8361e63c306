"""axe-core finds nothing on any page, at a desk and on a phone, and none breaks the strict Content-Security-Policy: each is
opened by somebody who may, the first page by every role. What axe cannot see is tried besides: the keyboard, the menu, the
summary of errors, the size of what is tapped.

The fixture `complaints` fails the test with what the browser said of the policy.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESK, PHONE
from tests.browser.test_csp import FIRST, pages_of
from tests.people import City
from tests.world import World, build_world

AXE = (Path(__file__).parent.parent / "vendor" / "axe-4.10.3.min.js").read_text(encoding="utf-8")
RUN = """async () => (await axe.run(document, {resultTypes: ['violations'], preload: false, selectors: false})).violations.flatMap(
    found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 200)}`))"""
SMALL = """() => [...document.querySelectorAll(
    'main button, main select, main input, main .button, nav a, summary, .crumbs a, .filters a, .lines a, .stack .name a')].filter(
    one => one.checkVisibility() && !one.closest('td:not(.name), .masked') && !one.matches('[type=checkbox], [type=radio], [type=hidden]')
    && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 120))"""
CHANGED = """() => [...document.forms].filter(form => form.method === 'post').flatMap(form => [...form.elements].filter(differs))
    .map(one => `asks when it is left untouched: ${one.outerHTML.slice(0, 120)}`)"""
READY = """async () => {  // select2 names its boxes late; what has no main is one of PARTS
    for (let frames = 600; frames && document.querySelector('[role=combobox]:not([aria-label])'); frames--)
        await new Promise(requestAnimationFrame);
    return document.querySelector('main') !== null;
}"""
PARTS = ("robots.txt", "organizations/check-credit-code/", "admin/autocomplete/", "admin/jsi18n/")
ON = {DESK["width"]: RUN, PHONE["width"]: f"async () => [...await ({RUN})(), ...({SMALL})(), ...({CHANGED})()]"}


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


@pytest.mark.parametrize("username", FIRST)
def test_no_page_of_any_role_bars_anybody_or_breaks_the_policy(
    world: World, signed_in: Callable[[str], Page], username: str
) -> None:
    page, screens = signed_in(username), [DESK, PHONE]
    page.add_init_script(AXE)
    wrong: list[tuple[str, int, str]] = []
    parts: list[str] = []
    for address in ["", *pages_of(username), "no-such-page/"]:
        answer = page.goto("/" + address.format(**world.here))
        assert answer is not None
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        if not page.evaluate(READY):
            parts.append(address)
            continue
        for screen in screens:
            page.set_viewport_size(screen)
            wrong += [(address, screen["width"], one) for one in page.evaluate(ON[screen["width"]])]
        screens.reverse()  # the next page opens on the screen on which this one was left
    assert wrong == []
    assert parts == [address for address in pages_of(username) if address.startswith(PARTS)]


def test_the_summary_takes_the_focus_and_leads_to_the_field(world: World, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("city")
    page.goto("/admin/orgs/organization/add/")
    page.get_by_label("地址").fill("人民路1号")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="名称").click()
    page.keyboard.type("明川")
    expect(page.get_by_label("名称", exact=False).first).to_have_value("明川")
    expect(page.get_by_label("地址")).to_have_value("人民路1号")


def test_leaving_with_something_typed_asks_and_saving_does_not(world: World, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("city")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    address = f"/admin/orgs/organization/{world.here['unit']}/change/"
    page.goto(address)
    page.locator("h1").click()  # a browser asks nobody who touched nothing
    page.goto("/due/")
    assert asked == []
    page.goto(address)
    page.get_by_label("地址").click()
    page.keyboard.type("人民路1号")
    page.goto("/due/")
    assert asked == ["beforeunload"]
    page.goto(address)
    page.get_by_label("地址").click()
    page.keyboard.type("人民路1号")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("地址")
    assert asked == ["beforeunload"]


def test_a_menu_lies_over_the_page_and_works_by_keyboard(world: World, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("city")
    page.goto(f"/organizations/{world.here['unit']}/")
    below = page.locator(".badges")
    before = below.bounding_box()
    summary = page.locator("summary", has_text="办理")
    summary.focus()
    page.keyboard.press("Enter")
    assert below.bounding_box() == before
    page.keyboard.press("ArrowDown")
    expect(page.locator("details[open].menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("details[open].menu")).to_have_count(0)
    expect(summary).to_be_focused()


def test_a_row_on_a_phone_shows_a_name_and_a_figure_and_unfolds(world: World, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("city")
    page.set_viewport_size(PHONE)
    page.goto("/worklists/")
    row = page.locator(".stack tbody tr").first
    expect(row.get_by_text("食品厂")).to_be_visible()
    expect(row.locator(".key")).to_contain_text("天")
    rest = row.locator("td[data-label=为什么]")
    expect(rest).to_be_hidden()
    row.get_by_role("button", name="其余内容").click()
    expect(rest).to_be_visible()


def test_the_keyboard_reaches_the_text_and_the_end_of_the_main_roads(
    world: World, signed_in: Callable[[str], Page]
) -> None:
    """Skip link first; then a decision from the list to its record, without the mouse; at 200 % nothing sticks out."""
    page = signed_in("city")
    page.goto("/worklists/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    link = page.locator(".stack tbody a").first
    link.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("食品厂")
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 at 200 %
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
