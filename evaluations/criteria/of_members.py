"""五个好 of members (Opinion 一.11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

from django.db.models import F, Q, QuerySet

from activities.models import AppraisalGrade, Attendance, DutyTarget, RecordTopic, RoleModelPost, Training
from activities.queries.learning import NOT_YET, with_hours
from core.months import YearMonth
from dues.models import Due
from evaluations.choices import MemberDimension
from evaluations.criteria.records import course, learned_at, lesson
from evaluations.criteria.registry import (
    Criterion,
    Facts,
    Mode,
    Number,
    Records,
    Share,
    Source,
    by_key,
    criteria,
    together,
)
from evaluations.models import Honour
from evaluations.rules.facts import MONTHS_OF_A_YEAR, Fact, Record, Span
from evaluations.rules.formulas import Each, Faults, Linear, Step, Steps, plain
from members.models import Post
from members.models.members import PROBATIONARY

Dim = MemberDimension
STUDY = ("LECTURE", "THEME_DAY")
LIFE = ("CONGRESS", "COMMITTEE", "GROUP", "LIFE_MEETING", "APPRAISAL", "ELECTION")
PRESENCE = Linear(full=D(85), none=D(60))
GRADES = {"EXCELLENT": 3, "QUALIFIED": 2, "BASIC": 1, "UNQUALIFIED": 0}


# --- M1.1 学时 --------------------------------------------------------------------------------------------------------
def hours(members: QuerySet, span: Span, on: date) -> Facts:
    """Against what is asked of each, of half a year half of it. Two queries."""
    rows = with_hours(members.order_by(), on=span.upto(on), since=span.first)
    return {
        key: Fact(f"{plain(learned)} 学时，应达到 {plain(asked)} 学时", counted=learned, of=asked)
        for key, learned, wanted in rows.values_list("pk", "hours", "wanted")
        for asked in [D(wanted) * span.months / MONTHS_OF_A_YEAR]
    }


def _lessons(members: QuerySet, span: Span, on: date) -> Records:
    day, those = span.upto(on), members.order_by().values("pk")
    came = learned_at(Attendance.objects.filter(member__in=those), span, day)
    courses = Training.objects.filter(member__in=those, held_on__range=(span.first, day), hours__gt=0)
    found = [(row.member_id, lesson(row)) for row in came]
    return by_key([*found, *((row.member_id, course(row)) for row in courses.order_by("held_on", "pk"))])


# --- M1.2, M4.1 出勤 --------------------------------------------------------------------------------------------------
def attended(span: Span, on: date, **where: Any) -> QuerySet[Attendance]:
    """Of records of the time that were handed in and did not come back."""
    rows = Attendance.objects.exclude(record__status__in=NOT_YET)
    return rows.filter(record__held_on__range=(span.first, span.upto(on)), **where)


def presence(what: str, kinds: tuple[str, ...]) -> Source:
    """Meetings of some kinds at which a member was expected; who was 流动外出, 年老体弱或长期患病 was not."""

    def rows(span: Span, on: date) -> QuerySet[Attendance]:
        return attended(span, on, record__kind__in=kinds).exclude(reason__in=Attendance.STAYING)

    def record(row: Attendance) -> Record:
        came = "到会" if row.present else row.get_reason_display()
        return Record(f"{row.record}：{came}", "activities.activityrecord", row.record_id, row.present)

    text = f"应参加{what} {{of}} 次，参加 {{counted}} 次"
    none = f"期间没有应参加的{what}，或流动外出、年老体弱"
    return Share(
        rows,
        "member",
        text,
        f"应参加{what} {{of}} 次，都没有参加",
        record,
        none=none,
        part=Q(present=True),
        related=("record",),
    ).source


# --- M4.2 党费 --------------------------------------------------------------------------------------------------------
def due_months(span: Span, on: date) -> QuerySet[Due]:
    """The months of the time that are over."""
    return Due.objects.filter(month__range=(span.first, span.last), month__lt=YearMonth.of(on).first_day)


paid = Share(
    lambda span, on: due_months(span, on).filter(amount__gt=0), "member", "应交 {of} 个月，交清 {counted} 个月", "应交 {of} 个月，都没有交清",
    lambda row: Record(f"{row.month:%Y-%m}：{'已交清' if row.paid >= row.amount else '没有交清'}", "members.member", row.member_id,
                       row.paid >= row.amount),
    none="期间没有核定党费，无从统计", part=Q(paid__gte=F("amount")),
)  # fmt: skip


def months_paid(members: QuerySet, span: Span, on: date) -> Facts:
    facts = dict(paid.facts(members, span, on))
    exempt = due_months(span, on).filter(member__in=members.order_by().values("pk")).order_by()
    for key in exempt.values_list("member", flat=True).distinct():
        if not facts[key].known:
            facts[key] = Fact(excluded="经批准免交党费")
    return facts


# --- M5.3 民主评议 ----------------------------------------------------------------------------------------------------
def _grades(members: QuerySet, span: Span, on: date) -> QuerySet[AppraisalGrade]:
    """Of the year in which the time ends; whoever went to another branch may have two, the newest first."""
    rows = AppraisalGrade.objects.decided().filter(member__in=members.order_by().values("pk"))
    return rows.filter(appraisal__year=span.last.year, appraisal__decided_on__lte=on)


def appraised(members: QuerySet, span: Span, on: date) -> Facts:
    found: dict[int, str] = {}
    for member, grade in _grades(members, span, on).values_list("member", "grade"):
        found.setdefault(member, grade)
    facts = {}
    for key, status in members.order_by().values_list("pk", "status"):
        if key in found:
            facts[key] = Fact(f"民主评议{AppraisalGrade.Grade(found[key]).label}", value=GRADES[found[key]])
        elif status in PROBATIONARY:
            facts[key] = Fact(excluded="预备党员不评定等次")
        else:
            facts[key] = Fact(unknown=f"{span.last.year} 年度民主评议还没有评定等次")
    return facts


def _grade_records(members: QuerySet, span: Span, on: date) -> Records:
    rows = _grades(members, span, on).select_related("appraisal")
    return by_key(
        (row.member_id, Record(f"{row.appraisal}，{row.get_grade_display()}", "members.member", row.member_id))
        for row in rows
    )


targets = Share(
    lambda span, on: DutyTarget.objects.filter(year__range=(span.first.year, span.last.year)), "member",
    "岗位目标 {of} 项，完成 {counted} 项", "岗位目标 {of} 项，都没有完成",
    lambda row: Record(f"{row.duty}：{row.target}", "activities.dutytarget", row.pk, bool(row.done_on)),
    none="没有登记岗位目标", part=Q(done_on__isnull=False),
)  # fmt: skip


# --- what helps to judge: M2.2 荣誉, M2.3 职务和先锋岗, M3.1, M3.2 活动 ------------------------------------------------
honours = Number(
    lambda span, on: Honour.objects.filter(awarded_on__range=(span.first, span.upto(on))).exclude(withdrawn_on__lte=on),
    "member", "登记荣誉 {} 项", "没有登记荣誉",
    lambda row: Record(f"{row.awarded_on} {row.title}，{row.given_by}", "evaluations.honour", row.pk),
)  # fmt: skip
posts = Number(
    lambda span, on: Post.objects.during(span.first, span.upto(on)), "member", "担任党内职务 {} 项", "没有担任党内职务",
    lambda row: Record(f"{row.party_organization}{row.get_post_display()}，{held(row)}", "members.post", row.pk),
    related=("party_organization",),
)  # fmt: skip
role_models = Number(
    lambda span, on: RoleModelPost.objects.during(span.first, span.upto(on)),
    "member", "承担责任区、先锋岗 {} 个", "没有承担责任区、先锋岗",
    lambda row: Record(f"{row.get_kind_display()} {row.name}，{held(row)}", "activities.rolemodelpost", row.pk),
)  # fmt: skip


def held(row: Any) -> str:
    return f"{row.since} 至 {row.until}" if row.until else f"{row.since} 起"


def joined_in(what: str, **where: Any) -> Source:
    """Activities of some sort to which a member came."""
    return Number(
        lambda span, on: attended(span, on, present=True, **where),
        "member", f"参加{what} {{}} 次", f"没有参加{what}的记录",
        lambda row: Record(f"{row.record} {row.record.topic}".strip(), "activities.activityrecord", row.record_id),
        related=("record",),
    ).source  # fmt: skip


criteria.add(
    Criterion(
        "M1.1", Dim.POLITICS, "学时达标", D(8), Mode.AUTO, Linear(), source=Source(hours, _lessons),
        proves_not="只证明登记了学时，不证明学到了什么；支部自己的党课、主题党日也计入。",
    ),
    Criterion(
        "M1.2", Dim.POLITICS, "集中学习出勤", D(8), Mode.AUTO, PRESENCE, source=presence("集中学习", STUDY),
        proves_not="到会由支部自己填报，没有核对签到，还没有审核的也计入；不证明学习的效果。",
    ),
    Criterion("M1.3", Dim.POLITICS, "政治立场、言行", D(4), asks="支部的评价，群众的反映。"),
    Criterion("M2.1", Dim.JOB, "岗位考核", D(10), asks="单位的考核结果。"),
    Criterion(
        "M2.2", Dim.JOB, "技能、攻关、荣誉", D(6), asks="证书、攻关成果、表彰文件。", source=honours.source,
        proves_not="只列登记的荣誉，不证明技能和攻关的成果；没有登记的不等于没有。",
    ),
    Criterion(
        "M2.3", Dim.JOB, "带头作用", D(4), asks="责任区、先锋岗的实绩，群众的反映。", source=together(posts, role_models, between="，"),
        proves_not="担任职务、承担责任区和先锋岗，不证明作用发挥得怎样。",
    ),
    Criterion(
        "M3.1", Dim.SERVICE, "志愿服务", D(8), formula=Each(each=D(2), unit="次"), asks="志愿服务记录、照片。",
        source=joined_in("主题实践活动", record__campaign__isnull=False),
        proves_not="主题实践活动不都是志愿服务，到会由支部自己填报；支部以外的志愿服务没有登记。",
    ),
    Criterion(
        "M3.2", Dim.SERVICE, "联系群众、办实事", D(8), asks="所办实事的清单，受益人的反映。",
        source=joined_in("关心关爱活动", record__topics__topic=RecordTopic.Topic.CARE),
        proves_not="参加支部的关心关爱活动，不证明本人联系了群众、办成了什么；本人所办的实事没有登记。",
    ),
    Criterion("M3.3", Dim.SERVICE, "群众测评", D(4), asks="测评的满意率。", formula=Linear(least=D(60))),
    Criterion(
        "M4.1", Dim.DUTIES, "组织生活出勤", D(8), Mode.AUTO, PRESENCE, source=presence("组织生活", LIFE),
        proves_not="到会由支部自己填报，没有核对签到；还没有审核的也计入。",
    ),
    Criterion(
        "M4.2", Dim.DUTIES, "按月交纳党费", D(6), Mode.AUTO, Linear(), source=Source(months_paid, paid.records),
        proves_not="只看核定的是否交清，不证明基数属实；补交的也算交清，不分哪一天交的。",
    ),
    Criterion(
        "M4.3", Dim.DUTIES, "完成组织分配的任务", D(6), asks="支部分配的任务和完成情况。", formula=Linear(),
        source=targets.source, proves_not="登记了岗位目标和完成日期，不证明完成的质量。",
    ),
    Criterion(
        "M5.1", Dim.CONDUCT, "遵纪守法", D(8), formula=Faults(faults={"breach": ("受到批评教育、行政处罚，每次", D(4))}),
        asks="有无违纪违法情况。",
    ),
    Criterion("M5.2", Dim.CONDUCT, "作风、道德", D(6), asks="支部的评价，群众的反映。"),
    Criterion(
        "M5.3", Dim.CONDUCT, "民主评议结果", D(6), Mode.AUTO,
        Steps(steps=(Step(D(3), D(100), "优秀"), Step(D(2), D("66.67"), "合格"), Step(D(1), D("33.33"), "基本合格"))),
        source=Source(appraised, _grade_records),
        proves_not="等次由支部评定，不证明没有照顾情面；评定结果以支部党员大会为准，评定得分不代替民主评议。",
    ),
)  # fmt: skip
