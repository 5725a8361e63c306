"""What branches enter once and keep: the one of the account that signs in all of it, others some."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from accounts.models import User
from activities.models import Campaign, DutyTarget, Experience, Pledge, PledgeItem, Regulation, RoleModelPost
from core.numbering import reserve_ids
from demo.invent import Inventor
from demo.ledger import Ledger
from orgs.models import PartyOrganization

LIKELY, SIGNS = 0.35, 0.8  # of each kind, that a branch has it; that it has a 责任书
_PROMISES = ("发展党员一名", "每季度走访困难职工", "党员责任区覆盖全部车间")
_OF_HALVES = (("上半年党员、职工代表走访一遍", 6), ("年底设岗定责目标考核", 12))
_POSTS = (("AREA", "一车间责任区"), ("AREA", "仓储安全责任区"), ("POST", "质检先锋岗"), ("POST", "客服先锋岗"))
_DUTIES = (("班组长", "带教两名新员工"), ("质检员", "一次合格率 99% 以上"), ("技术员", "完成一项工艺改进"))
_RULES = (
    ("LIFE", "三会一课制度"), ("LIFE", "组织生活会制度"), ("MEMBERS", "党员教育培训制度"), ("MEMBERS", "设岗定责管理办法"),
    ("RESTRAINT", "党支部工作规则"), ("MASSES", "党建带工建团建办法"),
)  # fmt: skip
_LEARNED = (
    ("隐患认领，按月公示", "党员带头，职工看得见",
     "党员按工序认领安全隐患点，每周巡查一次，按月公示整改情况，年底由职工代表评议。认领清单张贴在车间入口，职工可以随时补充。"),
    ("十分钟微党课", "时间短，一线职工都能参加",
     "每月第一个工作日班前会后用十分钟讲一个身边的事例，由党员轮流准备，讲完当场收集职工的一条建议，下月党课先通报办理结果。"),
    ("党员服务岗对接困难职工", "办实事有清单、有回音",
     "每名党员联系两名困难职工，季度初列出需求，能办的当场办，不能办的由支部提交工会和行政，季度末逐项反馈并听取意见。"),
)  # fmt: skip


class Person(NamedTuple):
    pk: int
    name: str
    since: date
    formal_on: date | None
    until: date | None


class FromAbove:
    """What the city gives to all branches: one campaign, of which every third theme day is, and three experiences."""

    def __init__(self, ledger: Ledger, by: User) -> None:
        self.ledger, self.by = ledger, by
        self.city = PartyOrganization.objects.get(code="CZ001").pk
        [self.campaign], self._free = reserve_ids(Campaign, 1), reserve_ids(Experience, len(_LEARNED))
        self._told: list[tuple[date, int]] = []
        self.since = ledger.ago(80)
        told: dict[str, Any] = {"name": "党员先锋在一线", "asks": "每个支部至少开展一次主题党日", "since": self.since}
        ledger.add(Campaign, self.since, id=self.campaign, committee_id=self.city, **told)

    def marks(self, record: int, kind: str, held_on: date) -> dict[str, Any]:
        part = kind == "THEME_DAY" and held_on >= self.since and record % 3 == 0
        known = [key for day, key in self._told if day <= held_on]
        learned = known[record % len(known)] if known and record % 40 == 0 else None
        return {"campaign_id": self.campaign if part else None, "adopted_from_id": learned}

    def publish(self, record: int, held_on: date) -> None:
        """One of the first that were accepted."""
        day = held_on + timedelta(days=20)
        if self._free and record % 7 == 0 and day < self.ledger.today:
            key = self._free.pop()
            title, why, outline = _LEARNED[len(self._free)]
            self.ledger.add(
                Experience, day, id=key, record_id=record, committee_id=self.city, title=title, why=why, outline=outline,
                published_by_id=self.by.pk, published_on=day,
            )  # fmt: skip
            self._told.append((day, key))


class Kept:
    def __init__(self, invent: Inventor, ledger: Ledger) -> None:
        self.invent, self.ledger = invent, ledger
        self.year = ledger.today.year

    def enter(self, branch: int, above: int, roll: Sequence[Person], *, all_of_it: bool) -> None:
        since = min(one.since for one in roll)
        day = max(date(self.year, 1, 1), since)
        members = [one.pk for one in roll if one.since <= day and one.until is None]
        likely = 1.0 if all_of_it else LIKELY
        if self.invent.chance(max(likely, SIGNS)):
            self._pledge(branch, above, since)
        if members and self.invent.chance(likely):
            for member, (kind, name) in zip(members[:-1] or members, _POSTS, strict=False):
                told: dict[str, Any] = {"kind": kind, "name": name, "member_id": member, "since": day}
                self.ledger.add(RoleModelPost, day, party_organization_id=branch, **told)
        if members and self.invent.chance(likely):
            for member, (duty, target) in zip(members, _DUTIES, strict=False):
                told = {"member_id": member, "year": self.year, "duty": duty, "target": target}
                self.ledger.add(DutyTarget, day, party_organization_id=branch, **told)
        if self.invent.chance(likely):
            for group, title in _RULES[: 5 if all_of_it else self.invent.choice((2, 4, 6, 6))]:
                told = {"group": group, "title": title, "adopted_on": day}
                self.ledger.add(Regulation, day, party_organization_id=branch, **told)

    def _pledge(self, branch: int, above: int, since: date) -> None:
        """Of this year and, where somebody was there, of the last; most of what fell due is done in time."""
        today = self.ledger.today
        for year in (self.year - 1, self.year):
            day = max(date(year, 1, 1), since)
            if day.year > year:
                continue
            of_year: dict[str, Any] = {"party_organization_id": branch, "year": year}
            self.ledger.add(Pledge, day, signed_with_id=above, signed_on=day, **of_year)
            dues = [(what, date(year, month, 20)) for what, month in _OF_HALVES]
            if year == self.year:
                dues += [(what, today + timedelta(days=40 * place - 60)) for place, what in enumerate(_PROMISES)]
            for what, due_on in dues:
                if due_on > day:
                    done = due_on < self.ledger.ago(30) and not self.invent.chance(0.1)
                    done_on = max(day, due_on - timedelta(days=5)) if done else None
                    self.ledger.add(PledgeItem, day, what=what, due_on=due_on, done_on=done_on, **of_year)
