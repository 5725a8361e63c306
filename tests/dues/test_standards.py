"""How much a member pays a month: the boundary table of the standards, and what holds for every base (rules §14)."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.parameters import parameters
from core.refusals import Refusal
from dues.rules.standards import PAYERS, assess, bands_of

VALUES = {one.code: one.default for one in parameters if one.code.startswith("dues.")}
BANDED = [code for code, kind in PAYERS.items() if kind.bands]
BASES = st.decimals(D("0.01"), D(200_000), places=2)


@pytest.mark.parametrize(
    ("payer", "base", "monthly"),
    [
        ("WAGE", "0.01", "0.00"), ("WAGE", "1", "0.01"), ("WAGE", "2999.99", "15.00"), ("WAGE", "3000", "15.00"),
        ("WAGE", "3000.01", "30.00"), ("WAGE", "5000", "50.00"), ("WAGE", "5000.01", "75.00"), ("WAGE", "10000", "150.00"),
        ("WAGE", "10000.01", "200.00"), ("WAGE", "50000", "1000.00"), ("WAGE", "50000.01", "1000.00"),
        ("WAGE", "90000", "1000.00"), ("ANNUAL", "5000", "50.00"), ("ANNUAL", "5000.01", "75.00"),
        ("OWNER", "10000", "150.00"), ("OWNER", "10000.01", "200.00"), ("PENSION", "5000", "25.00"),
        ("PENSION", "5000.01", "50.00"), ("FARMER", "0.2", "0.20"), ("FARMER", "1", "1.00"), ("TOKEN", None, "0.20"),
        ("TOKEN", "800", "0.20"),
    ],
)  # fmt: skip
def test_the_boundaries(payer: str, base: str | None, monthly: str) -> None:
    assert str(assess(payer, base and D(base), VALUES).monthly) == monthly


@pytest.mark.parametrize(
    ("payer", "base", "said"),
    [
        ("WAGE", None, "须大于 0"), ("WAGE", "0", "须大于 0"), ("WAGE", "-1", "须大于 0"), ("WAGE", "3000.001", "写到分"),
        ("WAGE", "10000000", "请核对"), ("FARMER", "0.19", "0.20 至 1.00 元"), ("FARMER", "1.01", "0.20 至 1.00 元"),
        ("FARMER", None, "商定的每月交纳额"),
    ],
)  # fmt: skip
def test_a_base_that_cannot_be_is_refused(payer: str, base: str | None, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        assess(payer, base and D(base), VALUES)


def test_each_step_is_told_in_words() -> None:
    assert assess("PENSION", D("5000.01"), VALUES).steps == (
        "交纳人类别：离退休。基数是每月离退休费或养老金总额，5,000.01 元。",
        "5,000.01 元超过 5,000.00 元，全额按 1% 计算，不分段。",
        "5,000.01 × 1% = 50.0001 元。",
        "四舍五入到 0.01 元：50.00 元。",
        "每月应交 50.00 元。",
    )
    wage = "".join(assess("WAGE", D(60_000), VALUES).steps)
    assert "基数不含：个人所得税" in wage
    assert "60,000.00 × 2% = 1200 元" in wage
    assert "按 1,000.00 元核定；自愿多交的可以多交" in wage
    assert assess("TOKEN", None, VALUES).steps == ("学生、下岗失业、靠抚恤救济或低保生活的党员，每月交纳 0.20 元。",)


@pytest.mark.parametrize(
    ("quantum", "base", "monthly"),
    [(0.1, "3005", "30.10"), (1, "3050", "31.00"), (1, "3049", "30.00"), (0, "3000.01", "30.00")],
)
def test_the_last_place_is_that_of_the_city(quantum: float, base: str, monthly: str) -> None:
    assert str(assess("WAGE", D(base), VALUES | {"dues.quantum": quantum}).monthly) == monthly


@given(st.sampled_from(BANDED), BASES, BASES)
def test_who_earns_more_never_pays_less(payer: str, one: D, other: D) -> None:
    less, more = sorted((one, other))
    assert assess(payer, less, VALUES).monthly <= assess(payer, more, VALUES).monthly


@given(st.sampled_from(BANDED), BASES)
def test_the_rate_is_that_of_the_whole_base_and_the_cap_holds(payer: str, base: D) -> None:
    monthly = assess(payer, base, VALUES).monthly
    [band] = [
        one
        for one in bands_of(PAYERS[payer].bands, VALUES)
        if one.above < base and (one.bound is None or base <= one.bound)
    ]
    assert monthly <= 1000
    assert monthly == 1000 or abs(monthly - base * band.rate / 100) <= D("0.005")
    assert monthly == monthly.quantize(D("0.01"))
