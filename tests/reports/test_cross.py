"""The cross-table of rules §7: streets, zones or industry authorities × categories × measures."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client

from orgs.facts import refresh
from orgs.figures import Narrow, live
from orgs.models import Coverage, Organization, Zone
from reports.cross import COLUMNS, ROWS, WHOLE, Block, cross_table, shown_categories
from tests.people import TODAY, City
from tests.reports.test_dashboard import numbers

PAGE = "/dashboard/cross/"


def blocks(city: City, rows: str, username: str = "city", narrow: Narrow | None = None) -> dict[str, Block]:
    """The rows of a table by name."""
    return {block.name: block for block in cross_table(live(city.scope(username)), narrow or Narrow(), rows)}


def test_streets_stand_under_their_district_with_sums_by_category(city: City, gaps: dict[str, Organization]) -> None:
    found = blocks(city, "street")
    assert list(found) == ["云溪区 云台街道", "临江区 望江街道", "合计"]
    street = found["云溪区 云台街道"].sums
    assert {category: values["counted"] for category, values in street.items()} == {"E4": 7, "SO4": 1, WHOLE: 8}
    assert street["E4"]["staff"] == 128 + 104 + 30 + 30 + 300 + 60 + 3
    assert street["E4"]["formal"] == 7
    assert street["E4"]["single"] == 1
    assert street["E4"]["ready_gap"] == 1
    assert found["合计"].sums[WHOLE]["counted"] == 9


def test_industry_committees_stand_under_their_authority_first(city: City, gaps: dict[str, Organization]) -> None:
    assert list(blocks(city, "authority")) == [
        "澄州市教育局",
        "中共云台街道工作委员会",
        "中共望江街道工作委员会",
        "合计",
    ]


def test_zones_come_with_what_lies_in_none(city: City, gaps: dict[str, Organization]) -> None:
    zone = Zone.objects.create(code="Z1", kind="park", name="科创园", region_id="990102001000")
    Organization.objects.filter(pk=gaps["large"].pk).update(zone=zone)
    refresh(None, on=TODAY)
    found = blocks(city, "zone")
    assert list(found) == ["科创园", "不在园区、楼宇、市场", "合计"]
    assert found["科创园"].sums[WHOLE]["counted"] == 1


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("username", ["city", "district", "stranger"])
def test_rows_add_up_to_the_total_in_every_category(
    city: City, gaps: dict[str, Organization], rows: str, username: str
) -> None:
    *parts, last = blocks(city, rows, username).values()
    for category, values in last.sums.items():
        for code, _ in COLUMNS:
            assert values[code] == sum(part.sums.get(category, {}).get(code, 0) for part in parts)


def test_every_number_of_the_screen_opens_its_list(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    for query in ("", "?category=SO4&rows=authority"):
        for url, number in numbers(browser.get(PAGE + query).content.decode()):
            persons = any(f"measure={code}" in url for code in ("staff", "formal", "probationary"))
            told = f"家，合计 {number:,}，" if persons else f"共 {number:,} 家"
            told = told if number else "没有符合条件的记录"
            assert told in browser.get(url).content.decode(), url


def test_one_word_does_not_name_two_numbers(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    """应建未建 is said of all that should have a Party organization; the table counts those with three formal members."""
    page = opened("leader").get(PAGE).content.decode()
    assert "应建未建" not in page
    assert 'class="num">正式党员≥3未建</th>' in page
    assert "正式党员≥3未建：正式党员 3 名以上的法人单位未建党组织的" in page


def test_the_workbook_has_a_group_of_columns_for_every_category(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    response = opened("leader").post(PAGE)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    categories = shown_categories(list(blocks(city, "street").values()))
    assert len(rows[0]) == 1 + len(categories) * len(COLUMNS)
    assert rows[0][1] == "合计 单位"
    assert rows[-1][:2] == ("合计", 9)
    assert "社会力量举办学校 单位" in rows[0]


def test_unknown_rows_or_months_are_not_there(city: City, opened: Callable[..., Client]) -> None:
    browser = opened("leader")
    assert browser.get(PAGE, {"rows": "x"}).status_code == 404
    assert browser.get(PAGE, {"month": "2020-01"}).status_code == 404
    assert browser.get(PAGE).status_code == 200


@pytest.mark.parametrize("rows", ROWS)
def test_every_row_is_the_sum_of_its_forms_and_the_rest(city: City, gaps: dict[str, Organization], rows: str) -> None:
    for form, code in zip(("AREA", "INDUSTRY", "CHAIN", "FUNCTIONAL"), "abcd", strict=True):
        city.cover(city.organization(code), "CZ111", form)
    refresh(None, on=TODAY)
    forms = [form.name.lower() for form in Coverage.Form]
    for name, block in blocks(city, rows).items():
        for category, values in block.sums.items():
            assert sum(values[form] for form in forms) + values["uncovered"] == values["counted"], (name, category)
        parts = [block.sums[category] for category in block.sums if category != WHOLE]
        for code, _ in COLUMNS:
            assert block.sums[WHOLE][code] == sum(part[code] for part in parts)
