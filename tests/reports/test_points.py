"""A list that is opened from a figure shows what makes its point: the day of the count, the other number, the end of the
term, and behind a number of members their names, for whoever may read them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.test import Client

from orgs.facts import refresh
from orgs.models import Headcount, PartyOrganization
from tests.people import LONG_AGO, TODAY, City
from tests.reports.closing import close

Opened = Callable[..., Client]


def shown(browser: Client, address: str) -> str:
    """The table's text."""
    page = browser.get(address).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<thead>") : page.index("</table>")]))


def test_a_stale_count_shows_its_day(city: City, opened: Opened) -> None:
    city.organization("澄州明川电子有限公司", staff=80, staff_on=date(2024, 3, 1))
    city.organization("某某协会", category="SO1", membership=80, membership_on=date(2024, 5, 2), staff_on=TODAY)
    refresh(None, on=TODAY)
    table = shown(opened("city"), "/units/?measure=stale_size")
    assert "人数日期" in table
    assert "2024-03-01" in table
    assert "2024-05-02" in table
    assert "人数日期" not in shown(opened("city"), "/units/?measure=counted")
    close(city, "2026-10")
    assert "人数日期" not in shown(opened("city"), "/units/?measure=stale_size&month=2026-10"), "it was not frozen"


def test_a_disputed_count_shows_both_numbers(city: City, opened: Opened) -> None:
    unit = city.organization("澄州明川电子有限公司", staff=120, staff_on=date(2026, 10, 1), staff_source="market")
    told = {"organization": unit, "kind": "staff"}
    Headcount.objects.create(number=120, counted_on=date(2026, 10, 1), source="market", **told)
    Headcount.objects.create(number=30, counted_on=date(2026, 9, 1), source="tax", **told)
    refresh(None, on=TODAY)
    table = shown(opened("city"), "/units/?measure=disputed_size")
    assert re.search(r" 120 2026-10-01 30（\S+ 2026-09-01）", table.replace("  ", " "))


def test_a_term_that_is_over_shows_its_end(city: City, opened: Opened) -> None:
    PartyOrganization.objects.filter(pk=city["CZ1111"].pk).update(term_ends_on=LONG_AGO)
    refresh(None, on=TODAY)
    assert "2020-01-01" in shown(opened("leader"), "/nodes/?measure=nodes_over")


@pytest.mark.parametrize(("username", "may"), [("street", True), ("leader", False)])
def test_members_enrolled_elsewhere_are_reached_by_name(city: City, opened: Opened, username: str, may: bool) -> None:
    unit = city.organization("澄州明川电子有限公司", staff=120)
    city.cover(unit, "CZ1111")
    for name in ("王一", "王二", "王三"):
        city.member(name, of="CZ1112", at=unit)
    city.member("王四", of="CZ1111", at=unit)
    city.member("王五", of="CZ1112")
    refresh(None, on=TODAY)
    browser = opened(username)
    page = browser.get("/nodes/?measure=members_elsewhere").content.decode()
    found = re.findall(r'<a href="([^"]*member[^"]*branch[^"]*)">3</a>', page)
    assert bool(found) is may
    if may:
        names = browser.get(unescape(found[0])).content.decode()
        assert all(name in names for name in ("王一", "王二", "王三"))
        assert "王四" not in names
        assert "王五" not in names
