"""What would lift a result to five goods: the shortest choice of items, found again by trying all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal as D
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.lifts import lifts, raised
from evaluations.rules.totals import Extra, Mark, total
from tests.evaluations.test_totals import LINES, NAMES

CODES = list(NAMES)


def items(**missed: Sequence[str]) -> list[Mark]:
    """Four items of 5 points a dimension, given in full but for what is missed; `x` does not apply."""
    return [
        Mark(f"{place}.{number}", code, D(5), None if less == "x" else 5 - D(less), "不适用" if less == "x" else "")
        for place, code in enumerate(CODES, 1)
        for number, less in enumerate((*missed.get(code, ()), *"0000")[:4], 1)
    ]


def found(given_: list[Mark], **more: object) -> list[tuple[str, D]]:
    return [(one.code, one.points) for one in lifts(total(given_, LINES, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "more", "expected"),
    [
        (items(), {}, []),  # reached
        (items(TEAM=("5",), WORK=("5",), MASSES=("5",)), {}, []),  # 85, each at least 14
        (items(TEAM=("5", "2")), {}, [("1.1", "5.00")]),  # 13 of 20: the larger one is enough
        (items(TEAM=("3", "3", "1")), {}, [("1.1", "3.00")]),  # 13: one of 3 suffices, the first of both
        (items(TEAM=("4", "4", "4", "4")), {}, [("1.1", "4.00"), ("1.2", "4.00"), ("1.3", "4.00")]),  # 4 → 16
        (items(TEAM=("5", "1"), WORK=("5",), MASSES=("4.99", "0.02")), {}, [("1.1", "5.00")]),  # 83.99: the sum alone
        (items(TEAM=("5", "2"), WORK=("5", "5"), MASSES=("4",)), {}, [("1.1", "5.00"), ("3.1", "5.00")]),
        # 3.1 does not apply: each missing point of 工作机制好 weighs a third more
        (items(WORK=("x", "3", "3"), TEAM=("3.5",), MASSES=("3.5",)), {}, [("3.2", "3.00")]),
        (items(TEAM=("5", "2")), {"vetoes": ["弄虚作假"]}, []),
        (items(TEAM=("x", "x", "x", "x")), {}, []),
        (items(TEAM=("5",)), {"penalties": [Extra("通报", D(10))]}, []),  # 85
        (items(TEAM=("5",), WORK=("3",)), {"penalties": [Extra("通报", D(10))]}, [("1.1", "5.00")]),
    ],
)  # fmt: skip
def test_the_fewest_items_that_reach_every_line(
    given_: list[Mark], more: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert found(given_, **more) == [(code, D(points)) for code, points in expected]


def test_nothing_is_named_as_long_as_an_item_is_open() -> None:
    given_ = [*items(TEAM=("5", "5")), Mark("9.1", "TEAM", D(5))]
    assert found(given_) == []


def test_nothing_is_named_where_all_items_would_not_do() -> None:
    given_, harder = items(TEAM=("5",)), replace(LINES, five_total=D(96))
    assert lifts(total(given_, harder))
    assert not lifts(total(given_, harder, penalties=[Extra("通报", D(5))]))


missed = st.sampled_from(["0", "0.01", "1", "2.5", "4.99", "5"])


@given(st.dictionaries(st.sampled_from(CODES), st.tuples(missed, missed), max_size=4), st.integers(0, 10))
def test_no_other_choice_is_shorter(less: dict[str, tuple[str, str]], penalty: int) -> None:
    given_ = items(**less)
    whole = total(given_, LINES, penalties=[Extra("通报", D(penalty))] if penalty else [])
    chosen = lifts(whole)
    waiting = [line for line in given_ if line.points != line.most]
    if whole.five_good:
        assert chosen == ()
        return
    subsets = chain.from_iterable(combinations(waiting, number) for number in range(len(waiting) + 1))
    shortest = next((choice for choice in subsets if raised(whole, choice).five_good), ())
    assert len(chosen) == len(shortest)
    assert not chosen or raised(whole, [line for line in given_ if line.code in {one.code for one in chosen}]).five_good
