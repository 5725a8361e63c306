"""What comes back: the rate of what was paid, to the whole fen below. Pure."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from dues.rules.amounts import FEN, yuan


def refundable(paid: Decimal, rate: Decimal) -> Decimal:
    """The most that may be returned of what was paid, by a rate in per cent; nothing where nothing is left."""
    return max((paid * rate / 100).quantize(FEN, ROUND_DOWN), Decimal(0))


def payroll_note(given: Decimal, payroll: Decimal, rate: Decimal) -> str:
    """What a unit gave its Party organization in a year, beside what it may deduct before tax."""
    bound = (payroll * rate / 100).quantize(FEN, ROUND_DOWN)
    both = f"本年度列支 {yuan(given)} 元，职工年度工资薪金总额的 {rate}% 是 {yuan(bound)} 元"
    return f"{both}，可以据实税前扣除" if given <= bound else f"{both}，超过的 {yuan(given - bound)} 元不能税前扣除"
