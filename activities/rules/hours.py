"""学时 of an activity (党员条例: 32 a year for members, 56 for those who run a branch). Pure."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

LEARNING = frozenset({"LECTURE", "THEME_DAY"})  # 集中培训和集体学习
WHOLE_DAY, HALF_DAY = 8, 4
MINUTES_OF_A_DAY, MINUTES_OF_HALF_A_DAY = 6 * 60, 3 * 60 + 30


def credited(*, kind: str, starts_at: time | None, ends_at: time | None) -> Decimal:
    """A whole day counts 8, half a day 4, anything shorter by the half hour that is over; other kinds count nothing."""
    if kind not in LEARNING or starts_at is None or ends_at is None:
        return Decimal(0)
    minutes = (ends_at.hour - starts_at.hour) * 60 + ends_at.minute - starts_at.minute
    if minutes >= MINUTES_OF_A_DAY:
        return Decimal(WHOLE_DAY)
    if minutes >= MINUTES_OF_HALF_A_DAY:
        return Decimal(max(HALF_DAY, minutes // 30 / 2))
    return Decimal(max(minutes, 0) // 30) / 2
