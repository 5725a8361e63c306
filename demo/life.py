"""What branches held in the last year: most of them each month, some now and then, a few hardly ever."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from activities.models import (
    ActivityMonth,
    ActivityRecord,
    Appraisal,
    AppraisalGrade,
    Attendance,
    Contribution,
    Decision,
    Fingerprint,
    Obligation,
    Plan,
    RecordTopic,
    Rectification,
    Review,
    Training,
)
from activities.models.appraisals import STEPS
from activities.rules.appraisal import most_excellent, year_of_meeting
from activities.rules.checks import WITH_A_ROLL, Limits, Seat, Sheet, Vote, findings
from activities.rules.hours import credited
from activities.rules.likeness import fingerprints
from activities.services.obligations import lay_out, not_held
from activities.services.settling import restate
from core.months import YearMonth
from core.numbering import reserve_ids
from demo.branches import Branch
from demo.invent import Inventor
from demo.kept import FromAbove, Kept, Person
from demo.ledger import Ledger
from members.models import Post
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS

MONTHS_TOLD, MONTHS_OF_MANY = 12, 3
COMMITTEE_FROM = 7  # members
DAYS_LIKE = 60  # so far back new records can be found to be like others
NOT_HELD = 12  # branches that say so of the month before
_TOPICS = (
    "学习党的二十届四中全会精神", "学习中国共产党章程", "重温入党誓词", "安全生产与党员责任区", "诚信经营与依法纳税",
    "关爱困难职工", "技能攻关与党员先锋岗", "安排下一阶段重点工作", "听取职工对食堂和宿舍的意见", "志愿服务进社区",
)  # fmt: skip
_SAID = (
    "支部书记领学原文，党员结合岗位谈了体会。", "车间党员提出节能降耗的三条建议，会议逐条研究。", "讨论了年底安全检查的分工，由技术组牵头整理隐患清单。",
    "通报了党费收缴情况，提醒流动党员按时联系支部。", "听取了经营管理人员对生产安排的说明，职工代表提了两点意见。",
    "观看警示教育片，讲解合同和劳动争议的常见问题。", "走访两名困难职工，商定帮扶办法。", "确定下月主题和主持人，明确各项任务的完成时限。",
    "党员领办实事清单更新三项，已办结两项。", "与共青团、工会商量联合开展文体活动。",
)  # fmt: skip
_TICKS = ("POLICY", "LAW", "CULTURE", "MANAGEMENT", "DEMOCRACY", "MASSES", "CARE", "SAFETY")
_REASONS = ("SICK", "PERSONAL", "AWAY", "AWAY", "FLOATING", "EMPLOYER")
_RETURNS = ("请补充发言要点", "缺席原因请核对", "请写明决议的责任人和完成时限")
_DEEDS = (
    ("PROPOSAL", "建议调整班组排班，减少夜间停机", "已采纳"), ("SERVICE", "协调解决职工子女暑期托管", "已办结"),
    ("BREAKTHROUGH", "党员突击队完成模具改进", "已投产"), ("RIGHTS", "反映加班工资计算问题", ""), ("DECISIONS", "列席年度经营计划讨论", "意见被采纳"),
)  # fmt: skip

_PROBLEMS = (
    ("理论学习不够经常，结合岗位不够", "每月安排一次领学和交流"), ("外出党员联系不够", "支委分工联系，每月通一次电话"),
    ("组织生活形式单一", "与工会、共青团联合开展两次活动"), ("党员示范作用不够明显", "设立党员先锋岗，公开承诺"),
)  # fmt: skip


class Life:
    """Enters what each branch held into the ledger."""

    def __init__(self, invent: Inventor, ledger: Ledger, *, clerk: User, secretarys: int, dense: bool) -> None:
        self.invent, self.ledger, self.clerk = invent, ledger, clerk
        self.months = [*ledger.months[-(MONTHS_OF_MANY if dense else MONTHS_TOLD) :], YearMonth.of(ledger.today)]
        self._secretarys = secretarys  # the branch of the account that signs in: its month is still open
        self._rolls: dict[int, list[Person]] = defaultdict(list)
        self._above: dict[int, int] = {}
        self._shared = FromAbove(ledger, clerk)
        self._ids: dict[type[Model], list[int]] = defaultdict(list)

    def joins(self, branch: Branch, person: Person) -> None:
        if branch.kind in BRANCH_KINDS:
            self._rolls[branch.pk].append(person)
            if branch.parent:
                self._above[branch.pk] = branch.parent.pk

    def enter(self) -> None:
        for branch, roll in self._rolls.items():
            likely = self.invent.choice((0.97,) * 15 + (0.65,) * 4 + (0.1,))
            if branch == self._secretarys:
                likely = 1.0
            last: tuple[int, str] = (0, "")
            offset = self.invent.randint(4, 24)
            for month in self.months:
                for kind in self._kinds(month, len(roll)):
                    held_on = month.first_day + timedelta(days=offset + self.invent.randint(0, 2))
                    open_now = branch == self._secretarys and month == self.months[-1]
                    if self.invent.chance(likely) and not open_now:
                        last = self._record(branch, kind, held_on, roll, last)
            if self.invent.chance(0.3):
                self._deed(branch)
            self._year(branch, roll)
        self._plan()
        self._close()
        self._keep()

    def settle(self, day: date) -> None:
        """At the end of a month, and today: what was due, what of it came."""
        if YearMonth.of(day) < self.months[0]:
            return
        lay_out(on=day)
        restate(Obligation.objects.open().filter(month__lt=YearMonth.of(day).first_day))  # what came late
        if day == self.ledger.today:
            silent = Obligation.objects.of_month(self.months[-2]).open().filter(kind="ANY").order_by("pk")
            for duty in silent.select_related("party_organization")[:NOT_HELD]:
                not_held(
                    by=None, party_organization=duty.party_organization, month=self.months[-2], on=day,
                    reason="企业停产检修，党员放假",
                )  # fmt: skip

    def _kinds(self, month: YearMonth, members: int) -> list[str]:
        found = ["THEME_DAY"]
        found += ["CONGRESS"] if month.month % 3 == 1 else ["LECTURE"] if month.month % 3 == 2 else []
        found += ["COMMITTEE"] if members >= COMMITTEE_FROM else []
        found += {6: ["TALK"], 12: ["LIFE_MEETING"], 1: ["APPRAISAL"]}.get(month.month, [])
        return found

    def _record(
        self, branch: int, kind: str, held_on: date, roll: list[Person], last: tuple[int, str]
    ) -> tuple[int, str]:
        """One record with all that hangs on it; its number and text."""
        invent, ledger = self.invent, self.ledger
        filed_on = held_on + timedelta(days=invent.randint(0, 3) if invent.chance(0.88) else invent.randint(5, 20))
        there = [one for one in roll if one.since <= held_on and not (one.until and one.until <= held_on)]
        if not there or filed_on > ledger.today:
            return last
        there = there[:5] if kind == "COMMITTEE" else there
        copied = bool(last[0]) and invent.chance(0.03)
        content = last[1] if copied else "".join(invent.sample(_SAID, invent.choice((3, 5, 5, 6, 6, 6, 7, 7))))
        [pk] = self._next(ActivityRecord)
        begins = time(invent.choice((9, 14, 17)), 30)
        sheet = Sheet(
            kind=kind, filed_on=filed_on, held_on=held_on, starts_at=begins, ends_at=time(begins.hour + 2), place="党员活动室",
            host=there[0].name, lecturer=there[0].name if kind == "LECTURE" else "", topic=invent.choice(_TOPICS),
            content=content, seats=tuple(self._seats(there, held_on)), votes=tuple(self._votes(kind, held_on)),
            similarity=100 if copied else 0,
        )  # fmt: skip
        sheet = replace(sheet, roll=self._expected(sheet))
        recent = filed_on > ledger.ago(12)
        returned = recent and invent.chance(0.08)
        status = "RETURNED" if returned else "SUBMITTED" if recent else "ACCEPTED"
        self._write(pk, branch, sheet, status, last[0] if copied else None)
        if kind == "APPRAISAL":
            self._appraise(branch, sheet)
        return pk, content

    def _write(self, pk: int, branch: int, sheet: Sheet, status: str, alike: int | None) -> None:
        invent, ledger, day = self.invent, self.ledger, sheet.filed_on
        recent = day > ledger.ago(DAYS_LIKE)
        flags = ",".join(dict.fromkeys(one.code for one in findings(sheet, Limits())))
        ledger.add(
            ActivityRecord, day, id=pk, party_organization_id=branch, kind=sheet.kind, held_on=sheet.held_on,
            starts_at=str(sheet.starts_at), ends_at=str(sheet.ends_at), place=sheet.place, host=sheet.host,
            recorder=sheet.host, lecturer=sheet.lecturer, topic=sheet.topic, content=sheet.content,
            working_time=invent.chance(0.2), gathering="TOGETHER" if pk % 15 else "APART", employees=invent.choice((0, 0, 2, 5)),
            managers=invent.choice((0, 0, 1)), owners=invent.choice((0, 0, 0, 1)), status=status, submitted_on=day,
            draft_key=UUID(int=invent.getrandbits(128)).hex, expected=len(sheet.seats), present=sheet.present,
            **self._shared.marks(pk, sheet.kind, sheet.held_on or day), flags=flags, similarity=sheet.similarity, alike_id=alike, version=2,
            credited=credited(kind=sheet.kind, starts_at=sheet.starts_at, ends_at=sheet.ends_at),
        )  # fmt: skip
        if status == "ACCEPTED" and sheet.kind == "THEME_DAY":
            self._shared.publish(pk, sheet.held_on or day)
        for seat in sheet.seats:
            told: dict[str, Any] = {"present": seat.present, "votes": seat.votes, "reason": seat.reason}
            ledger.add(Attendance, day, record_id=pk, member_id=seat.member_id, **told)
        for tick in invent.sample(_TICKS, invent.choice((0, 1, 1, 2))):
            ledger.add(RecordTopic, day, record_id=pk, topic=tick)
        for vote in sheet.votes:
            counted: dict[str, Any] = {"yes": vote.yes, "no": vote.no, "abstained": vote.abstained}
            ledger.add(
                Decision, day, record_id=pk, text=vote.text, responsible=vote.responsible, due_on=vote.due_on, **counted
            )
        if status != "SUBMITTED":
            verdict = "ACCEPTED" if status == "ACCEPTED" else "RETURNED"
            ledger.add(
                Review, day, record_id=pk, by_id=self.clerk.pk, at=_noon(day), verdict=verdict,
                reason="" if verdict == "ACCEPTED" else invent.choice(_RETURNS),
            )  # fmt: skip
        if recent and not alike:
            for value in fingerprints(sheet.content):
                ledger.add(Fingerprint, day, record_id=pk, value=value)

    def _seats(self, there: list[Person], day: date) -> list[Seat]:
        seats = []
        for one in there:
            present = self.invent.chance(0.93)
            reason = "" if present else self.invent.choice(_REASONS)
            seats.append(Seat(one.pk, one.name, present, bool(one.formal_on and one.formal_on <= day), reason))
        return seats

    def _votes(self, kind: str, day: date) -> list[Vote]:
        if kind not in ("CONGRESS", "COMMITTEE") or self.invent.chance(0.5):
            return []
        return [Vote("通过下一阶段工作安排", responsible=self.invent.person(), due_on=day + timedelta(days=30))]

    def _expected(self, sheet: Sheet) -> frozenset[int] | None:
        return frozenset(seat.member_id for seat in sheet.seats) if sheet.kind in WITH_A_ROLL else None

    def _deed(self, branch: int) -> None:
        kind, what, result = self.invent.choice(_DEEDS)
        on = self.ledger.ago(self.invent.randint(5, 200))
        self.ledger.add(Contribution, on, party_organization_id=branch, kind=kind, done_on=on, what=what, result=result)

    def _appraise(self, branch: int, sheet: Sheet) -> None:
        """Everybody who votes is 合格, as many as may be 优秀."""
        day, voters = sheet.filed_on, [seat.member_id for seat in sheet.seats if seat.votes]
        [pk] = self._next(Appraisal)
        held_on = sheet.held_on or day
        days: dict[str, Any] = dict.fromkeys(STEPS, held_on) | {"decided_on": day}
        told: dict[str, Any] = {"id": pk, "party_organization_id": branch, "year": year_of_meeting(held_on)}
        self.ledger.add(Appraisal, day, **told, **days)
        excellent = set(self.invent.sample(voters, most_excellent(len(voters), one_in=3)))
        for member in voters:
            grade = "EXCELLENT" if member in excellent else "QUALIFIED"
            self.ledger.add(AppraisalGrade, day, appraisal_id=pk, member_id=member, grade=grade)

    def _year(self, branch: int, roll: list[Person]) -> None:
        """Courses for most, a deputy, and what some have to mend; the first on the roll is the secretary."""
        invent, ledger = self.invent, self.ledger
        there = [one for one in roll if not one.until and one.formal_on]
        for back in (0, 185, 370):  # in each half of a year
            if branch != self._secretarys and not invent.chance(0.6):
                continue
            on = ledger.ago(back + invent.randint(20, 120))
            for place, one in enumerate(one for one in there if one.since <= on):
                course, hours = ("支部书记和班子成员培训班", 40) if not place else ("区委党校党员集中轮训", 8)
                ledger.add(Training, on, member_id=one.pk, course=course, held_on=on, hours=hours)
        if there[1:] and invent.chance(0.7):
            deputy, of_branch = there[1], {"party_organization_id": branch}
            since = max(deputy.formal_on or deputy.since, deputy.since, ledger.start)
            told_of: dict[str, Any] = {"post": "DEPUTY", "member_id": deputy.pk, "name": deputy.name, "source": "STAFF"}
            ledger.add(Post, since, since=since, **told_of, **of_branch)
        if branch == self._secretarys or invent.chance(0.3):
            problem, measure = invent.choice(_PROBLEMS)
            ledger.add(
                Rectification, ledger.ago(60), party_organization_id=branch, problem=problem, measure=measure,
                responsible=invent.person(), due_on=ledger.ago(invent.randint(-60, 20)),
            )  # fmt: skip

    def _plan(self) -> None:
        """What the branch of the account is going to hold."""
        on = self.ledger.today + timedelta(days=6)
        self.ledger.add(
            Plan, self.ledger.today, party_organization_id=self._secretarys, kind="THEME_DAY", planned_on=on,
            starts_at="17:30:00", ends_at="19:00:00", topic=_TOPICS[3], place="云台街道党群服务中心",
        )  # fmt: skip

    def _keep(self) -> None:
        kept, written = Kept(self.invent, self.ledger), self._rolls.keys() - self._above.keys()
        above = PartyOrganization.objects.filter(pk__in=written, parent__isnull=False)
        self._above |= {node.pk: node.parent_id or 0 for node in above.only("parent")}
        for branch, roll in self._rolls.items():
            kept.enter(branch, self._above[branch], roll, all_of_it=branch == self._secretarys)

    def _close(self) -> None:
        """All months told but the last one that is over."""
        for month in self.months[:-2]:
            on = month.plus(1).first_day + timedelta(days=9)
            self.ledger.add(
                ActivityMonth, on, month=month.first_day, state="CLOSED", set_by_id=self.clerk.pk, set_at=_noon(on)
            )

    def _next(self, model: type[Model]) -> list[int]:
        self._ids[model] = self._ids[model] or reserve_ids(model, 500)[::-1]
        return [self._ids[model].pop()]


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
