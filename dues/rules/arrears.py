"""How old arrears are, and what the rules say of those who do not pay for long (rules §14). Pure."""

from __future__ import annotations

from typing import NamedTuple


class Age(NamedTuple):
    """From how many months until how many; 0: without an end."""

    code: str
    name: str
    least: int
    most: int


AGES = (Age("few", "一至三个月", 1, 3), Age("some", "四至五个月", 4, 5), Age("long", "六个月以上", 6, 0))


def advice(run: int, *, most: int) -> str:
    """What is to be done about somebody who did not pay for so many months in a row; empty below the number of the rules."""
    return "了解原因，谈话教育，限期补交" if run >= most else ""


def rule(most: int) -> str:
    """What the Party constitution says, and that no machine does it."""
    return (
        f"党章第九条：党员没有正当理由，连续 {most} 个月不交党费，就被认为是自行脱党。请党支部先了解原因、谈话教育、限期补交；没有正当理由又"
        "不改正的，由支部党员大会决定除名，报上级党组织批准。系统只提醒，不自动处理"
    )
