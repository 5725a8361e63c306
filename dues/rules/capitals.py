"""An amount in the capital figures of papers about money: 壹仟贰佰元整. Pure."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def capitals(amount: Decimal) -> str:
    """Of an amount from 0 up to below 10¹² 元."""
    fens = int((amount * 100).to_integral_value())
    yuan, jiao, fen = fens // 100, fens // 10 % 10, fens % 10
    text = f"{_whole(yuan)}元" if yuan else ""
    if not jiao and not fen:
        return f"{text or '零元'}整"
    text += f"{DIGITS[jiao]}角" if jiao else "零" if text else ""
    return text + (f"{DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    """Groups of four digits, the highest first; a gap of zeros is read as one."""
    text, gap = "", False
    for place in range(len(GROUPS) - 1, -1, -1):
        group = number // 10_000**place % 10_000
        for at in range(3, -1, -1):
            if digit := group // 10**at % 10:
                text += ("零" if gap and text else "") + DIGITS[digit] + PLACES[at]
                gap = False
            else:
                gap = True
        text += GROUPS[place] if group else ""
    return text
