"""How much a member pays a month, and why, step by step in words (rules §14). Pure.

The rate of a band is that of the whole base, not of the part above the band below: 3,000.01 元 at 1 % are 30.00 元.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from core.refusals import Refusal
from dues.rules.amounts import FEN, set_by, yuan

MOST = Decimal("9999999.99")  # of a base a month: more is a slip
Values = Mapping[str, Any]


@dataclass(frozen=True)
class PayerKind:
    """A kind of payer: what the base is, by which bands (`wage`, `pension`; empty: none)."""

    code: str
    name: str
    base: str
    bands: str = ""


OWNER = "OWNER"
PAYERS = {
    one.code: one
    for one in (
        PayerKind("WAGE", "按月领取工资", "每月相对固定的、经常性的工资收入（税后）", "wage"),
        PayerKind("ANNUAL", "年薪制", "当月实际领取的薪酬收入（税后）", "wage"),
        PayerKind(OWNER, "不按月取得收入的个体经营者等", "上季度月平均纯收入", "wage"),
        PayerKind("PENSION", "离退休", "每月离退休费或养老金总额", "pension"),
        PayerKind("FARMER", "农民", "商定的每月交纳额"),
        PayerKind("TOKEN", "学生、下岗失业、靠抚恤救济或低保生活", ""),
    )
}
PAYER_CHOICES = [(one.code, one.name) for one in PAYERS.values()]
LEFT_OUT = (
    "基数不含：个人所得税；养老、医疗、失业、工伤、生育保险和住房公积金（单位和个人部分）；职业年金、企业年金；住房、交通、"
    "公务用车、通讯、加班、误餐补贴，取暖费、防暑降温费、物业费；不经常、不普遍发放的奖金和绩效"
)


class Band(NamedTuple):
    """Of a base above `above` and up to `bound` (None: without an end) the whole pays `rate` percent."""

    above: Decimal
    bound: Decimal | None
    rate: Decimal


class Assessed(NamedTuple):
    """What is due each month, and the steps that lead to it."""

    monthly: Decimal
    steps: tuple[str, ...]


def assess(payer: str, base: Decimal | None, values: Values) -> Assessed:
    """What a payer with this base pays a month, by the parameters of a day. Raises Refusal for a base that cannot be."""
    kind = PAYERS[payer]
    if not kind.base:
        token = set_by(values, "token").quantize(FEN)
        return Assessed(token, (f"{kind.name}的党员，每月交纳 {yuan(token)} 元。",))
    if base is None or base <= 0:
        raise Refusal(f"计算基数是{kind.base}，须大于 0；没有收入的，交纳人类别选“{PAYERS['TOKEN'].name}”")
    if base > MOST or base != base.quantize(FEN):
        raise Refusal(f"计算基数是{kind.base}，写到分，不超过 {yuan(MOST)} 元，请核对")
    return _agreed(kind, base, values) if not kind.bands else _rated(kind, base, values)


def bands_of(name: str, values: Values) -> list[Band]:
    """The bands of wages or of pensions, from the lowest."""
    wage = (("wage_bound_1", "wage_rate_1"), ("wage_bound_2", "wage_rate_2"), ("wage_bound_3", "wage_rate_3"))
    pairs, last = (
        (wage, "wage_rate_4") if name == "wage" else ((("pension_bound", "pension_rate_1"),), "pension_rate_2")
    )
    found, above = [], Decimal(0)
    for bound, rate in pairs:
        found.append(Band(above, set_by(values, bound), set_by(values, rate)))
        above = set_by(values, bound)
    return [*found, Band(above, None, set_by(values, last))]


def shortest(number: Decimal) -> str:
    """Without zeros at the end: `1.5`, `100`."""
    return format(number.normalize(), "f")


def _agreed(kind: PayerKind, base: Decimal, values: Values) -> Assessed:
    least, most = set_by(values, "farmer_least"), set_by(values, "farmer_most")
    if not least <= base <= most:
        raise Refusal(
            f"计算基数：{kind.name}党员每月交纳 {yuan(least)} 至 {yuan(most)} 元，现为 {yuan(base)} 元，请核对"
        )
    return Assessed(
        base.quantize(FEN), (f"{kind.name}党员每月交纳 {yuan(least)} 至 {yuan(most)} 元，商定为 {yuan(base)} 元。",)
    )


def _rated(kind: PayerKind, base: Decimal, values: Values) -> Assessed:
    band = next(one for one in bands_of(kind.bands, values) if one.bound is None or base <= one.bound)
    exact = base * band.rate / 100
    quantum = set_by(values, "quantum") or FEN
    monthly = (exact / quantum).quantize(Decimal(1), ROUND_HALF_UP) * quantum
    steps = [f"交纳人类别：{kind.name}。基数是{kind.base}，{yuan(base)} 元。"]
    if kind.bands == "wage":
        steps.append(f"{LEFT_OUT}。")
    rate = shortest(band.rate)
    steps += [
        f"{yuan(base)} 元{_place(band)}，全额按 {rate}% 计算，不分段。",
        f"{yuan(base)} × {rate}% = {shortest(exact)} 元。",
    ]
    if monthly != exact:
        steps.append(f"四舍五入到 {shortest(quantum)} 元：{yuan(monthly)} 元。")
    most = set_by(values, "monthly_most")
    if monthly > most:
        steps.append(f"每月一般不超过 {yuan(most)} 元，按 {yuan(most)} 元核定；自愿多交的可以多交。")
        monthly = most
    return Assessed(monthly.quantize(FEN), (*steps, f"每月应交 {yuan(monthly)} 元。"))


def _place(band: Band) -> str:
    if band.bound is None:
        return f"超过 {yuan(band.above)} 元"
    return (
        f"超过 {yuan(band.above)} 元，不超过 {yuan(band.bound)} 元" if band.above else f"不超过 {yuan(band.bound)} 元"
    )
