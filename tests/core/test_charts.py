"""Charts are SVG that says its figures in words and needs neither style nor script."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from core.charts import bar, goal_bar, scale_of, sparkline


@pytest.mark.parametrize(
    ("rate", "width"), [(Decimal("86.2"), 86.2), (0, 0), (100, 100), (130, 100)], ids=["rate", "none", "all", "over"]
)
def test_a_bar_is_as_long_as_its_rate_and_never_longer_than_its_ground(rate: Decimal, width: float) -> None:
    assert float(ElementTree.fromstring(bar(rate))[1].attrib["width"]) == width


def test_an_empty_denominator_has_no_bar() -> None:
    assert bar(None) == goal_bar(None, 95) == ""


def test_a_goal_bar_says_rate_pace_and_target_and_tells_them_apart_without_colour() -> None:
    drawn = ElementTree.fromstring(goal_bar(Decimal("87.3"), Decimal(95), Decimal("90.1")))
    assert drawn.attrib["aria-label"] == "87.3%，序时 90.1%，目标 95.0%"
    assert [(mark.attrib["class"], mark.attrib["d"]) for mark in drawn[2:]] == [
        ("pace", "M90.1 0V12"),
        ("target", "M95.0 0V12"),
    ]


def test_a_sparkline_stands_on_a_baseline_and_writes_its_first_and_last_month() -> None:
    figure = ElementTree.fromstring(sparkline([("2026-08", 80), ("2026-09", None), ("2026-10", 91.25)], goal=95))
    drawn, caption = figure
    assert [span.text for span in caption] == ["2026-08 80.0%", "2026-10 91.2%"]
    assert drawn.attrib["aria-label"] == "2026-08 80.0% 至 2026-10 91.2%，纵轴 80%–100%"
    base, goal, line = drawn
    assert base.attrib["d"] == "M0 30H100"
    assert goal.attrib["d"] == "M0 9.0H100"
    points = [tuple(map(float, point.split(","))) for point in line.attrib["d"][1:].split()]
    assert points[0] == (0.0, 30.0)
    assert points[1][0] == 100.0
    assert all(0 <= y <= 30 for _, y in points)


def test_lines_that_are_compared_share_one_scale() -> None:
    scale = scale_of([81.2, None, 92.4], [67.9])
    assert scale == (65, 95)
    assert "纵轴 65%–95%" in sparkline([("2026-09", 80), ("2026-10", 90)], scale=scale)
    assert scale_of([100, 100]) == (95, 100)
    assert scale_of() == (0, 100)


@pytest.mark.parametrize("points", [[], [("2026-10", 80)], [("2026-09", None), ("2026-10", 80)]])
def test_fewer_than_two_months_draw_no_line(points: list[tuple[str, float | None]]) -> None:
    assert sparkline(points) == ""


def test_equal_months_draw_a_level_line() -> None:
    assert "M0.0,30.0 100.0,30.0" in sparkline([("2026-09", 80), ("2026-10", 80)])
