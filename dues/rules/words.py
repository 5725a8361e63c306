"""What cells of lists of dues say: amounts in 元, months, kinds of payers. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from core.cells import Cell, half_width, is_blank, raw_text
from core.months import YearMonth
from core.refusals import Refusal
from dues.rules.amounts import FEN, yuan
from dues.rules.standards import MOST, PAYERS

_AMOUNT = re.compile(r"[¥￥]?(\d+|\d{1,3}(?:,\d{3})+)(\.\d{1,2}0*)?元?", re.ASCII)
_MONTH = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*月?(?:份)?", re.ASCII)
_PAYERS = {
    "WAGE": ("按月领取工资", "在职", "职工", "工资", "月薪", "按月领工资"),
    "ANNUAL": ("年薪制", "年薪"),
    "OWNER": ("不按月取得收入的个体经营者等", "个体经营者", "个体", "出资人", "业主", "不按月取得收入"),
    "PENSION": ("离退休", "退休", "离休", "养老金"),
    "FARMER": ("农民", "务农"),
    "TOKEN": ("学生、下岗失业、靠抚恤救济或低保生活", "学生", "下岗", "失业", "下岗失业", "低保", "无收入"),
}
_KNOWN = {word: code for code, words in _PAYERS.items() for word in words}


def read_yuan(cell: Cell, *, most: Decimal = MOST) -> Decimal | None:
    """`50`, `50.00`, `1,234.5元`; None for a blank. Raises Refusal."""
    if is_blank(cell):
        return None
    found = _AMOUNT.fullmatch(half_width(raw_text(cell)).replace(" ", ""))
    try:
        value = Decimal(found[1].replace(",", "") + (found[2] or "")).quantize(FEN) if found else None
    except InvalidOperation:
        value = None
    if value is None:
        raise Refusal(f"“{raw_text(cell)[:20]}”不是金额，请写成 50 或 50.00（元）")
    if value > most:
        raise Refusal(f"“{raw_text(cell)[:20]}”太大，不能超过 {yuan(most)} 元，请核对")
    return value


def read_month(cell: Cell, *, year: int) -> YearMonth | None:
    """`2026-11`, `2026年11月`, `11月`, a day of the month; None for a blank. Raises Refusal."""
    if is_blank(cell):
        return None
    if isinstance(cell, date | datetime):
        return YearMonth(cell.year, cell.month)
    text = half_width(raw_text(cell))
    try:
        if found := _MONTH.fullmatch(text):
            return YearMonth.parse(f"{found[1] or year}-{int(found[2]):02}")
    except ValueError:
        pass
    raise Refusal(f"“{text[:20]}”不是月份，请写成 2026-11 或 11 月")


def read_payer(cell: Cell) -> str | None:
    """The kind of payer, a code of PAYERS; None for a blank. Raises Refusal."""
    if is_blank(cell):
        return None
    text = raw_text(cell)
    if text not in _KNOWN:
        raise Refusal(f"没有“{text[:20]}”这种交纳人类别，请从中选填：{'；'.join(one.name for one in PAYERS.values())}")
    return _KNOWN[text]
