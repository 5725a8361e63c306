"""领导班子好."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal as D

from django.db.models import Count, Q, QuerySet

from activities.models import Attendance, Contribution, Obligation, Pledge, Training
from activities.queries.learning import with_hours
from core.months import YearMonth
from core.parameters import values_on
from evaluations.choices import Category, Dimension
from evaluations.criteria.records import HELD, course, duties, duty, learned_at, lesson
from evaluations.criteria.registry import (
    Criterion,
    Facts,
    Mode,
    Number,
    Records,
    Source,
    by_key,
    criteria,
    keys,
    together,
)
from evaluations.criteria.results import deeds
from evaluations.rules.facts import MONTHS_OF_A_YEAR, Fact, Record, Span
from evaluations.rules.formulas import Faults, Linear, Step, Steps, plain
from members.models import Member, Post, Term
from members.models.posts import LEADING
from orgs.subjects import number_of

LEAST_COMMITTEE = 3  # a committee has three members or more (支部条例)
TEAM = Dimension.TEAM


# --- 1.1 班子健全、按期换届 -------------------------------------------------------------------------------------------
def team(begun: QuerySet[Term], branches: QuerySet, span: Span, on: date) -> Facts:
    """Who holds posts at the end of the time, and until when the newest term runs, with its extension. Five queries."""
    day = span.upto(on)
    posts = Post.objects.filter(party_organization__in=branches.order_by().values("pk")).order_by()
    known = {*posts.values_list("party_organization", flat=True).distinct()}
    held = posts.on(day).values_list("party_organization")
    counted = {
        key: numbers
        for key, *numbers in held.annotate(
            secretaries=Count("pk", filter=Q(post=Post.Kind.SECRETARY)),
            others=Count("pk", filter=~Q(post__in=LEADING)),
            people=Count("name", distinct=True),
        )
    }
    ends = {term.party_organization_id: term.until for term in begun}
    least = int(values_on(day)["org.committee_min_formal"])
    rows = branches.order_by().annotate(formal_=number_of(Member.objects.formal(), "party_organization"))
    return {
        key: _team(key in known, counted.get(key, [0, 0, 0]), formal, least, ends.get(key) or ends_on, day)
        for key, formal, ends_on in rows.values_list("pk", "formal_", "term_ends_on")
    }


def _team(known: bool, posts: list[int], formal: int, least: int, until: date | None, day: date) -> Fact:
    missing = [*([] if known else ["班子职务"]), *([] if until else ["任期"])]
    if until is None or not known:
        return Fact(unknown=f"还没有登记{'和'.join(missing)}")
    secretaries, others, people = posts
    committee = f"支委会 {people} 人" if others else "没有支委会"
    return Fact(
        f"{'书记在任' if secretaries else '没有在任书记'}，{f'正式党员 {formal} 名' if formal else '没有正式党员'}，{committee}，任期至 {until}",
        faults={
            "secretary": int(not secretaries),
            "committee": int(formal >= least and not others),
            "vacant": int(others > 0 and people < LEAST_COMMITTEE),
            "overdue": int(until < day),
        },
    )


def terms(branches: QuerySet, day: date) -> QuerySet[Term]:
    """Those that had begun by a day, the newest of each branch last."""
    rows = Term.objects.filter(party_organization__in=branches.order_by().values("pk"), elected_on__lte=day)
    return rows.order_by("elected_on")


def team_records(begun: QuerySet[Term], branches: QuerySet, span: Span, on: date) -> Records:
    """Posts that are held, and the newest term."""
    day = span.upto(on)
    posts = Post.objects.on(day).filter(party_organization__in=branches.order_by().values("pk")).order_by("pk")
    newest = {term.party_organization_id: term for term in begun}
    found = [(one.party_organization_id, Record(f"{one}，{one.since} 任职", "members.post", one.pk)) for one in posts]
    found += [
        (key, Record(f"{one}，任期至 {one.until}", "members.term", one.pk, one.until >= day))
        for key, one in newest.items()
    ]
    return by_key(found)


criteria.add(
    Criterion(
        "1.1", TEAM, "班子健全、按期换届", D(5), Mode.AUTO,
        Faults(faults={
            "secretary": ("没有在任书记", D(2)), "committee": ("应设支委会而没有设", D(1)),
            "vacant": ("支委会不足三人", D(1)), "overdue": ("任期届满没有换届或批准延期", D(2)),
        }),
        source=Source(team, team_records, lambda branches, span, on: terms(branches, span.upto(on))),
        proves_not="职务和任期以登记为准，不证明在职人员实际履职，也不证明选举程序合规。",
        differs={Category.JOINT: D(6)},
    )
)  # fmt: skip


# --- 1.2, 1.6 书记培训 ------------------------------------------------------------------------------------------------
def _held_by_secretaries(branches: QuerySet, day: date) -> QuerySet[Post]:
    those = branches.order_by().values("pk")
    rows: QuerySet[Post] = Post.objects.on(day).filter(post=Post.Kind.SECRETARY, party_organization__in=those)
    return rows


Secretaries = dict[int, tuple[int | None, str]]


def _secretaries(branches: QuerySet, span: Span, on: date) -> Secretaries:
    """By branch: the member who is its secretary, who may be none of ours, and the name."""
    rows = _held_by_secretaries(branches, span.upto(on)).order_by("since", "pk")
    columns = rows.values_list("party_organization", "member", "name")
    return {branch: (member, name) for branch, member, name in columns}


def _without(secretary: tuple[int | None, str] | None) -> str:
    if secretary is None:
        return "没有在任书记，无从统计"
    return "" if secretary[0] else f"书记 {secretary[1]} 不在本系统的党员名册上，无从统计"


def secretary_hours(found: Secretaries, branches: QuerySet, span: Span, on: date) -> Facts:
    """Of whoever is secretary at the end of the time; of half a year half of the hours are asked. Four queries."""
    day = span.upto(on)
    rows = with_hours(Member.objects.filter(pk__in=_members_of(branches, day)), on=day, since=span.first)
    learned = {pk: (hours, wanted) for pk, hours, wanted in rows.values_list("pk", "hours", "wanted")}
    facts = {}
    for key in keys(branches):
        if why := _without(found.get(key)):
            facts[key] = Fact(unknown=why)
        else:
            member, name = found[key]
            hours, wanted = learned[member]
            asked = D(wanted) * span.months / MONTHS_OF_A_YEAR
            text = f"书记 {name} {plain(hours)} 学时，应达到 {plain(asked)} 学时"
            facts[key] = Fact(text, counted=hours, of=asked)
    return facts


def _members_of(branches: QuerySet, day: date) -> QuerySet:
    return _held_by_secretaries(branches, day).filter(member__isnull=False).values("member")


def secretary_courses(found: Secretaries, branches: QuerySet, span: Span, on: date) -> Facts:
    """Courses that are entered for whoever is secretary at the end of the time. A year asks for one, which half a year cannot
    halve: they are those of the twelve months that end with it. Three queries."""
    rows = _courses(branches, _year_of(span).first, span.upto(on)).order_by().values_list("member")
    within = "" if _year_of(span) == span else f"到 {span.last} 的十二个月内"
    times = dict(rows.annotate(times=Count("pk")))
    facts = {}
    for key in keys(branches):
        if why := _without(found.get(key)):
            facts[key] = Fact(unknown=why)
        else:
            member, name = found[key]
            number = times.get(member, 0)
            facts[key] = Fact(
                f"书记 {name} {within}{f'参加集中培训 {number} 次' if number else '没有参加集中培训'}", value=number
            )
    return facts


def _year_of(span: Span) -> Span:
    """The twelve months that end with it."""
    return Span(YearMonth.of(span.last).plus(1 - MONTHS_OF_A_YEAR).first_day, span.last)


def _courses(branches: QuerySet, since: date, day: date) -> QuerySet[Training]:
    return Training.objects.filter(member__in=_members_of(branches, day), held_on__range=(since, day), hours__gt=0)


def _course_records(found: Secretaries, branches: QuerySet, span: Span, on: date) -> Records:
    rows = _courses(branches, _year_of(span).first, span.upto(on)).order_by("held_on", "pk")
    of = _branches_of(found)
    return by_key((branch, course(row)) for row in rows for branch in of[row.member_id])


def _branches_of(secretaries: Secretaries) -> dict[int, list[int]]:
    """By member: the branches of which it is the secretary."""
    found: dict[int, list[int]] = defaultdict(list)
    for branch, (member, _) in secretaries.items():
        if member:
            found[member].append(branch)
    return found


def _hour_records(secretaries: Secretaries, branches: QuerySet, span: Span, on: date) -> Records:
    day, of = span.upto(on), _branches_of(secretaries)
    came = learned_at(Attendance.objects.filter(member__in=_members_of(branches, day)), span, day)
    found = [(row.member_id, lesson(row)) for row in came]
    found += [(row.member_id, course(row)) for row in _courses(branches, span.first, day).order_by("held_on", "pk")]
    return by_key((branch, record) for member, record in found for branch in of[member])


criteria.add(
    Criterion(
        "1.2", TEAM, "书记培训学时", D(2), Mode.AUTO, Linear(), source=Source(secretary_hours, _hour_records, _secretaries),
        proves_not="只证明登记了学时，不证明学到了什么；支部自己的党课、主题党日也计入。",
        differs={Category.JOINT: D(3)},
    ),
    Criterion(
        "1.6", TEAM, "书记参加集中培训", D(1), Mode.AUTO, Steps(steps=(Step(D(1), D(100)),), unit="次"),
        source=Source(secretary_courses, _course_records, _secretaries),
        proves_not="只证明登记了培训，不区分由哪一级举办，也不证明考核合格；半年的评定计入到期末为止的十二个月。",
    ),
)  # fmt: skip


# --- 1.5 支委会按月 ---------------------------------------------------------------------------------------------------
MEETINGS = ("COMMITTEE", "CONGRESS")


def _meetings(branches: QuerySet, span: Span, on: date) -> QuerySet[Obligation]:
    return duties(span, on).filter(kind__in=MEETINGS, party_organization__in=branches.order_by().values("pk"))


def committee_meetings(branches: QuerySet, span: Span, on: date) -> Facts:
    """Months of 支委会 that were held; where no committee is asked to meet, quarters of 党员大会. Two queries."""
    rows = _meetings(branches, span, on).order_by().values_list("party_organization", "kind")
    counted = {
        (key, kind): numbers
        for key, kind, *numbers in rows.annotate(held=Count("pk", filter=Q(state__in=HELD)), due=Count("pk"))
    }
    facts = {}
    for key in keys(branches):
        kind = next((kind for kind in MEETINGS if (key, kind) in counted), "")
        if not kind:
            facts[key] = Fact(unknown="期间没有到期的支委会、党员大会应办事项，无从统计")
        else:
            held, due = counted[key, kind]
            name = "支委会" if kind == "COMMITTEE" else "没有支委会，党员大会"
            text = f"召开 {held} 次" if held else "没有召开"
            facts[key] = Fact(f"{name}应召开 {due} 次，{text}", counted=held, of=due)
    return facts


def _meeting_records(branches: QuerySet, span: Span, on: date) -> Records:
    rows = list(_meetings(branches, span, on).order_by("month", "pk"))
    with_one = {row.party_organization_id for row in rows if row.kind == MEETINGS[0]}
    those = (row for row in rows if (row.kind == MEETINGS[0]) == (row.party_organization_id in with_one))
    return by_key((row.party_organization_id, duty(row, counts=row.state in HELD)) for row in those)


criteria.add(
    Criterion(
        "1.5", TEAM, "支委会按月召开", D(4), Mode.AUTO, Linear(), source=Source(committee_meetings, _meeting_records),
        proves_not="只证明上报了记录，不证明会议的质量；迟报、未审核的也计入，与其他记录雷同的另在审核中提示。",
        differs={Category.JOINT: D(6)},
    )
)  # fmt: skip


# --- judged -----------------------------------------------------------------------------------------------------------
managers = Number(
    lambda span, on: Post.objects.on(span.upto(on)).filter(source=Post.Source.MANAGEMENT),
    "party_organization", "班子中来自本单位管理层的 {} 人次", "班子中没有来自本单位管理层的",
    lambda row: Record(str(row), "members.post", row.pk),
)  # fmt: skip
pledges = Number(
    lambda span, on: Pledge.objects.filter(year__range=(span.first.year, span.last.year), signed_on__lte=span.upto(on)),
    "party_organization", "登记责任书 {} 份", "没有登记责任书",
    lambda row: Record(f"{row}，{row.signed_on} 签订", "activities.pledge", row.pk),
)  # fmt: skip
criteria.add(
    Criterion(
        "1.3", TEAM, "双向进入、交叉任职，参与重大决策", D(4),
        formula=Faults(faults={"none": ("没有双向进入", D(2)), "decisions": ("没有参与决策的记录", D(2))}),
        asks="任职文件；党组织参与重大决策的会议记录。",
        source=together(managers, deeds(Contribution.Kind.DECISIONS)),
        proves_not="班子成员来自管理层，不证明党组织成员进入了决策层；参与决策由支部自己登记，不证明意见得到采纳。",
        differs={Category.JOINT: D(0)},
    ),
    Criterion(
        "1.4", TEAM, "责任书与述职", D(4),
        formula=Faults(faults={
            "letter": ("没有签订责任书", D(2)), "report": ("没有述职", D(1)), "rated": ("述职评议“好”不足 95%，", D(1)),
        }),
        asks="责任书；述职报告；述职评议的票数。",
        source=pledges.source,
        proves_not="登记了责任书，不证明所承诺的已经完成，也不证明进行了述职。",
    ),
)  # fmt: skip
