"""组织生活 in figures: of all branches of which something was due in the month before, how many reported, in time, late or
not, and what they held; beside it what raises that on paper alone. What was due is laid out beforehand (`Obligation`), so a
branch that files nothing is counted too.

At the end of a month its own reports are still coming in: a month's figures are of the month before.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.db.models import BooleanField, Case, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from activities.models import ActivityRecord, Obligation, Regulation, Review
from activities.models.months import ANY
from activities.queries.appraisals import grade_of_year
from activities.queries.asks import asks
from activities.queries.learning import leads, learned, wanted
from activities.queries.lists import contributions, pledges, rules_in_force
from activities.queries.mends import groups_of, has_target, holds_post
from activities.queries.silence import SPANS, silent
from core.indicators import Indicator, Measure, declare, measures, share
from core.months import YearMonth
from members.indicators import NO_FORMAL, PROBATIONARY_SHARE, member_facts, members
from members.models import Member
from orgs.facts import Day
from orgs.indicators import LIFE
from orgs.models import PartyOrganization
from orgs.subjects import NodeFact, NodeSubject, node_facts, number_of

State = Obligation.State
SETTLED = Q(state__in=[State.ON_TIME, State.LATE])
MISSING = Q(state=State.OPEN, over=True)
OF_MONTH = "统计上一个月应上报组织生活的党支部，没有上报的在内，以后撤销的不计。"


def due_last_month(day: Day) -> QuerySet[Obligation]:
    """What was due in the month before a day, and whether its last day for filing is over."""
    rows = Obligation.objects.of_month(YearMonth.of(day.on).plus(-1))
    return rows.annotate(over=ExpressionWrapper(Q(due_on__lt=day.on), BooleanField()))


def filed_last_month(day: Day) -> QuerySet[ActivityRecord]:
    """Records of what was held in the month before a day, and whether they came back."""
    month = YearMonth.of(day.on).plus(-1)
    rows = ActivityRecord.objects.filed().filter(held_on__range=(month.first_day, month.last_day))
    back = Review.objects.filter(record=OuterRef("pk"), verdict=Review.Verdict.RETURNED)
    return rows.annotate(came_back=Exists(back))


BRANCH_MONTHS = NodeSubject(
    "branch_months",
    "上月应上报的党支部",
    "个",
    frozenset({"region_code"}),
    model=Obligation,
    rows=lambda day: due_last_month(day).filter(kind=ANY),
    node="party_organization",
)
DUTIES = NodeSubject(
    "duties",
    "上月应办事项",
    "项",
    frozenset({"region_code"}),
    model=Obligation,
    rows=due_last_month,
    node="party_organization",
)
RECORDS = NodeSubject(
    "records_filed",
    "上月的活动记录",
    "份",
    frozenset({"region_code"}),
    model=ActivityRecord,
    rows=filed_last_month,
    node="party_organization",
)

asked = partial(share, group=LIFE, clause="意见三-3", of=Measure(BRANCH_MONTHS, "branch_months", "上月应上报的党支部"))
REPORTED = asked(
    code="LIFE_REPORTED",
    name="上月组织生活上报率",
    basis=OF_MONTH + "上报了活动，或说明了未开展原因的；说明未开展的不算开展，见“上月组织生活开展率”。",
    part=("months_reported", "其中已上报", ~Q(state=State.OPEN)),
    target=Decimal(100),
)
HELD = asked(
    code="LIFE_HELD",
    name="上月组织生活开展率",
    basis=OF_MONTH + "上报了至少一次活动的。内容雷同、迟报、未审核、联合党支部统一填报的都计入，分别列在下面。",
    part=("months_held", "其中开展了活动", SETTLED),
    target=Decimal(100),
)
ON_TIME = asked(
    code="LIFE_ON_TIME",
    name="上月按时上报",
    basis=OF_MONTH + "在填报截止日以前上报活动的。",
    part=("months_on_time", "其中按时上报", Q(state=State.ON_TIME)),
)
NOT_HELD = asked(
    code="LIFE_NOT_HELD",
    name="上月说明未开展",
    basis=OF_MONTH + "说明了原因、没有开展活动的。",
    part=("months_not_held", "其中说明未开展", Q(state=State.NOT_HELD)),
    more_is_better=False,
)
UNREPORTED = asked(
    code="LIFE_MISSING",
    name="上月未上报",
    basis=OF_MONTH + "填报截止日已过，既没有上报活动，也没有说明原因的。",
    part=("months_missing", "其中未上报", MISSING),
    more_is_better=False,
)
DUTIES_HELD = share(
    code="DUTIES_HELD",
    group=LIFE,
    name="上月三会一课等应办事项开展率",
    clause="支部工作条例",
    basis="上一个月到期的三会一课、主题党日、组织生活会、民主评议、谈心谈话等应办事项中，上报了活动的。",
    of=Measure(DUTIES, "duties", "上月应办事项"),
    part=("duties_held", "其中已开展", SETTLED),
)
RETURNED = share(
    code="LIFE_RETURNED",
    group=LIFE,
    name="上月活动记录退回率",
    clause="意见三-3",
    basis="上一个月的活动、已上报的记录中，被退回过一次以上的；补正后通过的也算。",
    of=Measure(RECORDS, "records_filed", "上月的活动记录"),
    part=("records_returned", "其中退回过", Q(came_back=True)),
    more_is_better=False,
)

# what raises the rate on paper alone
counted = partial(share, group=LIFE, clause="意见三-3", of=HELD.numerator, more_is_better=False)
COUNTED_ALL_THE_SAME = "上一个月开展了活动的党支部中，"
ON_PAPER: tuple[Indicator, ...] = (
    counted(
        code="LIFE_COPIED",
        name="上月开展率中内容雷同的",
        basis=COUNTED_ALL_THE_SAME + "计入的记录与另一份记录 %(life.alike_percent)s%% 以上相同的。",
        part=("months_copied", "其中内容雷同", Q(record__flags__contains="A8")),
    ),
    counted(
        code="LIFE_JOINT",
        name="上月开展率中统一填报的",
        basis=COUNTED_ALL_THE_SAME + "由联合党支部统一填报、所覆盖的单位都计入的。",
        part=("months_joint", "其中统一填报", Q(party_organization__kind=PartyOrganization.Kind.JOINT_BRANCH)),
    ),
    counted(
        code="LIFE_LATE",
        name="上月开展率中迟报的",
        basis=COUNTED_ALL_THE_SAME + "过了填报截止日才上报的。",
        part=("months_late", "其中迟报", Q(state=State.LATE)),
    ),
    counted(
        code="LIFE_UNREVIEWED",
        name="上月开展率中没有审核通过的",
        basis=COUNTED_ALL_THE_SAME + "计入的记录还没有审核，或被退回没有重新提交的。",
        part=("months_unreviewed", "其中没有审核通过", ~Q(record__status=ActivityRecord.Status.ACCEPTED)),
    ),
)

# how activities are held: 小型、业余、灵活, and who comes beside the members
held = partial(share, group=LIFE, clause="意见二-3", of=RETURNED.denominator)
OF_RECORDS = "上一个月的活动、已上报的记录中，"
MANNER = (
    held(
        code="LIFE_SPARE",
        name="上月业余开展的活动",
        basis=OF_RECORDS + "不占用工作时间的；填报页默认为业余，没有改动的也计入。",
        part=("records_spare", "其中业余开展", Q(working_time=False)),
    ),
    held(
        code="LIFE_APART",
        name="上月分散开展的活动",
        basis=OF_RECORDS + "分头学习、走访、结对等分散开展的；填报页默认为集中。集中与分散相结合，不以高低论优劣。",
        part=("records_apart", "其中分散开展", Q(gathering=ActivityRecord.Gathering.APART)),
    ),
    held(
        code="LIFE_OWNERS",
        name="上月有出资人、经营管理人员参加的活动",
        basis=OF_RECORDS + "填写了参加的出资人或经营管理人员人数的。",
        part=("records_with_owners", "其中有出资人、经营管理人员参加", Q(owners__gt=0) | Q(managers__gt=0)),
    ),
    held(
        code="LIFE_EMPLOYEES",
        name="上月有职工参加的活动",
        basis=OF_RECORDS + "填写了党员以外的职工参加人数的。",
        part=("records_with_employees", "其中有职工参加", Q(employees__gt=0)),
    ),
)

# branches that hold nothing, and what is asked of each once a year
for span in SPANS:
    node_facts.add(NodeFact(f"silent_{span}", partial(lambda day, span: silent(day.on, span), span=span)))
for ask in asks:
    node_facts.add(NodeFact(f"year_{ask.code}", partial(lambda day, ask: ask.answered(day.on), ask=ask)))
of_branches = partial(share, group=LIFE, of=NO_FORMAL.denominator)
SILENT = tuple(
    of_branches(
        code=f"SILENT_{span}",
        name=f"连续{words}个月没有活动",
        clause="意见三-3",
        basis=f"党支部、联合党支部、临时党支部中，连续{words}个月没有上报活动的；成立不足{words}个月的不算。",
        part=(f"branches_silent_{span}", f"其中连续{words}个月没有活动", Q(**{f"silent_{span}": True})),
        more_is_better=False,
    )
    for span, words in SPANS.items()
)
ASKED = tuple(
    of_branches(
        code=f"YEAR_{ask.code.upper()}",
        name=f"今年开展过{ask.name}",
        clause=ask.clause,
        basis=f"党支部、联合党支部、临时党支部中，今年上报过{ask.name}的；每年至少一次，年底以前。",
        part=(f"branches_{ask.code}", f"其中开展过{ask.name}", Q(**{f"year_{ask.code}__gt": 0})),
        target=Decimal(100),
        of_year=True,
    )
    for ask in asks
)


# what a branch enters once and keeps
node_facts.add(
    NodeFact("contributions_this_year", lambda day: number_of(contributions(day.on), "party_organization")),
    NodeFact("pledges_this_year", lambda day: number_of(pledges(day.on), "party_organization")),
    NodeFact("regulation_groups", lambda day: groups_of(rules_in_force())),
)
CONTRIBUTED = of_branches(
    code="CONTRIBUTED",
    name="今年有作用发挥",
    clause="意见二-4",
    basis="党支部、联合党支部、临时党支部中，今年登记了合理化建议、攻关、办实事、参与决策或维权的；有没有结果不在此列。",
    part=("branches_contributed", "其中有作用发挥", Q(contributions_this_year__gt=0)),
    target=Decimal(100),
    of_year=True,
)
PLEDGED = of_branches(
    code="PLEDGED",
    name="签订年度目标责任书",
    clause="意见二-5",
    basis="党支部、联合党支部、临时党支部中，今年与上级党组织签订了年度目标责任书的。",
    part=("branches_pledged", "其中签订了责任书", Q(pledges_this_year__gt=0)),
    target=Decimal(100),
    of_year=True,
)
REGULATED = of_branches(
    code="REGULATED",
    name="四类制度齐全",
    clause="意见二-5",
    basis="党支部、联合党支部、临时党支部中，组织生活、党员教育管理、自我约束、党群共建四类制度都有现行的。",
    part=("branches_regulated", "其中四类制度齐全", Q(regulation_groups=len(Regulation.Group))),
    target=Decimal(100),
)
member_facts.add(
    NodeFact("holds_post", lambda day: holds_post(day.on)), NodeFact("has_target", lambda day: has_target(day.on.year))
)
of_members = partial(share, group=LIFE, of=PROBATIONARY_SHARE.denominator, target=Decimal(100))
ROLE_MODELS = of_members(
    code="ROLE_MODEL",
    name="党员责任区、先锋岗覆盖率",
    clause="意见二-2",
    basis="名册上的党员中，在所在党组织承担党员责任区或党员先锋岗的。",
    part=("members_with_post", "其中承担责任区、先锋岗", Q(holds_post=True)),
)
TARGETED = of_members(
    code="TARGETED",
    name="有岗位目标的党员",
    clause="意见二-5",
    basis="名册上的党员中，今年登记了岗位职责和目标的（设岗定责、目标管理）。",
    part=("members_with_target", "其中有岗位目标", Q(has_target=True)),
    of_year=True,
)
measures.add(
    ROLE_MODELS.denominator.part("members_without_post", "没有责任区、先锋岗", Q(holds_post=False)),
    TARGETED.denominator.part("members_without_target", "没有岗位目标", Q(has_target=False)),
)


# what members learned this year, and what they were graded
def asked_of(day: Day) -> Case:
    return wanted(member=int(day.value("life.member_hours")), leader=int(day.value("life.leader_hours")))


member_facts.add(
    NodeFact("leads", lambda day: leads(day.on)),
    NodeFact("hours", lambda day: learned(day.on)),
    NodeFact("wanted", asked_of),
    NodeFact("grade", lambda day: grade_of_year(day.on)),
)
ENOUGH = Q(hours__gte=F("wanted"))
LEARNED = share(
    code="LEARNED",
    group=LIFE,
    name="党员今年学时达标",
    clause="党员教育管理工作条例",
    basis="名册上的党员中，今年集中学习和培训的学时达到要求的：党员 %(life.member_hours)s 学时，书记和班子成员 "
    "%(life.leader_hours)s 学时；被退回的记录不计。每年 1 月起重新计算，没有达标的见“今年学时”名单。",
    of=members("members", "党员"),
    part=("members_learned", "其中今年学时达标", ENOUGH),
    target=Decimal(100),
    of_year=True,
)
LEADERS_LEARNED = share(
    code="LEADERS_LEARNED",
    group=LIFE,
    name="书记和班子成员今年学时达标",
    clause="党员教育管理工作条例",
    basis="名册上的党员中，任书记、副书记、委员的，今年学时达到 %(life.leader_hours)s 学时的。",
    of=members("members", "党员").part("members_leading", "书记和班子成员", Q(leads=True)),
    part=("leaders_learned", "其中今年学时达标", ENOUGH),
    target=Decimal(100),
    of_year=True,
)
OWNERS_LEARNED = share(
    code="OWNERS_LEARNED",
    group=LIFE,
    name="党员业主今年学时达标",
    clause="意见二-2",
    basis="名册上的党员中，岗位登记为“出资人”的，今年学时达到要求的；没有达标的见“党员业主”名单。",
    of=members("members", "党员").part("members_owning", "党员业主", Q(job=Member.Job.OWNER)),
    part=("owners_learned", "其中今年学时达标", ENOUGH),
    target=Decimal(100),
    of_year=True,
)
GRADED = share(
    code="GRADED",
    group=LIFE,
    name="正式党员今年评定等次",
    clause="民主评议党员",
    basis="名册上的正式党员中，今年完成组织评定、评定了等次的；预备党员不评定等次。",
    of=members("members_formal", "正式党员", Q(status=Member.Status.FORMAL)),
    part=("members_graded", "其中评定了等次", ~Q(grade="")),
    of_year=True,
)
EXCELLENT = share(
    code="EXCELLENT",
    group=LIFE,
    name="评定等次的党员中优秀",
    clause="民主评议党员",
    basis="今年评定了等次的正式党员中，优秀的；每个支部一般每 %(life.excellent_one_in)s 名中不超过 1 名。",
    of=GRADED.numerator,
    part=("members_excellent", "其中优秀", Q(grade="EXCELLENT")),
    of_year=True,
)

declare(LEARNED, LEADERS_LEARNED, OWNERS_LEARNED, GRADED, EXCELLENT)
declare(REPORTED, HELD, *ON_PAPER, RETURNED, ON_TIME, NOT_HELD, UNREPORTED, DUTIES_HELD, *MANNER, *SILENT, *ASKED)
declare(CONTRIBUTED, PLEDGED, REGULATED, ROLE_MODELS, TARGETED)
