"""The leader's page: the answer, the targets, the table; every number opens a list of as many names."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import AuditEntry
from instructors.models import Assignment, Instructor
from orgs.facts import refresh
from orgs.figures import CUTS, Narrow
from orgs.models import Organization
from reports.dashboard import MEASURES, Overview, overview
from reports.figures import targets_of
from reports.models import Target
from reports.queries.moments import Moment, closed_months
from tests.people import LONG_AGO, TODAY, City
from tests.reports.closing import close

PAGE = "/dashboard/"


def seen(city: City, username: str = "city", by: str = "region", narrow: Narrow | None = None) -> Overview:
    """The live dashboard of somebody."""
    return overview(
        city.scope(username), moment=Moment(TODAY), closed=closed_months(), narrow=narrow or Narrow(), by=by
    )


def answer(page: str) -> str:
    """The first sentence without its tags."""
    lead = page[page.index('<p class="lead">') :]
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", lead[: lead.index("</p>")])))


def test_the_answer_is_a_sentence_made_from_the_figures(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    page = opened("leader").get(PAGE).content.decode()
    assert answer(page) == (
        "全市应建党组织的5家中，1家已建（20.0%），尚未建4家。目标100.0%。尚未建最多：云溪区（3家）；建有率最低：临江区（0.0%）。"
    )


def test_the_answer_says_what_became_of_it_and_where_it_should_be(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    close(city, "2026-10")
    browser = opened("leader")
    assert "比上月末家数未变，建有率未变。" in answer(browser.get(PAGE).content.decode())
    city.cover(gaps["large"], "CZ1111")
    Target.objects.create(node=city["CZ"], year=TODAY.year, indicator="SHOULD", value=90)
    refresh(None, on=TODAY)
    said = answer(browser.get(PAGE).content.decode())
    assert "尚未建3家。比上月末少1家，建有率+20.0个百分点。目标90.0%（2026年）" in said
    city.organization("又一家", staff=200)
    city.organization("再一家", staff=200)
    city.organization("第三家", staff=200)
    refresh(None, on=TODAY)
    page = browser.get(PAGE).content.decode()
    assert "比上月末多2家" in answer(page)
    assert "5项指标中" in answer(page)
    assert "各指标的折线共用纵轴 " in page


def test_all_built_is_said_and_nothing_to_build_too(city: City, opened: Callable[..., Client]) -> None:
    browser = opened("leader")
    assert "全市没有应建党组织的单位" in answer(browser.get(PAGE).content.decode())
    assert "未建原因" not in browser.get(PAGE).content.decode(), "there is none"
    city.cover(city.organization(staff=100), "CZ1111")
    city.member(of="CZ1111")
    refresh(None, on=TODAY)
    assert answer(browser.get(PAGE).content.decode()) == "全市应建党组织的1家中，1家已建（100.0%），全部已建✓。"


@pytest.mark.parametrize(
    ("username", "place", "rows"),
    [("city", "全市", "区县"), ("district", "云溪区", "街道（乡镇）"), ("street", "云台街道", "社区（村）")],
)
def test_a_dashboard_names_its_place_and_its_rows(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], username: str, place: str, rows: str
) -> None:
    response = opened(username).get(PAGE)
    page = response.content.decode()
    assert answer(page).startswith(f"{place}应建党组织的")
    assert f'<th scope="col">{rows}</th>' in page
    assert response.context["seen"].cut_name == rows


def test_branch_offices_are_said_apart_with_their_list(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    assert "分支机构" not in browser.get(PAGE).content.decode().replace("分支机构由总机构", "")
    city.organization("澄州银行云台支行", company_type="2130", staff=400)
    refresh(None, on=TODAY)
    page = browser.get(PAGE).content.decode()
    assert answer(page).startswith("全市应建党组织的5家中"), "as before"
    (url,) = [url for url, number in numbers(page) if "branch_offices" in url and number == 1]
    listed = browser.get(url).content.decode()
    assert "澄州银行云台支行" in listed
    assert "共 1 家" in listed


def numbers(page: str) -> list[tuple[str, int]]:
    """Every link on the page whose text is a number, with that number."""
    found = re.findall(r'<a [^>]*href="(/(?:units|worklists)/[^"]*)"[^>]*>([\d,]+)</a>', page)
    return [(unescape(url), int(text.replace(",", ""))) for url, text in found]


@pytest.mark.parametrize("month", ["", "2026-10"], ids=["now", "a closed month"])
def test_every_number_of_the_page_opens_a_list_of_as_many_names(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], month: str
) -> None:
    city.organization("管理在本区、坐落在外区的", staff=100, region_id="990103001000")
    refresh(None, on=TODAY)
    close(city, "2026-10")
    city.cover(gaps["large"], "CZ111", "AREA")
    city.organization("新来的", staff=100)
    refresh(None, on=TODAY)
    browser = opened("district")
    assert browser.get("/figures/", {"region": "990103001", "month": month}).status_code == 200
    checked: dict[str, int] = {}
    for by in CUTS:
        page = browser.get(PAGE, {"by": by, "month": month}).content.decode()
        checked |= dict(numbers(page))
    assert len(checked) > 30
    for url, number in checked.items():
        listed = browser.get(url).content.decode()
        assert (f"共 {number:,} 家" if number else 'class="empty"') in listed, url


@pytest.mark.parametrize("month", ["", "2026-10"], ids=["now", "a closed month"])
def test_what_is_covered_on_paper_alone_is_said_beside_the_answer(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], month: str
) -> None:
    browser = opened("leader")
    assert "没有正式党员的党组织覆盖" not in answer(browser.get(PAGE).content.decode()), "there is none"
    for name in ("large", "small"):  # one that should be built, and one that need not
        city.cover(gaps[name], "CZ121", "AREA")
    refresh(None, on=TODAY)
    close(city, "2026-10")
    if month:
        city.member(of="CZ121")
        refresh(None, on=TODAY)
        assert "没有正式党员的党组织覆盖" not in answer(browser.get(PAGE).content.decode()), "now there is one"
    page = browser.get(PAGE, {"month": month}).content.decode()
    assert answer(page).endswith("全部已建党组织的单位中（不限于应建），2家由没有正式党员的党组织覆盖。")
    ((url, number),) = re.findall(r'<a href="(/nodes/[^"]*)">(\d+)</a> 家由没有正式党员', page)
    listed = browser.get(unescape(url)).context["rows"]
    assert [(row.name, row.shown) for row, _ in listed] == [(city["CZ121"].name, int(number))]


@pytest.mark.parametrize("month", ["", "2026-10"], ids=["now", "a closed month"])
def test_what_makes_the_figures_less_sure_is_said_below_them_with_its_lists(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], month: str
) -> None:
    city.organization("没有人数")
    city.organization("人数过期", staff=120, staff_on=date(2024, 3, 1))
    refresh(None, on=TODAY)
    close(city, "2026-10")
    browser = opened("leader")
    page = browser.get(PAGE, {"month": month}).content.decode()
    told = page[page.index("影响准确性的：") :]
    said = re.findall(r'(?:：|· )([^：·]+) <a href="([^"]*)">(\d+)</a> 家', told[: told.index("</p>")])
    assert [(name, number) for name, _, number in said] == [("人数不明", "1"), ("人数超过 12 个月未更新", "7")]
    for _, url, number in said:
        assert f"共 {number} 家" in browser.get(unescape(url)).content.decode()
    rows = [line.row.name for line in seen(city).lines]
    assert rows == ["云溪区", "临江区"]


def test_a_card_says_its_change_beside_the_target_that_it_met(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("leader")
    assert "较上月末" not in browser.get(PAGE).content.decode(), "there is no month before"
    close(city, "2026-10")
    city.organization("又一家", staff=200)
    refresh(None, on=TODAY)
    found = seen(city)
    page = browser.get(PAGE).content.decode()
    assert found.fallen
    assert page.count("<small>较上月末 −") == found.fallen


@pytest.mark.parametrize("by", CUTS)
def test_what_is_covered_on_paper_adds_no_row_and_is_not_said_where_it_is_not_known(
    city: City, gaps: dict[str, Organization], by: str
) -> None:
    here = Narrow(region="990102")
    city.cover(gaps["large"], "CZ112", "AREA")  # nothing is managed where this one is
    refresh(None, on=TODAY)
    found = seen(city, by=by, narrow=here)
    assert found.resting == 1
    assert not {"溪口街道", city["CZ112"].name} & {line.row.name for line in found.lines}
    assert seen(city, by=by, narrow=replace(here, category="E4")).resting is None
    closed = close(city, "2026-10")
    del closed.words["measures"]["units_resting_on_none"]
    then = Moment(closed.counted_on, closed)
    assert overview(city.scope("city"), moment=then, closed=[], narrow=here, by=by).resting is None


def test_who_has_no_instructor_is_listed_beside_the_rate(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    guide = Instructor.objects.create(name="吴指导", source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO)
    Assignment.objects.create(instructor=guide, organization=gaps["large"], since=LONG_AGO)
    refresh(None, on=TODAY)
    browser = opened("leader")
    page = browser.get(PAGE).content.decode()
    (total,) = re.findall(r"<tfoot>(.*?)</tfoot>", page, re.DOTALL)
    ((url, number),) = re.findall(r'data-label="未派驻指导员"><a href="([^"]*)">(\d+)</a>', total)
    ((with_one, _),) = re.findall(r'data-label="指导员派驻率"><a href="([^"]*)">([\d.]+%)</a>', total)
    assert int(number) == 7
    missing, having = (browser.get(unescape(one)).content.decode() for one in (url, with_one))
    assert "共 7 家" in missing
    assert "共 1 家" in having
    assert gaps["large"].name in having
    assert gaps["large"].name not in missing
    page = browser.get(PAGE, {"sort": "uninstructed"}).content.decode()
    table = page[page.index("<tbody>") :]
    assert table.index("临江区") < table.index("云溪区")


def test_the_list_and_its_workbook_have_the_same_rows(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    for url, number in numbers(browser.get(PAGE).content.decode()):
        workbook = openpyxl.load_workbook(
            io.BytesIO(b"".join(browser.post(url, {"do": "export"}).streaming_content)), read_only=True
        )
        rows = list(workbook.active.iter_rows(values_only=True))[1:]
        assert len([row for row in rows if row[0]]) == number, url


def test_a_closed_month_stays_as_it_was(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    close(city, "2026-10")
    city.cover(gaps["large"], "CZ111", "AREA")
    Organization.objects.filter(pk=gaps["lonely"].pk).update(name="改了名")
    refresh(None, on=TODAY)
    browser = opened("leader")
    page = browser.get(PAGE, {"month": "2026-10"}).content.decode()
    assert "尚未建4家" in answer(page)
    assert "2026-10-31（冻结）" in page
    assert "澄州禾岸食品厂" in browser.get("/units/?gap=SHOULD&month=2026-10").content.decode()
    assert browser.get(PAGE, {"month": "2025-01"}).status_code == 404
    assert browser.get(PAGE, {"by": "nothing"}).status_code == 404


def test_the_change_of_the_month_is_against_the_last_closed_one(city: City, gaps: dict[str, Organization]) -> None:
    assert seen(city).whole.change is None
    close(city, "2026-10")
    city.cover(gaps["large"], "CZ111", "AREA")
    refresh(None, on=TODAY)
    found = seen(city)
    assert found.whole.change == 1
    assert {line.row.name: line.change for line in found.lines} == {"云溪区": 1, "临江区": 0}


def test_a_target_holds_for_everyone_below_until_they_have_their_own(city: City, gaps: dict[str, Organization]) -> None:
    Target.objects.create(node=city["CZ"], year=2026, indicator="T2", value=90)
    Target.objects.create(node=city["CZ11"], year=2026, indicator="T2", value=80)
    Target.objects.create(node=city["CZ12"], year=2026, indicator="T1", value=70)

    def held(username: str) -> dict[tuple[str, int], Decimal]:
        return targets_of(Moment(TODAY), Narrow(), seen(city, username).tree)

    assert held("city") == {("T2", 2026): Decimal(90)}
    assert held("street") == {("T2", 2026): Decimal(80)}
    assert held("stranger") == {("T2", 2026): Decimal(90), ("T1", 2026): Decimal(70)}


def test_a_card_says_how_far_the_year_is_behind(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    close(city, "2025-12")
    Target.objects.create(node=city["CZ"], year=2026, indicator="T2", value=100)
    card = next(card for card in seen(city).cards if card.indicator.code == "T2")
    assert (card.numerator, card.denominator, card.gap) == (1, 4, 3)
    assert card.pace is not None
    assert (card.pace.missing, card.pace.behind, card.pace.monthly) == (3, 3, 2)
    assert [month for month, _ in card.points] == ["2025-12", "2026-11-24"]
    page = opened("leader").get(PAGE).content.decode()
    assert "序时进度落后 3 家" in page
    assert "每月须新增 2 家" in page


@pytest.mark.parametrize(
    ("username", "title"), [("leader", "云溪区"), ("district", "云台街道"), ("street", "南墩社区")]
)
def test_areas_begin_below_one_s_own(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], username: str, title: str
) -> None:
    assert f">{title}</" in opened(username).get(PAGE).content.decode()


def test_the_page_is_sorted_by_what_is_missing_or_as_asked(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("leader")
    page = browser.get(PAGE).content.decode()
    table = page[page.index("<tbody>") :]
    assert table.index("云溪区") < table.index("临江区")
    page = browser.get(PAGE, {"sort": "gap"}).content.decode()
    table = page[page.index("<tbody>") :]
    assert table.index("临江区") < table.index("云溪区")


def test_the_print_names_the_longest_overdue_the_basis_and_the_signatures(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    page = opened("leader").get(PAGE).content.decode()
    printed = page[page.index("应建未建时间最长的单位") :]
    assert printed.index("澄州东方医药有限公司") < printed.index("澄州禾岸食品厂")
    for word in ("未建原因：尚未填报 4 家", "口径：", "制表：", "审核：", "签批："):
        assert word in printed


def test_the_page_takes_three_queries_over_cells_and_no_more_with_more_units(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    close(city, "2026-10")
    city.cover(gaps["large"], "CZ111", "AREA")  # somebody left the gap, and somebody entered it
    city.organization(staff=100)
    refresh(None, on=TODAY)
    browser = opened("city")
    browser.get(PAGE)

    def queries(newcomers: int) -> list[str]:
        refresh([city.organization(staff=100, zone=None).pk for _ in range(newcomers)], on=TODAY)
        with CaptureQueriesContext(connection) as captured:
            browser.get(PAGE)
        return [query["sql"] for query in captured]

    few, many, again = queries(1), queries(20), queries(0)
    assert len(many) == len(few) <= 20
    assert sum('FROM "orgs_tally"' in query for query in many) == 3  # the table, 覆盖 on paper, the state of the facts
    assert len(again) < len(many)
    assert len(again) <= 15


def test_the_workbook_has_every_row_and_the_total(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    response = opened("leader").post(PAGE)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "应建党组织情况 全市 按区县"
    assert [row[:4] for row in rows[3:]] == [("云溪区", 4, 1, 3), ("临江区", 1, 0, 1), ("合计", 5, 1, 4)]
    assert AuditEntry.objects.get(action="core.export").label == "应建党组织情况 全市 按区县"


@pytest.mark.parametrize(
    ("username", "status"),
    [("leader", 200), ("street", 200), ("secretary", 403), ("instructor", 403), ("auditor", 403)],
)
def test_who_opens_the_dashboard(city: City, opened: Callable[..., Client], username: str, status: int) -> None:
    browser = opened(username)
    for address in (PAGE, "/units/?measure=should", "/dashboard/cross/"):
        assert browser.get(address).status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "units/?measure=nothing",
        "units/?gap=nothing",
        "units/?month=2020-01",
        "changes/?change=no",
        "changes/?change=due",
    ],
)
def test_a_number_that_there_is_not_opens_nothing(city: City, opened: Callable[..., Client], query: str) -> None:
    assert opened("leader").get(f"/{query}").status_code == 404


def test_the_sums_of_the_page_are_its_measures(city: City, gaps: dict[str, Organization]) -> None:
    assert set(seen(city).whole.row.sums) == set(MEASURES)


def test_a_day_in_december_needs_everything_in_one_month(city: City, gaps: dict[str, Organization]) -> None:
    Target.objects.create(node=city["CZ"], year=2026, indicator="T2", value=100)
    found = overview(city.scope("city"), moment=Moment(date(2026, 12, 15)), closed=[], narrow=Narrow(), by="region")
    card = next(card for card in found.cards if card.indicator.code == "T2")
    assert card.pace is not None
    assert card.pace.monthly == card.pace.missing == 3


@pytest.mark.parametrize(
    ("username", "region", "status"),
    [
        ("leader", "990199", 404),
        ("leader", "990103", 200),
        ("district", "990199", 404),
        ("district", "990103", 404),
        ("district", "990102002", 200),
    ],
)
def test_an_area_that_there_is_not_or_that_is_out_of_reach_has_no_figures(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client], username: str, region: str, status: int
) -> None:
    browser, address = opened(username), f"/dashboard/?region={region}"
    assert (browser.get(address).status_code, browser.post(address).status_code) == (status, status)
