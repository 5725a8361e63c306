"""What was done at the organizations: instructors and visits, liaisons, mass organizations, owners, surveys."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import User
from core.numbering import reserve_ids
from demo.calendar import Calendar
from demo.invent import Dice, Inventor
from demo.organizations import Drawn
from instructors.models import Assignment, Instructor, Visit
from orgs.models import Democracy, Liaison, MassOrganization, Organization, OwnerRecord
from reports.models import GapAnswer

if TYPE_CHECKING:
    from demo.ledger import Ledger
    from orgs.models import PartyOrganization

_DONE = (
    "向负责人宣讲政策，了解职工和党员情况", "摸排流动党员，登记组织关系所在地", "指导筹建党支部，商定支部书记人选",
    "参加职工座谈，收集用工和子女入学诉求", "指导工会建家，商议成立职工代表大会", "联系街道协调停车和用电问题",
    "与入党积极分子谈话，指导撰写思想汇报", "送学上门，组织学习党的创新理论",
)  # fmt: skip
_RESULTS = ("负责人表示支持", "已登记流动党员", "约定下月召开筹建会", "诉求已转街道办理", "尚需再次沟通", "")
_WORK = ("组织职工学习政策", "慰问困难职工", "推荐优秀职工入党", "开展技能竞赛", "组织志愿服务")
_SUPPORT = ("提供活动场地", "党建工作经费列入年度预算", "支持党员参加活动", "支持工会建设", "")
_REASONS = ("正式党员不足 3 名", "党员组织关系未转入", "负责人暂不支持", "人员流动大", "正在筹建")
_FORMS = ("单独组建", "联合组建", "区域覆盖", "挂靠", "选派指导员")
_UNITS = (
    "澄州市总工会",
    "澄州市人力资源和社会保障局",
    "云溪区司法局",
    "临江区民政局",
    "北塔区教育局",
    "澄州市供销合作社",
    "青岚县农业农村局",
)
_TASKS = "指导组建党组织，培养入党积极分子"
QUARTER = 91


class Fieldwork:
    """Enters the people responsible and their evidence into the ledger."""

    def __init__(
        self,
        rng: Dice,
        inventor: Inventor,
        calendar: Calendar,
        ledger: Ledger,
        *,
        clerk: User,
        user: User,
        street: PartyOrganization,
    ) -> None:
        self.rng, self.invent, self.calendar, self.ledger = rng, inventor, calendar, ledger
        self.clerk, self.user = clerk, user  # who answered for gaps; whose account is the instructor's
        self._waiting: dict[int, list[Drawn]] = defaultdict(list)
        self._ids: list[int] = []
        # the first instructor of a street has the account that signs in
        self._own = {street.pk: user.pk}

    def enter(self, drawn: Drawn) -> None:
        """Everything about one organization but its instructor, who looks after several."""
        rng = self.rng
        if not drawn.counted:
            return
        notable = drawn.middle or drawn.formal >= 3
        if notable or rng.random() < (0.02 if drawn.category == "E6" else 0.2):
            self._survey(drawn)
        if (drawn.size or 0) >= 25 or rng.random() < 0.02:
            self._mass_organizations(drawn)
        if notable and rng.random() < 0.6:
            self._owner(drawn)
        if not drawn.form and (notable or rng.random() < 0.06):
            self._liaison(drawn)
        if drawn.should and not drawn.form and rng.random() < 0.4:
            self._answer(drawn)
        likely = (0.75 if notable else 0.3 if drawn.category != "E6" else 0.01) if not drawn.form else 0.04
        if rng.random() < likely and drawn.registered_on < self.calendar.ago(120):
            self._waiting[drawn.committee.pk].append(drawn)

    def assign(self) -> None:
        """Give the waiting organizations to instructors, three to five each, seldom more."""
        for waiting in self._waiting.values():
            while waiting:
                committee = waiting[0].committee
                own = self._own.pop(committee.pk, None)
                most = 5 if own else self.rng.choice((3, 4, 4, 5, 5, 5, 7))
                self._instructor(committee, waiting[:most], own)
                del waiting[:most]
        self._waiting.clear()

    def _instructor(self, committee: PartyOrganization, units: list[Drawn], user: int | None) -> None:
        rng, invent, calendar, ledger = self.rng, self.invent, self.calendar, self.ledger
        if not self._ids:
            self._ids = list(reversed(reserve_ids(Instructor, 200)))
        pk, since = self._ids.pop(), invent.day(calendar.ago(1000), calendar.ago(130))
        source = rng.choice(("OFFICE", "OFFICE", "ENTERPRISE", "VETERAN", "RETIRED", "RETIRED"))
        home = "" if source in ("VETERAN", "RETIRED") else rng.choice(_UNITS)
        name = self.user.name if user else invent.person()
        row = (
            pk,
            name,
            user,
            source,
            home,
            home or committee.name,
            rng.random() < 0.2,
            invent.phone(),
            committee.pk,
            since,
        )
        ledger.add(Instructor, row, on=since)
        for drawn in units:
            first = max(since, drawn.registered_on + timedelta(days=60))
            assigned_on = invent.day(first, max(first, calendar.ago(60)))
            ledger.add(Assignment, (pk, drawn.pk, assigned_on, _TASKS), on=assigned_on, touching=drawn.pk)
            self._visits(pk, drawn, assigned_on)

    def _visits(self, instructor: int, drawn: Drawn, since: date) -> None:
        """About one a quarter; one in six has not come for a while."""
        rng = self.rng
        last = self.calendar.ago(rng.choice((110, 150, 240)) if rng.random() < 0.17 else 3)
        day = since + timedelta(days=rng.randint(3, 40))
        while day <= last:
            row = (instructor, drawn.pk, day, rng.choice(_DONE), rng.choice(_RESULTS))
            self.ledger.add(Visit, row, on=day, touching=drawn.pk)
            day += timedelta(days=rng.randint(50, QUARTER + 25))

    def _mass_organizations(self, drawn: Drawn) -> None:
        rng, calendar, size = self.rng, self.calendar, drawn.size or 0
        for kind, likely in (("UNION", 0.85 if size >= 100 else 0.5), ("YOUTH", 0.22), ("WOMEN", 0.27)):
            if rng.random() < likely and drawn.registered_on < calendar.ago(200):
                founded_on = self.invent.day(drawn.registered_on + timedelta(days=100), calendar.ago(60))
                works = not drawn.form and rng.random() < 0.3
                worked_on = calendar.ago(rng.randint(5, 300)) if works else None
                row = (drawn.pk, kind, founded_on, self.invent.person(), worked_on, rng.choice(_WORK) if works else "")
                self.ledger.add(MassOrganization, row, on=founded_on, touching=drawn.pk)
        if size >= 50 and rng.random() < 0.5:
            kind, held_on = rng.choice(("CONGRESS", "OPENNESS", "PETITION", "TALK")), calendar.ago(rng.randint(10, 400))
            self.ledger.add(Democracy, (drawn.pk, kind, held_on, ""), on=held_on)

    def _owner(self, drawn: Drawn) -> None:
        rng = self.rng
        attitude = rng.choice(
            ("SUPPORTS", "SUPPORTS", "SUPPORTS", "NEUTRAL", "NOT_YET") if drawn.form else ("NEUTRAL", "NOT_YET")
        )
        on = self.calendar.ago(rng.randint(20, 500))
        support = rng.choice(_SUPPORT) if attitude == "SUPPORTS" else ""
        self.ledger.add(OwnerRecord, (drawn.pk, drawn.legal, self.invent.phone(), attitude, support, on), on=on)

    def _liaison(self, drawn: Drawn) -> None:
        if self.rng.random() < 0.6:
            since = self.invent.day(self.calendar.ago(900), self.calendar.ago(60))
            contacted_on = self.calendar.ago(self.rng.randint(5, 320))
            row = (
                drawn.pk,
                self.invent.person(),
                self.invent.phone(),
                drawn.committee.pk,
                since,
                max(since, contacted_on),
            )
            self.ledger.add(Liaison, row, on=since, touching=drawn.pk)

    def _answer(self, drawn: Drawn) -> None:
        rng, calendar = self.rng, self.calendar
        at = timezone.make_aware(datetime.combine(calendar.ago(rng.randint(3, 60)), time(10)))
        reason = _REASONS[4] if drawn.formal >= 3 else rng.choice(_REASONS[:4])
        planned = _FORMS[0] if drawn.formal >= 3 else rng.choice(_FORMS[1:])
        by = calendar.today + timedelta(days=rng.randint(-20, 150))
        self.ledger.add(GapAnswer, (drawn.pk, reason, planned, by, at, self.clerk.pk), on=calendar.today)

    def _survey(self, drawn: Drawn) -> None:
        """What the yearly survey was told; now and then more than the roster knows, now and then it is old."""
        rng, calendar = self.rng, self.calendar
        surveyed_on = calendar.ago(rng.randint(40, 330) if rng.random() < 0.85 else rng.randint(370, 600))
        if surveyed_on <= drawn.entered_on:
            return
        members = drawn.wanted + (rng.randint(1, 4) if rng.random() < 0.07 else 0)
        built = bool(drawn.form) if rng.random() < 0.97 else True
        branch = drawn.covered_by.name if drawn.form else ""
        row = (drawn.pk, surveyed_on, members, min(members, drawn.formal + (members - drawn.wanted)), built,
               branch[:120], drawn.covered_by.secretary if drawn.form else "", (drawn.size or 0) >= 100 and rng.random() < 0.8,
               rng.random() < 0.2, rng.random() < 0.2, rng.random() < 0.12)  # fmt: skip
        self.ledger.change(Organization, _SURVEY, row, on=surveyed_on, touching=None)


_SURVEY = (
    "survey_on", "survey_members", "survey_formal", "survey_has_party_organization", "survey_branch", "survey_secretary",
    "survey_union", "survey_youth", "survey_women", "survey_owner_member",
)  # fmt: skip
