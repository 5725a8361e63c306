"""How personal values are shown where nobody has asked for them: enough to recognise, not enough to use."""

from __future__ import annotations

import re

HIDDEN = "*"
ID_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")
PHONE = re.compile(r"\+?\d[\d\- ]{6,}")


def mask(value: str) -> str:
    """Hide the middle: of an ID number the birth date (110105********002X), of a phone number all but both ends, of
    other text all but its first two characters (domain §2, §8.2)."""
    if not value:
        return ""
    if ID_NUMBER.fullmatch(value):
        return _between(value, 6, 4)
    if PHONE.fullmatch(value):
        return _between(value, 3, 4 if len(value) >= 11 else 2)
    return value[:2] + HIDDEN * 4


def _between(value: str, head: int, tail: int) -> str:
    return value[:head] + HIDDEN * (len(value) - head - tail) + value[-tail:]
