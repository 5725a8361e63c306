"""How a fact becomes points: every bound of the four formulas, what half a hundredth becomes, and what always holds."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.facts import Fact
from evaluations.rules.formulas import Each, Faults, Formula, Linear, Step, Steps, rounded

ATTENDANCE = Linear(full=D(85), none=D(60))
POLL = Linear(least=D(60))
FILING = Linear(faults={"returned": ("退回两次以上的，每份", D("0.5"))})
TEAM = Faults(faults={"secretary": ("没有书记", D(2)), "vacant": ("职务空缺", D(1)), "overdue": ("超期", D(2))})
GRADES = Steps(steps=(Step(D(3), D(100), "优秀"), Step(D(2), D("66.67"), "合格"), Step(D(1), D("33.33"), "基本合格")))
TIMES = Steps(steps=(Step(D(2), D(100)), Step(D(1), D(50))), unit="次")
DEEDS = Each(each=D(2))


def rate(counted: int, of: int, **faults: int) -> Fact:
    return Fact(counted=counted, of=of, faults=faults or None)


@pytest.mark.parametrize(
    ("formula", "fact", "most", "points"),
    [
        (ATTENDANCE, rate(85, 100), "5", "5.00"),
        (ATTENDANCE, rate(8499, 10000), "5", "5.00"),
        (ATTENDANCE, rate(8495, 10000), "5", "4.99"),
        (ATTENDANCE, rate(100, 100), "5", "5.00"),
        (ATTENDANCE, rate(725, 1000), "5", "2.50"),
        (ATTENDANCE, rate(60, 100), "5", "0.00"),
        (ATTENDANCE, rate(6001, 10000), "5", "0.00"),
        (ATTENDANCE, rate(6003, 10000), "5", "0.01"),
        (ATTENDANCE, rate(5999, 10000), "5", "0.00"),
        (POLL, rate(60, 100), "8", "4.80"),
        (POLL, rate(5999, 10000), "8", "0.00"),
        (POLL, rate(10, 10), "8", "8.00"),
        (FILING, rate(9, 10), "4", "3.60"),
        (FILING, rate(9, 10, returned=2), "4", "2.60"),
        (FILING, rate(1, 10, returned=1), "4", "0.00"),
        (FILING, rate(0, 10), "4", "0.00"),
        (Linear(), rate(2, 3), "4", "2.67"),
        (Linear(), rate(1, 3), "4", "1.33"),
        (Linear(), rate(7, 36), "4.50", "0.88"),  # 0.875: a rate in decimals falls short of it
        (Linear(), rate(1, 6), "0.03", "0.01"),
        (Linear(), Fact(counted=D("10.5"), of=D(56)), "2", "0.38"),  # 0.375
        (TEAM, Fact(faults={}), "5", "5.00"),
        (TEAM, Fact(faults={"secretary": 1}), "5", "3.00"),
        (TEAM, Fact(faults={"secretary": 1, "vacant": 1, "overdue": 1}), "5", "0.00"),
        (TEAM, Fact(faults={"vacant": 4}), "5", "1.00"),
        (TEAM, Fact(faults={"vacant": 0}), "5", "5.00"),
        (TEAM, Fact(faults={"secretary": 9}), "5", "0.00"),
        (GRADES, Fact(value=3), "6", "6.00"),
        (GRADES, Fact(value=2), "6", "4.00"),
        (GRADES, Fact(value=1), "6", "2.00"),
        (GRADES, Fact(value=0), "6", "0.00"),
        (TIMES, Fact(value=2), "1", "1.00"),
        (TIMES, Fact(value=1), "1", "0.50"),
        (TIMES, Fact(value=0), "1", "0.00"),
        (DEEDS, Fact(value=0), "6", "0.00"),
        (DEEDS, Fact(value=2), "6", "4.00"),
        (DEEDS, Fact(value=3), "6", "6.00"),
        (DEEDS, Fact(value=9), "6", "6.00"),
    ],
)
def test_points(formula: Formula, fact: Fact, most: str, points: str) -> None:
    assert formula.points(fact, D(most)) == D(points)


@pytest.mark.parametrize(
    ("number", "to"), [("0.005", "0.01"), ("0.0049", "0.00"), ("1.015", "1.02"), ("2.675", "2.68"), ("7", "7.00")]
)
def test_half_a_hundredth_goes_up(number: str, to: str) -> None:
    assert str(rounded(D(number))) == to


@pytest.mark.parametrize(
    ("formula", "most", "words"),
    [
        (ATTENDANCE, 5, "达到 85% 得 5 分，60% 以下不得分，其间按比例"),
        (POLL, 8, "达到 100% 得 8 分，其余按比例，低于 60% 不得分"),
        (FILING, 4, "达到 100% 得 4 分，其余按比例，退回两次以上的，每份扣 0.5 分，扣完为止"),
        (TEAM, 5, "没有书记扣 2 分，职务空缺扣 1 分，超期扣 2 分，扣完为止"),
        (GRADES, 6, "优秀 6 分，合格 4 分，基本合格 2 分，其余不得分"),
        (TIMES, 1, "达到 2 次 1 分，达到 1 次 0.5 分，其余不得分"),
        (DEEDS, 6, "每件 2 分，最多 6 分"),
        (Faults(), 4, ""),
    ],
)
def test_words(formula: Formula, most: int, words: str) -> None:
    assert formula.words(D(most)) == words


ALL = (ATTENDANCE, POLL, FILING, TEAM, GRADES, TIMES, DEEDS)


@pytest.mark.parametrize("formula", ALL)
def test_numbers_are_kept_as_plain_data_and_each_has_a_name(formula: Formula) -> None:
    numbers = formula.numbers()
    assert formula.with_numbers({name: str(number) for name, number in numbers.items()}) == formula
    assert numbers.keys() == formula.labels().keys()


@pytest.mark.parametrize(
    ("formula", "changed", "fact", "points"),
    [
        (ATTENDANCE, {"full": "90"}, rate(75, 100), "2.50"),
        (ATTENDANCE, {"none": "50"}, rate(675, 1000), "2.50"),
        (POLL, {"least": "70"}, rate(69, 100), "0.00"),
        (TEAM, {"off_secretary": "3"}, Fact(faults={"secretary": 1}), "2.00"),
        (GRADES, {"share_1": "80"}, Fact(value=2), "4.00"),
        (TIMES, {"least_0": "3"}, Fact(value=2), "2.50"),
        (DEEDS, {"each": "0.5"}, Fact(value=3), "1.50"),
    ],
)
def test_other_numbers_give_other_points(formula: Formula, changed: dict[str, str], fact: Fact, points: str) -> None:
    assert formula.with_numbers(formula.numbers() | changed).points(fact, D(5)) == D(points)


@pytest.mark.parametrize(
    ("formula", "numbers", "words"),
    [
        (ATTENDANCE, {"full": "60", "none": "60"}, "须大于"),
        (ATTENDANCE, {"full": "101", "none": "60"}, "不超过 100"),
        (POLL, {"full": "50", "none": "0", "least": "60"}, "不能超过得满分的百分比"),
        (TEAM, {"off_secretary": "-1", "off_vacant": "1", "off_overdue": "2"}, "不能小于 0"),
        (TEAM, {"off_secretary": "1"}, "重新填写"),
        (TIMES, {"least_0": "1", "share_0": "100", "least_1": "1", "share_1": "50"}, "从高到低"),
        (TIMES, {"least_0": "2", "share_0": "50", "least_1": "1", "share_1": "60"}, "从高到低"),
        (GRADES, {"share_0": "101", "share_1": "80", "share_2": "10"}, "不超过 100%"),
        (DEEDS, {"each": "0"}, "大于 0"),
        (DEEDS, {"each": "NaN"}, "不能小于 0"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(formula: Formula, numbers: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        formula.with_numbers(numbers)


@pytest.mark.parametrize(
    "fact", [{}, {"of": 0, "counted": 0}, {"counted": 3}, {"text": "没有找到记录"}], ids=["nothing", "of none", "of what", "text"]
)  # fmt: skip
def test_a_fact_is_never_zero_by_accident(fact: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="why it is none"):
        Fact(**fact)


@pytest.mark.parametrize("fact", [Fact(unknown="没有登记"), Fact(excluded="没有支委会", value=1)])
def test_no_points_follow_from_what_is_not_known(fact: Fact) -> None:
    with pytest.raises(ValueError, match="known"):
        Linear().points(fact, D(4))


@pytest.mark.parametrize(
    ("formula", "fact"),
    [(TEAM, Fact(value=3)), (Linear(), Fact(value=3)), (DEEDS, Fact(counted=3, of=4)), (GRADES, Fact(faults={}))],
)
def test_no_points_follow_from_a_fact_of_another_kind(formula: Formula, fact: Fact) -> None:
    with pytest.raises(ValueError, match=r"not so many|no number|nothing is told"):
        formula.points(fact, D(4))


AMOUNTS = st.decimals(min_value=0, max_value=50, places=2, allow_nan=False)
FACTS = st.builds(
    lambda of, share, faults: Fact(counted=of * share // 100, of=of, value=share, faults={"returned": faults}),
    st.integers(1, 5000), st.integers(0, 100), st.integers(0, 3),
)  # fmt: skip


@given(FACTS, AMOUNTS, st.sampled_from([FILING, Linear(full=D(85), none=D(60), least=D(70)), GRADES, TIMES, DEEDS]))
def test_points_lie_between_none_and_all_to_the_hundredth(fact: Fact, most: D, formula: Formula) -> None:
    known = Fact(value=fact.value, counted=fact.counted, of=fact.of, faults=fact.faults if formula.faults else None)
    points = formula.points(known, most)
    assert 0 <= points <= most
    assert points.as_tuple().exponent == -2


@given(st.integers(1, 300), st.integers(0, 300), AMOUNTS)
def test_one_more_never_costs_points(of: int, counted: int, most: D) -> None:
    counted = min(counted, of - 1)
    for formula in (Linear(), ATTENDANCE, POLL):
        assert formula.points(rate(counted, of), most) <= formula.points(rate(counted + 1, of), most)
    for formula in (TIMES, DEEDS):
        assert formula.points(Fact(value=counted), most) <= formula.points(Fact(value=counted + 1), most)
