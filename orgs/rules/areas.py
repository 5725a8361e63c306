"""What the digits of a statistical area code say: trailing zeros stand for the levels that do not apply (rules §4)."""

from __future__ import annotations

LEVELS = (("city", 8), ("district", 6), ("street", 3), ("community", 0))  # level and its trailing zeros


def level(code: str) -> str:
    """The level of a 12-digit code: city, district, street or community."""
    return next(name for name, zeros in LEVELS if code.endswith("0" * zeros))


def prefix(code: str) -> str:
    """The leading digits that all areas within share."""
    return code[: len(code) - dict(LEVELS)[level(code)]]


def holds(outer: str, inner: str) -> bool:
    """Whether an area lies within another one, or is it."""
    return inner.startswith(prefix(outer))
