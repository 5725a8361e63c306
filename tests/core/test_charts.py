"""Charts are SVG that says its figures in words and needs neither style nor script."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from core.charts import bar, goal_bar, sparkline


@pytest.mark.parametrize(
    ("rate", "width"), [(Decimal("86.2"), 86.2), (0, 0), (100, 100), (130, 100)], ids=["rate", "none", "all", "over"]
)
def test_a_bar_is_as_long_as_its_rate_and_never_longer_than_its_ground(rate: Decimal, width: float) -> None:
    assert float(ElementTree.fromstring(bar(rate))[1].attrib["width"]) == width


def test_an_empty_denominator_has_no_bar() -> None:
    assert bar(None) == goal_bar(None, 95) == ""


def test_a_goal_bar_says_rate_pace_and_target() -> None:
    drawn = goal_bar(Decimal("87.3"), Decimal(95), Decimal("90.1"))
    assert ElementTree.fromstring(drawn).attrib["aria-label"] == "87.3%，序时 90.1%，目标 95.0%"
    assert "style" not in drawn


def test_a_sparkline_stays_in_its_box_and_says_where_it_began_and_ended() -> None:
    drawn = ElementTree.fromstring(sparkline([("2026-08", 80), ("2026-09", None), ("2026-10", 91.25)], goal=95))
    assert drawn.attrib["aria-label"] == "2026-08 80.0% 至 2026-10 91.2%"
    goal, line = drawn[1], drawn[2]
    assert goal.attrib["points"] == "0,2.0 100,2.0"
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert points[0] == (0.0, 28.0)
    assert points[1][0] == 100.0
    assert all(0 <= y <= 30 for _, y in points)


@pytest.mark.parametrize("points", [[], [("2026-10", 80)], [("2026-09", None), ("2026-10", 80)]])
def test_fewer_than_two_months_draw_no_line(points: list[tuple[str, float | None]]) -> None:
    assert sparkline(points) == ""


def test_equal_months_draw_a_level_line() -> None:
    assert "28.0" in sparkline([("2026-09", 80), ("2026-10", 80)])
