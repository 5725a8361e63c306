"""A branch of twelve members that files what it held, as its page does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from activities.models import ActivityRecord
from activities.queries.branches import seats
from activities.rules.checks import Seat
from activities.services import records
from core.months import YearMonth
from members.models import Member, PartyGroup
from tests.people import TODAY, City

MONTH = YearMonth.of(TODAY)
HELD = date(2026, 11, 20)
TEXT = (
    "学习贯彻党的二十届四中全会精神，结合企业生产实际交流体会。钱书记领学原文，车间党员围绕节能降耗提出三条建议，"
    "会议研究了年底安全检查的分工，决定由技术组牵头整理隐患清单，十二月十日前完成整改并向全体职工公布结果。"
)
VALUES: dict[str, Any] = {
    "held_on": HELD,
    "starts_at": time(17, 30),
    "ends_at": time(19, 0),
    "place": "明川电子三楼会议室",
    "host": "钱书记",
    "recorder": "党员1",
    "topic": "学习全会精神",
    "content": TEXT,
}


def members(city: City, number: int = 12, *, of: str = "CZ1111") -> list[Member]:
    """Formal members of a branch."""
    return [city.member(of=of) for _ in range(number)]


def absent(sat: Iterable[Seat], *who: Member, reason: str = "SICK") -> list[Seat]:
    """The same seats without some people, for a reason."""
    gone = {member.pk for member in who}
    return [replace(one, present=False, reason=reason) if one.member_id in gone else one for one in sat]


def file_record(
    city: City,
    *,
    of: str = "CZ1111",
    kind: str = "THEME_DAY",
    by: str = "secretary",
    on: date = TODAY,
    key: UUID | None = None,
    sat: Iterable[Seat] | None = None,
    group: PartyGroup | None = None,
    votes: Iterable[Any] = (),
    topics: Iterable[str] = (),
    **values: Any,
) -> ActivityRecord:
    """Hand in a record of the branch, everybody present unless said otherwise."""
    said = VALUES | values | ({"group": group} if group else {})
    if sat is None:
        sat = seats(city[of], kind=kind, day=said["held_on"], group=group)
    return records.submit(
        by=city.user(by), party_organization=city[of], kind=kind, draft_key=key or uuid4(), values=said, seats=sat,
        votes=votes, topics=list(topics), on=on,
    )  # fmt: skip
