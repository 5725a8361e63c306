"""How personal values are shown where nobody has asked for them: enough to tell two people apart, not enough to use.

One rule for lists, pages, forms, the trail, previews and workbooks. What stands beside a mask must not rebuild it: of
the 18 digits of a citizen's number six are the area and eight the birth date, so of all these none is shown, and the
birth date is personal itself (`personal` of a model's field).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

HIDDEN = "*"
SHOWN = 4  # digits at the end of a number
LONG = 11  # of a shorter number half as many are shown
TEXT = HIDDEN * 4  # of any other text not even the length is told
NUMBER = re.compile(r"\+?[\d\- ]{6,24}[\dXx]")


def mask(value: Any) -> str:
    """Of a number (citizen's, telephone) the last four digits at most, of anything else nothing (rules §8)."""
    if value is None or value == "":
        return ""
    text = str(value)
    if not NUMBER.fullmatch(text) or _is_day(text):
        return TEXT
    shown = SHOWN if len(text) >= LONG else SHOWN // 2
    return HIDDEN * (len(text) - shown) + text[-shown:]


def _is_day(text: str) -> bool:
    return len(text) == len("1985-12-24") and text[4] == text[7] == "-"


# --- numbers in the midst of text ---
# digits of any width, perhaps in groups; what begins or ends with letters is a code of something else
_CITIZEN = r"(?<![\dA-Za-z])(?:\d[ \-]?){6}(?P<day>(?:1[ \-]?9|2[ \-]?0)(?:[ \-]?\d){6})(?:[ \-]?\d){3}[ \-]?[\dXxＸｘ](?![\dA-Za-z])"
_MOBILE = r"(?<!\d)(?:\+?86[ \-]?)?1[ \-]?[3-9](?:[ \-]?\d){9}(?!\d)"
_CARD = r"(?<![\dA-Za-z])[3-6](?:[ \-]?\d){15,18}(?![\dA-Za-z])"
_MANY_DIGITS = re.compile(r"(?:\d[ \-]?){11}")
_PERSONAL = re.compile(f"(?P<citizen>{_CITIZEN})|(?P<mobile>{_MOBILE})|(?P<card>{_CARD})")
_OLD_CITIZEN = re.compile(r"\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")  # of fifteen digits
_HEADERS = {
    "citizen": re.compile("身份证|证件号|公民身份|护照"),
    "mobile": re.compile("手机|电话|联系方式|微信"),
    "card": re.compile("银行卡|卡号|银行账号|银行帐号|账户|帐户|开户"),
}
KINDS = {"citizen": "证件号码", "mobile": "手机号码", "card": "银行卡号"}


def personal_numbers(text: str) -> list[str]:
    """What kinds of personal numbers stand in a text, in the words of the field: citizen's, mobile, bank card."""
    if not _MANY_DIGITS.search(text):
        return []
    return [KINDS[kind] for match in _PERSONAL.finditer(_narrow(text)) if (kind := _kind(match))]


def column_kind(header: str, values: Iterable[str]) -> str:
    """What kind of personal numbers a column of a list holds, by its header or by half of its values; empty: none."""
    for kind, word in KINDS.items():
        if _HEADERS[kind].search(header):
            return word
    found: Counter[str] = Counter()
    filled = 0
    for value in values:
        filled += 1
        found.update(personal_numbers(value)[:1] or (["证件号码"] if _OLD_CITIZEN.fullmatch(value.strip()) else []))
    kind, often = max(found.items(), key=lambda one: one[1], default=("", 0))
    return kind if often * 2 >= filled else ""


def struck(text: str) -> str:
    """A text with the personal numbers in it masked."""
    if not _MANY_DIGITS.search(text):
        return text
    return _PERSONAL.sub(lambda match: mask(_digits(match)) if _kind(match) else match[0], _narrow(text))


def _narrow(text: str) -> str:
    return text.translate(_TO_HALF_WIDTH)


_TO_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def _digits(match: re.Match) -> str:
    return re.sub(r"[^\dXx]", "", match[0])


def _kind(match: re.Match) -> str | None:
    digits = _digits(match)
    if match["citizen"]:
        month, day = int(digits[10:12]), int(digits[12:14])
        return "citizen" if 1 <= month <= 12 and 1 <= day <= 31 else None
    if match["mobile"]:
        return "mobile"
    plausible = len(digits) in (16, 19) or digits.startswith("62")
    return "card" if plausible and _luhn(digits) else None


def _luhn(digits: str) -> bool:
    """The check of bank cards (ISO/IEC 7812): every second digit from the right counts double."""
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(sum(divmod(2 * value, 10)) for value in values[1::2])) % 10 == 0
