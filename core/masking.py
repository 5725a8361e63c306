"""How personal values are shown where nobody has asked for them: enough to tell two people apart, not enough to use.

One rule for lists, pages, forms, the trail, previews and workbooks. What stands beside a mask must not rebuild it: of
the 18 digits of a citizen's number six are the area and eight the birth date, so of all these none is shown, and the
birth date is personal itself (`personal` of a model's field).
"""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "*"
SHOWN = 4  # digits at the end of a number
LONG = 11  # of a shorter number half as many are shown
TEXT = HIDDEN * 4  # of any other text not even the length is told
NUMBER = re.compile(r"\+?[\d\- ]{6,24}[\dXx]")


def mask(value: Any) -> str:
    """Of a number (citizen's, telephone) the last four digits at most, of anything else nothing (domain §8.2)."""
    if value is None or value == "":
        return ""
    text = str(value)
    if not NUMBER.fullmatch(text) or _is_day(text):
        return TEXT
    shown = SHOWN if len(text) >= LONG else SHOWN // 2
    return HIDDEN * (len(text) - shown) + text[-shown:]


def _is_day(text: str) -> bool:
    return len(text) == len("1985-12-24") and text[4] == text[7] == "-"
