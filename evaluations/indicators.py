"""五个好 in figures: of every branch and member the newest result that holds, how many reached five goods, and in which of the five
they fall short. A round counts from the day on which it became final, so that no figure tells of what is still open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.indicators import Indicator, Measure, declare, share
from evaluations.choices import Dimension
from evaluations.models import Evaluation, Extra, Goal
from evaluations.queries.distribution import in_dimension
from members.indicators import NO_FORMAL, member_facts, members
from members.models import Member
from members.models.members import ON_THE_ROLL
from orgs.facts import Day
from orgs.indicators import GOODS
from orgs.subjects import NodeFact, NodeSubject, node_facts, number_of


def _newest(of: str) -> Callable[[Day], QuerySet[Evaluation]]:
    """Whoever keeps no score in the newest result has none, whatever he had before."""

    def rows(day: Day) -> QuerySet[Evaluation]:
        return Evaluation.objects.newest_final(of, day.on).filter(exempt="")

    return rows


def _of_branches(day: Day) -> QuerySet[Evaluation]:
    vetoed = Exists(Extra.objects.filter(evaluation=OuterRef("pk"), kind=Extra.Kind.VETO))
    empty = ~Exists(Member.objects.formal().filter(party_organization=OuterRef("party_organization")))
    return (
        _newest("party_organization")(day)
        .filter(party_organization__dissolved_on=None)
        .alias(vetoed=vetoed, empty=empty, **{code: in_dimension(code) for code in Dimension.values})
    )


def _of_members(day: Day) -> QuerySet[Evaluation]:
    """Counted where they are on the roll today; whoever left it since is in it no more."""
    return _newest("member")(day).filter(member__status__in=ON_THE_ROLL)


subject = partial(NodeSubject, keys=frozenset({"region_code"}), model=Evaluation)
BRANCHES = subject("five_branches", "有评定结果的党支部", "个", rows=_of_branches, node="party_organization")
PEOPLE = subject("five_members", "有评定结果的党员", "名", rows=_of_members, node="member__party_organization")
RESULTS = Measure(BRANCHES, "five_branches", "有评定结果的党支部")
LAST = "以每个党支部最近一次确定的评定结果为准，前年以前的不计；还在评定、公示的不计。"

node_facts.add(
    NodeFact(
        "evaluated", lambda day: Exists(_newest("party_organization")(day).filter(party_organization=OuterRef("pk")))
    )
)
EVALUATED = share(
    code="FIVE_EVALUATED",
    name="有“五个好”评定结果的党支部",
    clause="意见三-4",
    group=GOODS,
    basis=f"党支部、联合党支部、临时党支部中，有评定结果的。{LAST}",
    of=NO_FORMAL.denominator,
    part=("branches_evaluated", "其中有评定结果", Q(evaluated=True)),
)
of_branches = partial(share, of=RESULTS, group=GOODS)
FIVE_BRANCHES = of_branches(
    code="FIVE_BRANCHES",
    name="“五个好”党支部",
    clause="意见一",
    basis=f"有评定结果的党支部中，总分和每个方面都达到评分办法规定的分数线、没有一票否决的。{LAST}",
    part=("five_branches_good", "其中“五个好”", Q(five_good=True)),
)
VETOED = of_branches(
    code="FIVE_VETOED",
    name="被一票否决的党支部",
    clause="意见一",
    basis=f"有评定结果的党支部中，被一票否决、没有评定等次的。{LAST}",
    part=("five_branches_vetoed", "其中一票否决", Q(vetoed=True)),
    more_is_better=False,
)


def _reached(code: str, name: str) -> Indicator:
    return of_branches(
        code=f"FIVE_IN_{code}",
        name=f"“{name}”达到分数线的党支部",
        clause="意见一",
        basis=f"有评定结果的党支部中，“{name}”一个方面的得分达到评分办法规定的最低分的。不适用的评分项已折算。{LAST}",
        part=(f"five_in_{code.lower()}", f"其中“{name}”达到", Q(**{f"{code}__gte": F("rubric__five_dimension")})),
    )


# what a branch may reach on paper alone
among_good = partial(share, of=FIVE_BRANCHES.numerator, group=GOODS, clause="意见一", more_is_better=False)
ON_PAPER = (
    among_good(
        code="FIVE_EMPTY",
        name="“五个好”党支部中没有正式党员的",
        basis=f"评为“五个好”的党支部中，现在没有正式党员的。{LAST}",
        part=("five_branches_empty", "其中没有正式党员", Q(empty=True)),
    ),
    among_good(
        code="FIVE_UNASKED",
        name="“五个好”党支部中没有满意率的",
        basis="评为“五个好”的党支部中，没有进行满意度测评，或收回的份数不够，“群众反映好”由评定人凭佐证评分的。" + LAST,
        part=("five_branches_unasked", "其中没有满意率", Q(survey__counted=None)),
    ),
)
DIMENSIONS = tuple(_reached(code, name) for code, name in Dimension.choices)
FIVE_MEMBERS = share(
    code="FIVE_MEMBERS",
    name="“五个好”党员",
    clause="意见一",
    group=GOODS,
    basis="有评定结果的党员中，评定为“五个好”的；年满 %(five.exempt_age)s 周岁或者年老体弱、不评分的不计入。"
    "以每名党员最近一次确定的评定结果为准，前年以前的不计。",
    of=Measure(PEOPLE, "five_members", "有评定结果的党员"),
    part=("five_members_good", "其中“五个好”", Q(five_good=True)),
)

# 争创: set out to reach it, and whether members are looked at at all
set_out = partial(share, group=GOODS, clause="意见二-2", of_year=True)
SAID = "登记了目标不等于达到，达到没有与评定结果并排显示。"
node_facts.add(
    NodeFact(
        "goals_this_year",
        lambda day: number_of(Goal.objects.filter(year=day.on.year, member=None), "party_organization"),
    )
)
member_facts.add(
    NodeFact("five_goal", lambda day: Exists(Goal.objects.filter(year=day.on.year, member=OuterRef("pk")))),
    NodeFact("five_evaluated", lambda day: Exists(_newest("member")(day).filter(member=OuterRef("pk")))),
)
GOALS = (
    set_out(
        code="FIVE_GOALS",
        name="今年有争创目标的党支部",
        basis=f"党支部、联合党支部、临时党支部中，今年登记了支部争创目标的。{SAID}",
        of=NO_FORMAL.denominator,
        part=("branches_with_goal", "其中有争创目标", Q(goals_this_year__gt=0)),
    ),
    set_out(
        code="FIVE_MEMBER_GOALS",
        name="今年有争创目标的党员",
        basis=f"名册上的党员中，今年登记了本人争创目标的。{SAID}",
        of=members("members", "党员"),
        part=("members_with_goal", "其中有争创目标", Q(five_goal=True)),
    ),
)
MEMBERS_EVALUATED = share(
    code="FIVE_MEMBERS_EVALUATED",
    name="有“五个好”评定结果的党员",
    clause="意见三-4",
    group=GOODS,
    basis="名册上的党员中，有评定结果的；年满 %(five.exempt_age)s 周岁或者年老体弱、不评分的没有结果。"
    "以每名党员最近一次确定的评定结果为准，前年以前的不计。",
    of=members("members", "党员"),
    part=("members_evaluated", "其中有评定结果", Q(five_evaluated=True)),
)
declare(EVALUATED, FIVE_BRANCHES, *ON_PAPER, VETOED, *DIMENSIONS, MEMBERS_EVALUATED, FIVE_MEMBERS, *GOALS)
