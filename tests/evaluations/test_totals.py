"""What lines come to: each bound of bands and five goods, what drops out, bonus, penalty, veto, and what is open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.extras import BONUSES, PENALTIES
from evaluations.rules.totals import Extra, Lines, Mark, Total, total

NAMES = {
    "TEAM": "领导班子好",
    "MEMBERS": "党员队伍好",
    "WORK": "工作机制好",
    "RESULTS": "工作业绩好",
    "MASSES": "群众反映好",
}
LINES = Lines(
    NAMES, D(85), D(14), D(5), D(10), [D(60), D(70), D(80), D(90), D(95)],
    ["未定级", "一星", "二星", "三星", "四星", "五星"],
)  # fmt: skip


def marks(*points: str, most: str = "20") -> list[Mark]:
    """A line a dimension; `-` is open, `x` does not apply."""
    return [
        Mark(f"{place}.1", dimension, D(most), None if text in "-x" else D(text), "不适用" if text == "x" else "")
        for place, (dimension, text) in enumerate(zip(NAMES, points, strict=True), 1)
    ]


def added(*points: str, **more: Any) -> Total:
    return total(marks(*points), LINES, **more)


@pytest.mark.parametrize(
    ("points", "sum_", "grade", "five"),
    [
        (("20", "20", "20", "20", "20"), "100.00", "五星", True),
        (("19", "19", "19", "19", "19"), "95.00", "五星", True),
        (("19", "19", "19", "19", "18.99"), "94.99", "四星", True),
        (("18", "18", "18", "18", "18"), "90.00", "四星", True),
        (("18", "18", "18", "18", "17.99"), "89.99", "三星", True),
        (("17", "17", "17", "17", "17"), "85.00", "三星", True),
        (("17", "17", "17", "17", "16.99"), "84.99", "三星", False),
        (("14", "20", "20", "20", "20"), "94.00", "四星", True),
        (("13.99", "20", "20", "20", "20"), "93.99", "四星", False),
        (("16", "16", "16", "16", "16"), "80.00", "三星", False),
        (("16", "16", "16", "16", "15.99"), "79.99", "二星", False),
        (("14", "14", "14", "14", "14"), "70.00", "二星", False),
        (("14", "14", "14", "14", "13.99"), "69.99", "一星", False),
        (("12", "12", "12", "12", "12"), "60.00", "一星", False),
        (("12", "12", "12", "12", "11.99"), "59.99", "未定级", False),
        (("0", "0", "0", "0", "0"), "0.00", "未定级", False),
    ],
)
def test_bands_and_the_line_of_five_goods(points: tuple[str, ...], sum_: str, grade: str, five: bool) -> None:
    found = added(*points)
    assert (found.points, found.grade, found.five_good) == (D(sum_), grade, five)


def test_what_is_short_is_said() -> None:
    assert added("13.99", "17", "17", "17", "17").short_of == (
        "总分 81.99 分，低于 85 分",
        "领导班子好 13.99 分，低于 14 分",
    )


def test_what_does_not_apply_drops_out_and_its_dimension_is_scaled_up() -> None:
    of_team = [
        Mark("1.1", "TEAM", D(5), D(5)),
        Mark("1.2", "TEAM", D(11), D("8.35")),
        Mark("1.5", "TEAM", D(4), excluded="没有支委会"),
    ]
    found = total([*of_team, *marks("x", "17", "17", "17", "17")[1:]], LINES)
    assert found.dimensions[0].points == D("16.69"), "13.35 × 20 ÷ 16 = 16.6875"
    assert found.points == D("84.69")
    assert found.steps == (
        "领导班子好有 4 分不适用（没有支委会），按满分 20 分折算：13.35×20÷16＝16.69",
        "总分：领导班子好 16.69＋党员队伍好 17.00＋工作机制好 17.00＋工作业绩好 17.00＋群众反映好 17.00＝84.69",
    )


def test_a_dimension_of_which_nothing_applies_leaves_no_rating() -> None:
    found = added("x", "20", "20", "20", "20")
    assert (found.band, found.grade, found.five_good) == (None, "", False)
    assert found.unrated == "领导班子好没有适用的评分项，不能按百分制评定"


def test_what_is_open_is_no_zero() -> None:
    found = added("20", "20", "20", "20", "-")
    assert (found.points, found.open, found.band) == (D("80.00"), ("5.1",), None)
    assert found.short_of == ("还有 1 项没有评分，暂不评定",)


@pytest.mark.parametrize(
    ("bonuses", "bonus"),
    [
        ([], "0.00"),
        ([BONUSES["COUNTY"]], "1.00"),
        ([BONUSES["COUNTY"], BONUSES["PROVINCE"], BONUSES["CITY"]], "3.00"),
        ([Extra("全国表彰", D(5))], "5.00"),
        ([Extra("全国表彰", D(6))], "5.00"),
    ],
)
def test_of_bonuses_the_highest_alone_counts_up_to_the_cap(bonuses: list[Extra], bonus: str) -> None:
    found = added("16", "16", "16", "16", "16", bonuses=bonuses)
    assert (found.bonus, found.points) == (D(bonus), D(80) + D(bonus))


@pytest.mark.parametrize(("times", "penalty"), [(0, "0.00"), (1, "2.00"), (5, "10.00"), (6, "10.00")])
def test_penalties_add_up_to_the_cap(times: int, penalty: str) -> None:
    found = added("17", "17", "17", "17", "17", penalties=[PENALTIES["CRITICISED"]] * times)
    assert (found.penalty, found.points) == (D(penalty), D(85) - D(penalty))
    assert found.five_good == (times == 0)


def test_bonus_and_penalty_are_told_and_never_touch_a_dimension() -> None:
    found = added("13", "17", "17", "17", "20", bonuses=[BONUSES["PROVINCE"]], penalties=[PENALTIES["CRITICISED"]])
    assert found.points == D(85)
    assert found.short_of == ("领导班子好 13.00 分，低于 14 分",)
    assert found.steps[:2] == (
        "加分取最高的一项，最多 5 分：省级以上表彰 3 分，加 3.00",
        "扣分合计，最多 10 分：通报批评 2 分，扣 2.00",
    )
    assert found.steps[-1].endswith("群众反映好 20.00＋3.00－2.00＝85.00")


def test_the_sum_never_falls_below_nothing() -> None:
    assert added("0", "0", "0", "0", "1", penalties=[PENALTIES["CRITICISED"]] * 3).points == 0


def test_any_veto_leaves_no_rating() -> None:
    found = added("20", "20", "20", "20", "20", vetoes=["重大生产安全事故"])
    assert (found.band, found.five_good, found.points) == (None, False, D(100))
    assert found.unrated == "一票否决：重大生产安全事故，本次不评定"


def test_a_veto_leaves_a_member_no_points() -> None:
    of_members = replace(LINES, veto_is_zero=True)
    found = total(marks("20", "20", "20", "20", "20"), of_members, bonuses=[BONUSES["CITY"]], vetoes=["受到党纪处分"])
    assert (found.points, found.grade, found.five_good) == (0, "未定级", False)
    assert found.short_of == ("一票否决：受到党纪处分，记 0 分",)
    assert found.steps[-1] == "一票否决：受到党纪处分，总分记 0 分"


POINTS = st.decimals(min_value=0, max_value=20, places=2)


@given(st.lists(st.one_of(POINTS, st.none()), min_size=5, max_size=5), st.integers(0, 9))
def test_a_sum_is_that_of_its_dimensions_and_never_more_than_all(points: list[D | None], times: int) -> None:
    some = [replace(one, points=number) for one, number in zip(marks("0", "0", "0", "0", "0"), points, strict=True)]
    found = total(some, LINES, penalties=[PENALTIES["CRITICISED"]] * times)
    assert found.points == max(sum(number or 0 for number in points) - min(2 * times, 10), 0)
    assert (found.band is None) == (None in points)
    assert not found.five_good or (found.points >= 85 and all(one.points >= 14 for one in found.dimensions))


@given(POINTS, st.integers(1, 19))
def test_scaling_up_keeps_the_share(given_: D, applies: int) -> None:
    share = min(given_, D(applies))
    some = [Mark("1.1", "TEAM", D(applies), share), Mark("1.2", "TEAM", D(20 - applies), excluded="不适用")]
    team = total([*some, *marks("x", "1", "1", "1", "1")[1:]], LINES).dimensions[0]
    assert 0 <= team.points <= 20
    assert abs(team.points * applies - share * 20) <= D("0.005") * applies
