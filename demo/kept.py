"""What branches enter once and keep: the one of the account that signs in all of it, others some."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from activities.models import DutyTarget, Pledge, PledgeItem, Regulation, RoleModelPost
from demo.invent import Inventor
from demo.ledger import Ledger

LIKELY = 0.35  # of each kind, that a branch has it
_PROMISES = ("发展党员一名", "每季度走访困难职工", "党员责任区覆盖全部车间")
_POSTS = (("AREA", "一车间责任区"), ("AREA", "仓储安全责任区"), ("POST", "质检先锋岗"), ("POST", "客服先锋岗"))
_DUTIES = (("班组长", "带教两名新员工"), ("质检员", "一次合格率 99% 以上"), ("技术员", "完成一项工艺改进"))
_RULES = (
    ("LIFE", "三会一课制度"), ("LIFE", "组织生活会制度"), ("MEMBERS", "党员教育培训制度"), ("MEMBERS", "设岗定责管理办法"),
    ("RESTRAINT", "党支部工作规则"), ("MASSES", "党建带工建团建办法"),
)  # fmt: skip


class Person(NamedTuple):
    pk: int
    name: str
    since: date
    formal_on: date | None
    until: date | None


class Kept:
    def __init__(self, invent: Inventor, ledger: Ledger) -> None:
        self.invent, self.ledger = invent, ledger
        self.year = ledger.today.year

    def enter(self, branch: int, above: int, roll: Sequence[Person], *, all_of_it: bool) -> None:
        day = max(date(self.year, 1, 1), min(one.since for one in roll))
        members = [one.pk for one in roll if one.since <= day and one.until is None]
        likely = 1.0 if all_of_it else LIKELY
        if self.invent.chance(likely):
            self._pledge(branch, above, day)
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

    def _pledge(self, branch: int, above: int, day: date) -> None:
        of_year: dict[str, Any] = {"party_organization_id": branch, "year": self.year}
        self.ledger.add(Pledge, day, signed_with_id=above, signed_on=day, **of_year)
        for place, what in enumerate(_PROMISES):
            due_on = self.ledger.today + timedelta(days=40 * place - 60)
            done_on = None if place else max(day, self.ledger.ago(65))
            self.ledger.add(PledgeItem, day, what=what, due_on=due_on, done_on=done_on, **of_year)
