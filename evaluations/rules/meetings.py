"""What the meeting of a branch may decide about its members: who can be chosen, how many, and by how many votes (rules §15). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from activities.rules.appraisal import most_excellent, one_part
from activities.rules.voting import is_carried, is_quorate

BELOW = "评定时没有达到分数线"


def is_aged(born: date | None, *, on: date, years: int) -> bool:
    """Whether somebody has lived so many years by a day; nobody of whom the birth is not known."""
    return born is not None and (born.year + years, born.month, born.day) <= (on.year, on.month, on.day)


@dataclass(frozen=True)
class Candidate:
    """A member before the meeting: what keeps him from the line, and what the meeting said."""

    name: str
    short_of: Sequence[str]
    chosen: bool
    why_not: str = ""  # in the words of the meeting

    @property
    def reason(self) -> str:
        """Why he is not chosen; empty where he is."""
        return "" if self.chosen else BELOW if self.short_of else self.why_not.strip()


@dataclass(frozen=True)
class Votes:
    expected: int  # who may vote
    present: int
    agreed: int


def against_choice(candidates: Sequence[Candidate], *, one_in: int, excess_reason: str) -> Iterator[str]:
    """Why what the meeting chose cannot stand: below the line nobody is chosen, and who reaches it and is not has a reason."""
    for one in candidates:
        if one.chosen and one.short_of:
            yield f"{one.name}没有达到“五个好”分数线（{'；'.join(one.short_of)}），不能评定"
        if not (one.chosen or one.reason):
            yield f"{one.name}达到“五个好”分数线，没有评定的，请写明原因"
    beyond = excess(len(candidates), sum(one.chosen for one in candidates), one_in=one_in)
    if beyond and not excess_reason.strip():
        yield f"{beyond}；请调整，确需超过的填写原因"


def excess(number: int, chosen: int, *, one_in: int) -> str:
    """How far the chosen are more than the usual part; empty where they are not."""
    most = most_excellent(number, one_in=one_in)
    if chosen <= most:
        return ""
    return f"参加评定的党员 {number} 名，评定为“五个好” {chosen} 名，一般不超过 {most} 名（{one_part(one_in)}）"


def against_vote(votes: Votes) -> Iterator[str]:
    """Why the votes do not carry it."""
    if votes.present > votes.expected:
        yield f"到会 {votes.present} 名，多于有表决权的党员 {votes.expected} 名，请核对"
    elif not is_quorate(present=votes.present, expected=votes.expected):
        yield f"到会 {votes.present} 名，没有超过有表决权的党员 {votes.expected} 名的半数，会议无效"
    elif votes.agreed > votes.present:
        yield f"赞成 {votes.agreed} 名，多于到会 {votes.present} 名，请核对"
    elif not is_carried(yes=votes.agreed, expected=votes.expected):
        yield f"赞成 {votes.agreed} 名，没有超过有表决权的党员 {votes.expected} 名的半数，没有通过"
