"""A measure of money is fen in tally and frozen month, and 1,234.50 元 wherever anybody reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db.models import Q
from django.test import Client

from core.formats import Yuan, number
from core.indicators import Measure, declare, indicators, measures, share
from orgs.facts import refresh
from orgs.figures import Narrow, live
from orgs.indicators import MONEY
from orgs.models import Organization
from orgs.subjects import NodeSubject, hidden
from reports import cross, dashboard
from tests.people import TODAY, City
from tests.reports.closing import close
from tests.reports.test_every_figure import workbook

Opened = Callable[..., Client]
PARTS = {"CZ111": "1234.50", "CZ112": "0.10", "CZ121": "0.29"}
WHOLE, PART = "1,234.89 元", "0.29 元"
CAPITALS = NodeSubject(
    "x_capitals", "资金", "笔", frozenset({"region_code"}),
    model=Organization, rows=lambda day: Organization.objects.all(), node="managed_by",
)  # fmt: skip
HELD = Measure(CAPITALS, "x_held", "结存", sums="capital", money=True)
RATE = share(
    code="X_MONEY", of=HELD, part=("x_small", "其中不足一元", Q(managed_by__code="CZ121")),
    name="小额结存", clause="意见三-3", basis="不足一元的结存。", group=MONEY,
)  # fmt: skip


@pytest.fixture
def counted(city: City) -> Iterator[City]:
    for node, amount in PARTS.items():
        city.organization(managed_by=node, capital=Decimal(amount), region_id="990102001001")
    declare(RATE)
    try:
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        refresh(None, on=TODAY)
        close(city, "2026-10")
        yield city
    finally:
        del indicators._items[RATE.code], measures._items[HELD.code], measures._items[RATE.numerator.code]


def test_the_tally_holds_whole_fens(counted: City) -> None:
    assert live(counted.scope("city")).whole(Narrow(), [HELD.code]) == {HELD.code: 123489}, "0.29 of a float is 28 fen"


@pytest.mark.parametrize("month", ["", "2026-10"], ids=["now", "a closed month"])
def test_every_road_tells_it_in_yuan(counted: City, opened: Opened, month: str) -> None:
    browser, asked = opened("city"), {"month": month}
    pages = {
        "page": browser.get("/figures/", asked),
        "by area": browser.get("/figures/", asked | {"of": RATE.code}),
        "list": browser.get("/nodes/", asked | {"measure": HELD.code}),
        "gap": browser.get("/nodes/", asked | {"gap": RATE.code}),
    }
    for name, page in pages.items():
        body = page.content.decode()
        assert ("1,234.60 元" if name == "gap" else WHOLE) in body, name
        assert not any(raw in body for raw in ("123489", "123,489", "123450", "123,450")), name
    assert PART in pages["page"].content.decode()
    assert "，合计 1,234.89 元，按" in pages["list"].content.decode()
    assert "1,234.50 元" in pages["list"].content.decode()
    assert (WHOLE, PART) in [(row[5], row[3]) for row in workbook(browser, f"/figures/?month={month}", do="")]
    header, *rows = workbook(browser, f"/nodes/?measure={HELD.code}&month={month}")
    column = header.index("金额（元）")
    assert sorted(row[column] for row in rows) == [0.1, 0.29, 1234.5], "numbers, so that Excel totals them"


@pytest.mark.parametrize("month", [(), ("--month", "2026-10")], ids=["now", "a closed month"])
def test_the_command_says_the_unit(counted: City, month: tuple[str, ...]) -> None:
    out = StringIO()
    call_command("figures", *month, stdout=out)
    assert f"{PART} / {WHOLE}" in out.getvalue()
    out = StringIO()
    call_command("figures", *month, "--json", stdout=out)
    told = {one["indicator"]: one for one in json.loads(out.getvalue())}
    assert [told[RATE.code][name] for name in ("numerator", "denominator", "unit")] == [29, 123489, "分"]
    assert told["SHOULD"]["unit"] == "家"


def test_pages_that_print_counts_alone_show_no_money() -> None:
    shown = {*dashboard.MEASURES, *(code for code, _ in cross.COLUMNS if code in measures)}
    assert not [code for code in shown if measures[code].money]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00 元"), (1, "0.01 元"), (99, "0.99 元"), (123450, "1,234.50 元"), (10**12, "10,000,000,000.00 元"), (None, "—")],
)  # fmt: skip
def test_fen_as_yuan(value: int | None, text: str) -> None:
    assert number(HELD.amount(value)) == text
    assert value is None or isinstance(HELD.amount(value), Yuan)


@pytest.mark.parametrize(
    ("value", "people", "few"), [(500, 2, True), (500, 3, False), (0, 0, False), (500, None, False), (1, 0, True)]
)
def test_a_sum_of_few_people_is_not_told(value: int, people: int | None, few: bool) -> None:
    dues = Measure(CAPITALS, "x_dues", "党费", sums="capital", money=True, people="members")
    assert hidden(dues, value, people) == few


def test_a_difference_of_amounts_is_an_amount() -> None:
    assert number(Yuan("1500.00") - Yuan("265.50")) == "1,234.50 元"
