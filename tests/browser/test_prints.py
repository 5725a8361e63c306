"""A print is read and signed: nothing on it is to be pressed or filled in."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from activities.models import Obligation
from activities.queries.months import last_months
from activities.services import reviews
from activities.services.obligations import lay_out
from evaluations.services import rounds
from members.models import PartyGroup
from orgs.facts import refresh
from orgs.services.party import establish
from tests.browser.roads import SHOTS
from tests.browser.test_evaluation_road import opened
from tests.filing import file_record, members
from tests.people import LONG_AGO, TODAY, City
from tests.world import build_world

CONTROLS = "button, a.button, input:not([type=hidden]), select, textarea, label:has(input, select), details:not([open]) > summary:not(:has(h2))"
PRINTED = (
    ("leader", ("/dashboard/", "/dashboard/cross/", "/months/")),
    ("city", ("/due/", "/months/", "/worklists/party-organization/", "/worklists/party-organization/books/", "/me/")),
    ("city", ("/organizations/acts/", "/admin/orgs/organization/", "/imports/", "/checks/")),
    ("treasurer", ("/branch/{branch}/dues/", "/branch/{branch}/funds/", "/dues/hand-ups/", "/dues/arrears/")),
    (
        "street",
        ("/rounds/{round}/notice/", "/evaluations/{evaluation}/survey/sheet/", "/evaluations/{evaluation}/survey/"),
    ),
    ("sysadmin", ("/status/", "/accounts/")),
    ("auditor", ("/audit/", "/appointments/on/", "/accounts/requests/")),
)


@pytest.mark.parametrize(("username", "addresses"), PRINTED)
def test_a_print_has_no_controls(
    city: City, signed_in: Callable[[str], Page], username: str, addresses: tuple[str, ...]
) -> None:
    here = build_world(city).here
    page = signed_in(username)
    page.emulate_media(media="print")
    for address in addresses:
        response = page.goto(address.format(**here))
        assert response
        assert response.ok, address
        seen = page.locator(CONTROLS).evaluate_all(
            "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML)"
        )
        assert not seen, address


HEAD = "名称统一社会信用代码类别状态区划人数党员覆盖管理党组织"


def lines_of(pdf: bytes) -> Iterator[list[tuple[bytes, ...]]]:
    """The lines of each page from the top, as the glyphs that Chromium drew."""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:
            continue
        lines: dict[float, list[bytes]] = {}
        height = 0.0
        for y, glyph in re.findall(rb"1 0 0 -1 [\d.]+ ([\d.]+) Tm|<([0-9A-F]+)> Tj", drawn):
            height = float(y) if y else height
            lines.setdefault(height, []).extend([glyph] if glyph else [])
        if lines:
            yield [tuple(lines[height]) for height in sorted(lines)]


def test_a_long_list_repeats_its_head_on_every_sheet_and_ends_with_its_total(
    city: City, signed_in: Callable[[str], Page]
) -> None:
    for number in range(60):
        city.organization(f"澄州{number}号有限公司", staff=number)
    refresh(None, on=TODAY)
    page = signed_in("city")
    page.goto("/admin/orgs/organization/")
    sheets = list(lines_of(page.pdf(prefer_css_page_size=True)))
    assert len(sheets) > 1
    heads = {sheet[0] for sheet in sheets[1:]}
    assert len(heads) == 1
    (head,) = heads
    assert len(head) == len(HEAD)
    assert head in sheets[0]
    page.emulate_media(media="print")
    assert page.locator("main").inner_text().rstrip().endswith("以上第 1 家起 50 家，共 60 家。")
    assert page.locator("header").inner_text().startswith(city["CZ"].name), "whose list it is"


def test_the_dashboard_is_one_sheet(city: City, signed_in: Callable[[str], Page]) -> None:
    build_world(city)
    page = signed_in("leader")
    page.goto("/dashboard/")
    assert len(list(lines_of(page.pdf(prefer_css_page_size=True)))) == 1


def test_the_health_sheet_of_a_full_year_is_one_sheet(city: City, signed_in: Callable[[str], Page]) -> None:
    """Of a branch that lacks whatever can be lacking, with a record of each month that came back."""
    branch, today = city["CZ1111"], timezone.localdate()
    PartyGroup.objects.create(party_organization=branch, name="第一党小组", since=LONG_AGO)
    members(city, 12)
    for month in last_months(today, 12)[::-1]:
        lay_out(on=month.first_day)
        told = {"by": city.user("street"), "at": timezone.now(), "on": today}
        record = file_record(city, kind="OTHER", on=today, held_on=month.first_day, late_reason="补报")
        reviews.send_back(record=record, reason="请补充发言要点", **told)
    page = signed_in("secretary")
    page.goto("/branch/")
    page.get_by_role("link", name="全年情况").click()
    late = Obligation.objects.filter(party_organization=branch, state=Obligation.State.OPEN, due_on__lt=today)
    kinds = late.filter(month__gte=last_months(today, 12)[-1].first_day).values("kind", "group").distinct().count()
    assert page.locator("main").inner_text().count("未上报：") == kinds >= 4
    assert len(list(lines_of(page.pdf(prefer_css_page_size=True)))) == 1


def test_figures_print_what_each_of_them_counts(city: City, signed_in: Callable[[str], Page]) -> None:
    page = signed_in("leader")
    page.emulate_media(media="print")
    page.goto("/figures/")
    assert "正常的法人单位中，单独组建党组织的。" in page.locator(".basis").inner_text()


def test_a_notice_of_many_branches_is_signed_on_its_last_sheet(city: City, signed_in: Callable[[str], Page]) -> None:
    """Its head stands on every sheet, its pages are numbered, and nothing comes after who issues it and when."""
    today = timezone.localdate()
    for number in range(60):
        establish(by=None, name=f"第{number}支部", kind="branch", parent=city["CZ111"], code=f"N{number}", on=LONG_AGO)
    row = opened(city, today, node="CZ111")
    row.evaluations.update(stage="REVIEWED", five_good=True, total=90, unit="明川电子有限公司")
    rounds.publish(by=city.user("city"), row=row, on=today)
    page = signed_in("street")
    page.goto(f"/rounds/{row.pk}/notice/")
    sheets = list(lines_of(page.pdf(path=SHOTS / "notice.pdf", prefer_css_page_size=True)))
    assert len(sheets) > 1
    heads = {sheet[0] for sheet in sheets[1:-1]}
    assert all(len(head) == len("序号党支部单位") for head in heads)
    page.emulate_media(media="print")
    page.screenshot(path=SHOTS / "notice-print.png", full_page=True)
    told = page.locator("main").inner_text().rstrip()
    assert told.endswith(f"{today.year} 年 {today.month} 月 {today.day} 日")
    assert "62" in told
