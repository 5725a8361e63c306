"""`manage.py figures` prints what the dashboard shows: for now or a closed month, whole or in parts."""

from __future__ import annotations

import json
import random
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.months import YearMonth
from orgs.facts import refresh
from reports.services.months import freeze
from tests.orgs.plain import RULES, plain_units, random_units
from tests.people import TODAY, City

LAST_MONTH = YearMonth(2026, 10)


@pytest.fixture
def busy(city: City) -> City:
    """Forty random organizations."""
    random_units(city, random.Random(5), 40)
    refresh(None, on=TODAY)
    return city


def run(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("figures", *arguments, stdout=out)
    return out.getvalue()


def found(*arguments: str) -> list[dict[str, Any]]:
    """What it prints as JSON."""
    return list(json.loads(run(*arguments, "--json")))


def pairs(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Numerator and denominator by indicator, summed over the rows."""
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        above, below = sums.get(row["indicator"], (0, 0))
        sums[row["indicator"]] = (above + row["numerator"], below + row["denominator"])
    return sums


def test_it_agrees_with_a_plain_computation(busy: City) -> None:
    units = plain_units()
    expected = {
        code: (sum(should(u) and has(u) for u in units), sum(map(should, units)))
        for code, (should, has) in RULES.items()
    }
    assert {code: pair for code, pair in pairs(found()).items() if code in RULES} == expected


def test_a_line_holds_the_words_that_scripts_rely_on(city: City) -> None:
    city.cover(city.organization(staff=120), "CZ1111")
    for _ in range(2):
        city.organization(staff=120)
    refresh(None, on=TODAY)
    line = next(line for line in found("--node", "CZ11") if line["indicator"] == "T2")
    assert line == {
        "indicator": "T2",
        "name": "100 人以上新经济组织有党组织",
        "clause": "意见二-1",
        "numerator": 1,
        "denominator": 3,
        "unit": "家",
        "percent": 33.3,
        "node": "CZ11",
    }
    empty = next(line for line in found("--node", "CZ12") if line["indicator"] == "T2")
    assert (empty["denominator"], empty["percent"]) == (0, None)
    assert "T2     100 人以上新经济组织有党组织  33.3%  1 / 3" in run("--node", "CZ11")
    assert "T2     100 人以上新经济组织有党组织  —  0 / 0" in run("--node", "CZ12")


@pytest.mark.parametrize("by", ["region", "party", "category"])
@pytest.mark.parametrize("node", [[], ["--node", "CZ1"], ["--node", "CZ11"]])
def test_the_parts_sum_to_the_whole(busy: City, by: str, node: list[str]) -> None:
    parts = found("--by", by, *node)
    assert len({row["node"] for row in parts}) > 1
    whole = pairs(found(*node))
    assert pairs(parts) == {code: whole[code] for code in pairs(parts)}
    assert {row["indicator"] for row in parts} >= RULES.keys()


def test_a_closed_month_says_what_it_said_then(busy: City) -> None:
    freeze(month=LAST_MONTH, by=busy.user("city"), counted_on=TODAY)
    then = found("--by", "party")
    random_units(busy, random.Random(6), 10)
    refresh(None, on=TODAY)
    assert found("--by", "party", "--month", str(LAST_MONTH)) == then
    assert found("--by", "party") != then
    assert found("--by", "party", "--month", str(YearMonth.of(timezone.localdate()))) == found("--by", "party")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--month", "2026-13"], "2026-13|月份 13"),
        (["--month", "1999-01"], "1999-01 没有取数"),
        (["--node", "XX"], "没有编码为 XX"),
        (["--node", "CZ1111"], "没有编码为 CZ1111 的党委、工委"),
    ],
)
def test_it_refuses_in_a_sentence(city: City, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
