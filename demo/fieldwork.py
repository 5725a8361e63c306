"""What was done at the organizations: instructors and visits, liaisons, mass organizations, owners, surveys."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from core.numbering import reserve_ids
from demo.invent import Inventor
from demo.ledger import Ledger
from demo.organizations import Drawn
from instructors.models import Assignment, Instructor, Visit
from orgs.models import Democracy, Liaison, MassOrganization, Organization, OwnerRecord
from reports.models import GapAnswer

STREET = "CZ001001001"  # where the accounts of street and instructor are
_DONE = (
    "向负责人宣讲政策，了解职工和党员情况", "摸排流动党员，登记组织关系所在地", "指导筹建党支部，商定支部书记人选",
    "参加职工座谈，收集用工和子女入学诉求", "指导工会建家，商议成立职工代表大会", "与入党积极分子谈话，指导撰写思想汇报",
)  # fmt: skip
_RESULTS = ("负责人表示支持", "已登记流动党员", "约定下月召开筹建会", "诉求已转街道办理", "尚需再次沟通", "")
_WORK = ("组织职工学习政策", "慰问困难职工", "推荐优秀职工入党", "开展技能竞赛", "组织志愿服务")
_SUPPORT = ("提供活动场地", "党建工作经费列入年度预算", "支持党员参加活动", "支持工会建设", "")
_REASONS = ("正式党员不足 3 名", "党员组织关系未转入", "负责人暂不支持", "人员流动大")
_FORMS = ("联合组建", "区域覆盖", "挂靠", "选派指导员")
_UNITS = (
    "澄州市总工会",
    "澄州市人力资源和社会保障局",
    "云溪区司法局",
    "临江区民政局",
    "北塔区教育局",
    "青岚县农业农村局",
)
_TASKS = "指导组建党组织，培养入党积极分子"


class Fieldwork:
    """Enters the people responsible and their evidence into the ledger."""

    def __init__(self, invent: Inventor, ledger: Ledger, *, clerk: User, instructor: User) -> None:
        self.invent, self.ledger = invent, ledger
        self.clerk = clerk  # answers for gaps
        self._instructor: User | None = instructor  # the first instructor of the street has the account that signs in
        self._waiting: dict[int, list[Drawn]] = defaultdict(list)

    def enter(self, drawn: Drawn) -> None:
        """Everything about one organization but its instructor, who looks after several."""
        if not drawn.counted:
            return
        chance, notable, shop = self.invent.chance, drawn.middle or drawn.formal >= 3, drawn.category == "E6"
        if notable or chance(0.02 if shop else 0.2):
            self._survey(drawn)
        if (drawn.size or 0) >= 25 or chance(0.02):
            self._mass_organizations(drawn)
        if notable and chance(0.6):
            self._owner(drawn)
        if not drawn.form and chance(0.6 if notable else 0.04):
            self._liaison(drawn)
        if drawn.should and not drawn.form and chance(0.4):
            self._answer(drawn)
        likely = 0.04 if drawn.form else 0.75 if notable else 0.01 if shop else 0.3
        if chance(likely) and drawn.registered_on < self.ledger.ago(120):
            self._waiting[drawn.committee.pk].append(drawn)

    def assign(self) -> None:
        """Give the waiting organizations to instructors, three to five each, seldom more."""
        for waiting in self._waiting.values():
            while waiting:
                most = self.invent.choice((3, 4, 4, 5, 5, 5, 7))
                self._send_instructor(waiting[:most])
                del waiting[:most]
        self._waiting.clear()

    def _send_instructor(self, units: list[Drawn]) -> None:
        invent, ledger, committee, user = self.invent, self.ledger, units[0].committee, None
        if committee.code == STREET:
            user, self._instructor = self._instructor, None
        [pk] = reserve_ids(Instructor, 1)
        since = invent.day(ledger.ago(1000), ledger.ago(130))
        source = invent.choice(("OFFICE", "OFFICE", "ENTERPRISE", "VETERAN", "RETIRED", "RETIRED"))
        home = "" if source in ("VETERAN", "RETIRED") else invent.choice(_UNITS)
        ledger.add(
            Instructor, since, id=pk, name=user.name if user else invent.person(), user_id=user.pk if user else None,
            source=source, home_unit=home, paid_by=home or committee.name, full_time=invent.chance(0.2),
            phone=invent.phone(), sent_by_id=committee.pk, since=since,
        )  # fmt: skip
        for drawn in units:
            first = max(since, drawn.registered_on + timedelta(days=60))
            day = invent.day(first, max(first, ledger.ago(60)))
            of_both = {"touching": drawn.pk, "instructor_id": pk, "organization_id": drawn.pk}
            ledger.add(Assignment, day, since=day, tasks=_TASKS, **of_both)
            # about one visit a quarter; one in six has not come for a while
            last = ledger.ago(invent.choice((110, 150, 240)) if invent.chance(0.17) else 3)
            while (day := day + timedelta(days=invent.randint(30, 110))) <= last:
                texts = {"done": invent.choice(_DONE), "result": invent.choice(_RESULTS)}
                ledger.add(Visit, day, visited_on=day, **texts, **of_both)

    def _mass_organizations(self, drawn: Drawn) -> None:
        invent, ledger, size = self.invent, self.ledger, drawn.size or 0
        for kind, likely in (("UNION", 0.85 if size >= 100 else 0.5), ("YOUTH", 0.22), ("WOMEN", 0.27)):
            if invent.chance(likely) and drawn.registered_on < ledger.ago(200):
                on = invent.day(drawn.registered_on + timedelta(days=100), ledger.ago(60))
                works = not drawn.form and invent.chance(0.3)
                ledger.add(
                    MassOrganization, on, touching=drawn.pk, organization_id=drawn.pk, kind=kind, founded_on=on,
                    head=invent.person(), party_work_on=ledger.ago(invent.randint(5, 59)) if works else None,
                    party_work=invent.choice(_WORK) if works else "",
                )  # fmt: skip
        if size >= 50 and invent.chance(0.5):
            on = ledger.ago(invent.randint(10, 400))
            kind = invent.choice(("CONGRESS", "OPENNESS", "PETITION", "TALK"))
            ledger.add(Democracy, on, organization_id=drawn.pk, kind=kind, held_on=on)

    def _owner(self, drawn: Drawn) -> None:
        invent, on = self.invent, self.ledger.ago(self.invent.randint(20, 500))
        attitude = invent.choice(("NEUTRAL", "NOT_YET") + ("SUPPORTS", "SUPPORTS", "SUPPORTS") * bool(drawn.form))
        self.ledger.add(
            OwnerRecord, on, organization_id=drawn.pk, name=drawn.legal, phone=invent.phone(), attitude=attitude,
            support=invent.choice(_SUPPORT) if attitude == "SUPPORTS" else "", recorded_on=on,
        )  # fmt: skip

    def _liaison(self, drawn: Drawn) -> None:
        invent, ledger = self.invent, self.ledger
        since = invent.day(ledger.ago(900), ledger.ago(60))
        ledger.add(
            Liaison, since, touching=drawn.pk, organization_id=drawn.pk, name=invent.person(), phone=invent.phone(),
            appointed_by_id=drawn.committee.pk, since=since,
            contacted_on=max(since, ledger.ago(invent.randint(5, 320))),
        )  # fmt: skip

    def _answer(self, drawn: Drawn) -> None:
        invent, ledger, ready = self.invent, self.ledger, drawn.formal >= 3
        ledger.add(
            GapAnswer, ledger.today, organization_id=drawn.pk, reason="正在筹建" if ready else invent.choice(_REASONS),
            planned_form="单独组建" if ready else invent.choice(_FORMS),
            planned_by=ledger.today + timedelta(days=invent.randint(-20, 150)),
            answered_at=timezone.make_aware(datetime.combine(ledger.ago(invent.randint(3, 60)), time(10))),
            answered_by_id=self.clerk.pk,
        )  # fmt: skip

    def _survey(self, drawn: Drawn) -> None:
        """What the yearly survey was told; now and then more than the roster knows, now and then it is old."""
        invent = self.invent
        on = self.ledger.ago(invent.randint(40, 330) if invent.chance(0.85) else invent.randint(370, 600))
        if on <= drawn.entered_on:
            return
        more, branch = invent.randint(1, 4) if invent.chance(0.07) else 0, drawn.covered_by
        self.ledger.change(
            Organization, on, drawn.pk, survey_on=on, survey_members=drawn.wanted + more,
            survey_formal=drawn.formal + more, survey_has_party_organization=bool(branch) or invent.chance(0.03),
            survey_branch=branch.name[:120] if branch else "", survey_secretary=branch.head.name if branch and branch.head else "",
            survey_union=(drawn.size or 0) >= 100 and invent.chance(0.8), survey_youth=invent.chance(0.2),
            survey_women=invent.chance(0.2), survey_owner_member=invent.chance(0.12),
        )  # fmt: skip
