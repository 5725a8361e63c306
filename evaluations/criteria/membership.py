"""党员队伍好."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from activities.models import ActivityRecord, RoleModelPost
from activities.queries.learning import NOT_YET, with_hours
from activities.queries.mends import holds_post
from evaluations.choices import Dimension
from evaluations.criteria.records import duties
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
    keys,
    portions,
)
from evaluations.rules.facts import MONTHS_OF_A_YEAR, Fact, Record, Span
from evaluations.rules.formulas import Faults, Linear, plain
from members.models import Member

MEMBERS = Dimension.MEMBERS
FILLED = {  # what a member's row should say, and when it does
    "公民身份号码": Q(id_digest__isnull=False),
    "性别": ~Q(sex=Member.Sex.UNKNOWN),
    "出生日期": Q(born_on__isnull=False),
    "民族": ~Q(ethnicity=""),
    "学历": ~Q(education=""),
    "联系电话": ~Q(phone=""),
    "岗位": ~Q(job=""),
    "入党日期": Q(joined_on__isnull=False),
}
FORMAL = Q(status=Member.Status.FORMAL)
CONFIRMED = Q(formal_on__isnull=False)  # asked of whoever is 正式党员


def roll_of(branches: QuerySet) -> QuerySet[Member]:
    """Who is on the roll of some branches today."""
    return Member.objects.on_the_roll().filter(party_organization__in=branches.order_by().values("pk"))


# --- 2.1 台账完整 -----------------------------------------------------------------------------------------------------
def filled(branches: QuerySet, span: Span, on: date) -> Facts:
    """Fields that say something, of all that should. Two queries."""
    asked = {f"has_{place}": Count("pk", filter=condition) for place, condition in enumerate(FILLED.values())}
    rows = roll_of(branches).order_by().values_list("party_organization")
    found = {
        key: (members, formal, sum(has))
        for key, members, formal, *has in rows.annotate(
            members=Count("pk"),
            formal=Count("pk", filter=FORMAL),
            **asked,
            confirmed=Count("pk", filter=FORMAL & CONFIRMED),
        )
    }
    facts = {}
    for key in keys(branches):
        members, formal, has = found.get(key, (0, 0, 0))
        of = members * len(FILLED) + formal
        words = f"{members} 名党员应填 {of} 项，{f'已填 {has} 项' if has else '都没有填'}"
        facts[key] = Fact(words, counted=has, of=of) if of else Fact(unknown="名册上没有党员")
    return facts


def _rows_filled(branches: QuerySet, span: Span, on: date) -> Records:
    """A line each, which names what is missing and shows nothing that is there."""
    conditions = {f"has_{place}": Exists(_same().filter(one)) for place, one in enumerate(FILLED.values())}
    rows = (
        roll_of(branches).annotate(**conditions, confirmed=Exists(_same().filter(~FORMAL | CONFIRMED))).order_by("pk")
    )
    names = {**{f"has_{place}": name for place, name in enumerate(FILLED)}, "confirmed": "转正日期"}
    found = []
    for row in rows:
        missing = [name for column, name in names.items() if not getattr(row, column)]
        text = f"{row.name}：缺{'、'.join(missing)}" if missing else f"{row.name}：齐全"
        found.append((row.party_organization_id, Record(text, "members.member", row.pk, not missing)))
    return by_key(found)


def _same() -> QuerySet[Member]:
    return Member.objects.filter(pk=OuterRef("pk"))


# --- 2.2 出勤 ---------------------------------------------------------------------------------------------------------
def held(span: Span, on: date) -> QuerySet[ActivityRecord]:
    """What was held, is handed in and did not come back, where it is known who should have come."""
    rows = ActivityRecord.objects.filter(held_on__range=(span.first, span.upto(on)), expected__gt=0)
    return rows.exclude(status__in=NOT_YET)


came = Share(
    held, "party_organization", "应到 {of} 人次，实到 {counted} 人次", "应到 {of} 人次，没有人到会",
    lambda row: Record(f"{row}：应到 {row.expected}，实到 {row.present}", "activities.activityrecord", row.pk),
    none="期间没有登记到会的记录，也没有到期的应办事项", sums=("present", "expected"),
)  # fmt: skip


def attendance(branches: QuerySet, span: Span, on: date) -> Facts:
    """A branch of which something was due and that filed nothing has none. Three queries."""
    facts = dict(came.facts(branches, span, on))
    silent = [key for key, fact in facts.items() if not fact.known]
    rows = duties(span, on).filter(party_organization__in=branches.order_by().values("pk")).order_by()
    due = dict(rows.values_list("party_organization").annotate(Count("pk")))
    for key in silent:
        if key in due:
            facts[key] = Fact(f"应办 {due[key]} 项，没有上报到会情况", counted=0, of=due[key])
    return facts


# --- 2.3 学时 ---------------------------------------------------------------------------------------------------------
def enough_hours(learned: QuerySet, branches: QuerySet, span: Span, on: date) -> Facts:
    """Members who have what is asked of them, of half a year half of it. Three queries."""
    counted: dict[int, list[bool]] = {}
    for key, _, _, hours, wanted in learned:
        counted.setdefault(key, []).append(enough(hours, wanted, span))
    return portions(branches, counted, of="名党员", does="学时达标", none=Fact(unknown="名册上没有党员"))


def enough(hours: D, wanted: int, span: Span) -> bool:
    return hours * MONTHS_OF_A_YEAR >= wanted * span.months


def _learned(branches: QuerySet, span: Span, on: date) -> QuerySet:
    rows = with_hours(roll_of(branches), on=span.upto(on), since=span.first).order_by("pk")
    return rows.values_list("party_organization", "pk", "name", "hours", "wanted")


def _hours_of_each(learned: QuerySet, branches: QuerySet, span: Span, on: date) -> Records:
    return by_key(
        (
            key,
            Record(
                f"{name}：{plain(hours)} 学时，应达到 {plain(D(wanted) * span.months / MONTHS_OF_A_YEAR)} 学时",
                "members.member", pk, enough(hours, wanted, span),
            ),
        )
        for key, pk, name, hours, wanted in learned
    )  # fmt: skip


criteria.add(
    Criterion(
        "2.1", MEMBERS, "党员台账完整", D(4), Mode.AUTO, Linear(), source=Source(filled, _rows_filled),
        proves_not="只看是否填写，不证明所填属实；积极分子、流动党员的台账没有登记，不在其中。",
    ),
    Criterion(
        "2.2", MEMBERS, "组织生活出勤", D(5), Mode.AUTO, Linear(full=D(85), none=D(60)),
        source=Source(attendance, came.records),
        proves_not="到会由支部自己填报，没有核对签到；退回的记录不计，还没有审核的计入。",
    ),
    Criterion(
        "2.3", MEMBERS, "党员培训学时", D(3), Mode.AUTO, Linear(), source=Source(enough_hours, _hours_of_each, _learned),
        proves_not="只证明登记了学时，不证明学到了什么；支部自己的党课、主题党日也计入。",
    ),
    Criterion(
        "2.4", MEMBERS, "发展党员规范", D(4),
        formula=Faults(faults={"plan": ("没有发展计划", D(2)), "breach": ("程序不合规，每处", D(1))}),
        asks="年度发展计划；发展对象的全程纪实材料。",
    ),
)  # fmt: skip


# --- 2.5 责任区、先锋岗 -----------------------------------------------------------------------------------------------
def role_models(branches: QuerySet, span: Span, on: date) -> Facts:
    """Members who hold one in their own branch. Two queries."""
    rows = roll_of(branches).annotate(holds=holds_post(span.upto(on))).order_by().values_list("party_organization")
    found = {key: numbers for key, *numbers in rows.annotate(held=Count("pk", filter=Q(holds=True)), of=Count("pk"))}
    facts = {}
    for key in keys(branches):
        number, of = found.get(key, (0, 0))
        words = f"{of} 名党员{f'中 {number} 名' if number else '都没有'}承担责任区、先锋岗"
        facts[key] = Fact(words, counted=number, of=of) if of else Fact(unknown="名册上没有党员")
    return facts


posts_held = Number(
    lambda span, on: RoleModelPost.objects.on(span.upto(on)), "party_organization", "承担责任区、先锋岗 {} 人次", "没有承担责任区、先锋岗的",
    lambda row: Record(f"{row}，{row.get_kind_display()}", "activities.rolemodelpost", row.pk), related=("member",),
)  # fmt: skip
criteria.add(
    Criterion(
        "2.5", MEMBERS, "责任区、先锋岗、承诺践诺", D(4), formula=Linear(),
        asks="责任区、先锋岗名单和照片；承诺书和践诺情况。按承担的党员所占的比例评分。",
        source=Source(role_models, posts_held.records),
        proves_not="登记了责任区、先锋岗，不证明起了作用，也不证明承诺已经兑现。",
    )
)  # fmt: skip
