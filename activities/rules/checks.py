"""What the street would look for in a record, by itself (A1–A14). Pure.

Errors keep a record from being handed in; warnings stay beside it for whoever reviews; tasks are the branch's to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from activities.rules.frequency import workday_after
from activities.rules.voting import adds_up, elects, is_quorate

MEETINGS_OF_ALL = frozenset({"CONGRESS", "LECTURE", "THEME_DAY", "LIFE_MEETING", "APPRAISAL", "ELECTION"})
WITH_A_ROLL = MEETINGS_OF_ALL | {"COMMITTEE", "GROUP"}  # of which it is known who should come
NAMED = 3  # people who are named in a sentence
NAMES = {
    "A1": "必填内容", "A2": "应到实到", "A3": "缺席原因", "A4": "表决票数", "A5": "法定人数", "A6": "提交时间", "A7": "应办事项",
    "A8": "内容雷同", "A9": "影像资料", "A10": "同时参会", "A11": "到会率", "A12": "长期缺席", "A13": "决议落实", "A14": "内容字数",
}  # fmt: skip
FINE = {  # what is said where nothing is wrong
    "A1": "必填内容齐全，时间先后正确",
    "A2": "应到 {expected} 名，实到 {present} 名，与名册相符",
    "A3": "缺席 {absent} 名，都有原因",
    "A4": "票数与到会有表决权的人数相符，或没有表决",
    "A5": "到会人数符合规定，或没有人数要求",
    "A6": "活动后 {days} 天提交",
    "A7": "这个月到期的应办事项都已上报",
    "A8": "与最相近的记录 {similarity}% 相同",
    "A9": "照片没有在其他记录中用过，拍摄日期相符，或没有照片",
    "A10": "没有党员同一时间登记在两项活动中",
    "A11": "到会率 {share}%",
    "A12": "没有连续 3 个月缺席的党员",
    "A13": "决议都有责任人和完成时限，或没有决议",
    "A14": "主要内容 {signs} 字",
}
FINE_AT_NONE = {  # the same where the number that it tells is 0
    "A2": ("expected", "没有应到名单"),
    "A3": ("absent", "没有人缺席"),
    "A6": ("days", "活动当天提交"),
    "A8": ("similarity", "没有相近的记录"),
    "A11": ("expected", "没有应到名单"),
    "A14": ("signs", "没有填写主要内容"),
}


class Level(StrEnum):
    ERROR, WARNING, TASK = "error", "warning", "task"


@dataclass(frozen=True)
class Finding:
    code: str
    level: Level
    sentence: str


@dataclass(frozen=True)
class Seat:
    """A member at a meeting: came or not, why not, and whether with a vote."""

    member_id: int
    name: str = ""
    present: bool = True
    votes: bool = True
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Vote:
    """A decision, with its votes where there was a vote."""

    text: str
    yes: int | None = None
    no: int | None = None
    abstained: int | None = None
    responsible: str = ""
    due_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True)
class Sheet:
    """A record as the checks read it, with what they have to know of others."""

    kind: str
    filed_on: date
    held_on: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    apart: bool = False  # 分散
    place: str = ""
    host: str = ""
    topic: str = ""
    lecturer: str = ""
    content: str = ""
    late_reason: str = ""
    seats: tuple[Seat, ...] = ()
    votes: tuple[Vote, ...] = ()
    roll: frozenset[int] | None = None  # who should have come; None where nobody must
    similarity: int = 0
    alike: str = ""  # the record that it is alike to; empty where the reader may not know
    known_photos: tuple[str, ...] = ()  # names of photos that another record shows already
    taken_on: tuple[date, ...] = ()
    elsewhere: tuple[str, ...] = ()  # who is said to be somewhere else at that time

    @property
    def present(self) -> int:
        return sum(seat.present for seat in self.seats)

    @property
    def voters(self) -> int:
        return sum(seat.votes for seat in self.seats)

    @property
    def voters_present(self) -> int:
        return sum(seat.votes and seat.present for seat in self.seats)


@dataclass(frozen=True)
class Limits:
    filing_workdays: int = 3
    backdated_days: int = 30
    min_attendance: int = 85  # per cent
    alike_percent: int = 90
    least_text: int = 100  # signs
    election_percent: int = 80


def findings(sheet: Sheet, limits: Limits) -> list[Finding]:
    """All that is to be said of a record, in the order of the codes."""
    found = [*errors(sheet, limits), *warnings(sheet, limits), *tasks(sheet)]
    return sorted(found, key=lambda one: int(one.code[1:]))


def errors(sheet: Sheet, limits: Limits) -> Iterator[Finding]:
    for code, sentences in (
        ("A1", _incomplete(sheet)),
        ("A2", _not_the_roll(sheet)),
        ("A3", _without_reason(sheet)),
        ("A4", _miscounted(sheet)),
        ("A5", _without_quorum(sheet, limits)),
        ("A6", _backdated(sheet, limits)),
    ):
        yield from (Finding(code, Level.ERROR, sentence) for sentence in sentences)


def warnings(sheet: Sheet, limits: Limits) -> Iterator[Finding]:
    for code, sentences in (
        ("A6", _late(sheet, limits)),
        ("A8", _copied(sheet, limits)),
        ("A9", _odd_photos(sheet)),
        ("A10", _in_two_places(sheet)),
        ("A11", _few_came(sheet, limits)),
        ("A14", _short(sheet, limits)),
    ):
        yield from (Finding(code, Level.WARNING, sentence) for sentence in sentences)


def tasks(sheet: Sheet) -> Iterator[Finding]:
    open_votes = [vote for vote in sheet.votes if not vote.responsible or not vote.due_on]
    if open_votes:
        yield Finding("A13", Level.TASK, f"有 {len(open_votes)} 项决议没有责任人或完成时限")


def fine(code: str, facts: Mapping[str, int]) -> str:
    """What a check says of a record with which nothing is wrong."""
    number, sentence = FINE_AT_NONE.get(code, ("", ""))
    return sentence if number and not facts[number] else FINE[code].format(**facts)


def named(names: Iterable[str]) -> str:
    """A few names, and how many more."""
    listed = list(names)
    more = f"等 {len(listed)} 名党员" if len(listed) > NAMED else ""
    return "、".join(listed[:NAMED]) + more


def _incomplete(sheet: Sheet) -> Iterator[str]:
    needed: dict[str, date | time | str | None] = {
        "活动日期": sheet.held_on,
        "主持人": sheet.host,
        "主题（议题）": sheet.topic,
        "主要内容": sheet.content,
    }
    if sheet.kind == "LECTURE":
        needed["讲课人"] = sheet.lecturer
    if not sheet.apart and sheet.kind != "TALK":
        needed |= {"开始时间": sheet.starts_at, "结束时间": sheet.ends_at, "地点": sheet.place}
    if missing := [name for name, value in needed.items() if value is None or value == ""]:
        yield f"请填写{'、'.join(missing)}"
    if sheet.starts_at and sheet.ends_at and sheet.ends_at <= sheet.starts_at:
        yield "结束时间应晚于开始时间"


def _not_the_roll(sheet: Sheet) -> Iterator[str]:
    if sheet.roll is None:
        return
    there = {seat.member_id: seat.name for seat in sheet.seats}
    if missing := len(sheet.roll - there.keys()):
        yield f"应到 {len(sheet.roll)} 名，还有 {missing} 名没有登记到会或缺席"
    if others := [name for key, name in there.items() if key not in sheet.roll]:
        yield f"{named(others)}当天不在应到名单上，请核对"


def _without_reason(sheet: Sheet) -> Iterator[str]:
    if absent := [seat.name for seat in sheet.seats if not seat.present and not seat.reason]:
        yield f"请选择{named(absent)}的缺席原因"


def _miscounted(sheet: Sheet) -> Iterator[str]:
    for number, vote in enumerate(sheet.votes, 1):
        counted = (vote.yes, vote.no, vote.abstained)
        if counted == (None, None, None):
            continue
        yes, no, abstained = counted
        if yes is None or no is None or abstained is None:
            yield f"第 {number} 项决议的赞成、反对、弃权请一并填写"
        elif not adds_up(yes=yes, no=no, abstained=abstained, present=sheet.voters_present):
            total = yes + no + abstained
            yield f"第 {number} 项决议共 {total} 票，与到会有表决权的 {sheet.voters_present} 人不符（预备党员没有表决权）"


def _without_quorum(sheet: Sheet, limits: Limits) -> Iterator[str]:
    present, expected = sheet.voters_present, sheet.voters
    if sheet.kind == "COMMITTEE" and sheet.seats and not is_quorate(present=sheet.present, expected=len(sheet.seats)):
        yield f"支部委员会会议须有过半数委员到会，应到 {len(sheet.seats)} 名，实到 {sheet.present} 名"
    elif sheet.kind == "ELECTION" and not elects(present=present, expected=expected, percent=limits.election_percent):
        yield (
            f"选举须有应到会有选举权党员的 {limits.election_percent}% 以上到会，应到 {expected} 名，实到 {present} 名"
        )
    elif sheet.kind == "CONGRESS" and sheet.votes and not is_quorate(present=present, expected=expected):
        yield f"作出决议须有过半数有表决权的党员到会，应到 {expected} 名，实到 {present} 名"


def _backdated(sheet: Sheet, limits: Limits) -> Iterator[str]:
    if sheet.held_on and not sheet.late_reason and _days_since(sheet) > limits.backdated_days:
        yield f"活动已过去 {_days_since(sheet)} 天，超过 {limits.backdated_days} 天的补报请填写迟报原因"


def _late(sheet: Sheet, limits: Limits) -> Iterator[str]:
    if sheet.held_on and sheet.filed_on > workday_after(sheet.held_on, limits.filing_workdays):
        yield f"活动后 {_days_since(sheet)} 天才提交，应在 {limits.filing_workdays} 个工作日以内"


def _copied(sheet: Sheet, limits: Limits) -> Iterator[str]:
    if sheet.similarity >= limits.alike_percent:
        other = f"“{sheet.alike}”" if sheet.alike else "管辖范围以外的另一份记录"
        yield f"内容与{other}有 {sheet.similarity}% 相同"


def _odd_photos(sheet: Sheet) -> Iterator[str]:
    if sheet.known_photos:
        yield f"照片{'、'.join(f'“{name}”' for name in sheet.known_photos[:NAMED])}在其他记录中用过"
    if other_days := sorted({day for day in sheet.taken_on if day != sheet.held_on}):
        yield f"照片拍摄于 {other_days[0]}，与活动日期不同"


def _in_two_places(sheet: Sheet) -> Iterator[str]:
    if sheet.elsewhere:
        yield f"{named(sheet.elsewhere)}同一时间还登记在另一项活动中"


def _few_came(sheet: Sheet, limits: Limits) -> Iterator[str]:
    expected = len(sheet.seats)
    if sheet.roll is not None and expected and sheet.present * 100 < expected * limits.min_attendance:
        came = f"实到 {sheet.present} 名，到会率 {sheet.present * 100 // expected}%" if sheet.present else "没有人到会"
        yield f"应到 {expected} 名，{came}，低于 {limits.min_attendance}%"


def _short(sheet: Sheet, limits: Limits) -> Iterator[str]:
    if 0 < len(sheet.content) < limits.least_text:
        yield f"主要内容只有 {len(sheet.content)} 字，少于 {limits.least_text} 字"


def _days_since(sheet: Sheet) -> int:
    return (sheet.filed_on - (sheet.held_on or sheet.filed_on)) // timedelta(days=1)
