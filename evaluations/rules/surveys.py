"""满意度测评: what is asked, how many answers it takes, what they come to, and by which code one answers (rules §15). Pure."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

WHOLE = "WHOLE"  # of which the rate is; the others help to understand it
QUESTIONS = {
    "TEAM": "领导班子：团结务实，善于协调，服务单位发展",
    "MEMBERS": "党员队伍：爱岗敬业，起带头作用，团结群众",
    "WORK": "工作机制：制度健全，活动正常",
    "RESULTS": "工作业绩：有活动，有作用，促进单位发展",
    "MASSES": "服务群众：维护职工合法权益，为职工办实事",
    WHOLE: "总体评价",
}
GRADES = {"GOOD": "满意", "FAIR": "基本满意", "POOR": "不满意", "UNKNOWN": "不了解"}
SATISFIED = ("GOOD", "FAIR")
SMALLEST = 3  # answers below which a sum would tell of a person

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
LENGTH, GROUP = 12, 4  # 59 bits

Counts = Mapping[str, Mapping[str, int]]  # by question and grade


def least(staff: int, number: int, percent: float) -> int:
    """How many answers it takes: ten, or of few employees three in ten of them, and never so few that they tell of a person."""
    return max(SMALLEST, min(number, ceil(Fraction(str(percent)) * staff / 100)))


def enough(online: int, paper: int, minimum: int) -> tuple[int, bool]:
    """How many of the answers that came online count, and whether all that count are enough. One or two of them do not: whoever
    entered the paper ones could tell them from the sum."""
    counts = online if online >= SMALLEST else 0
    return counts, counts + paper >= minimum


def satisfied(counts: Counts) -> tuple[int, int]:
    """So many of so many, as a whole: who says that he does not know is not satisfied."""
    whole = counts.get(WHOLE, {})
    return sum(whole.get(grade, 0) for grade in SATISFIED), sum(whole.values())


@dataclass(frozen=True)
class Line:
    """A question with how often each grade was given, in their order."""

    question: str
    numbers: tuple[int, ...]

    @property
    def told(self) -> list[tuple[str, int]]:
        return list(zip(GRADES.values(), self.numbers, strict=True))


def lines(*several: Counts) -> Iterator[Line]:
    for code, question in QUESTIONS.items():
        yield Line(question, tuple(sum(one.get(code, {}).get(grade, 0) for one in several) for grade in GRADES))


def against(counts: Counts) -> Iterator[str]:
    """Why paper answers cannot stand: a sheet without the last question counts nowhere, others may be left out."""
    sheets = sum(counts.get(WHOLE, {}).values())
    if not sheets:
        yield f"“{QUESTIONS[WHOLE]}”还没有填写份数"
    for code, question in QUESTIONS.items():
        if sum(counts.get(code, {}).values()) > sheets:
            yield f"“{question.partition('：')[0]}”的份数多于“{QUESTIONS[WHOLE]}”的 {sheets} 份，没有填总体评价的问卷不计"


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def typed(text: str) -> str:
    """A code as somebody typed it: small letters, wide ones, spaces and hyphens are the same."""
    narrow = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in narrow if sign in SIGNS)[: LENGTH + 1]


def printed(code: str) -> str:
    return "-".join(code[first : first + GROUP] for first in range(0, LENGTH, GROUP))
