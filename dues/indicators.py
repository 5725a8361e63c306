"""党费 in figures: who has paid up to the month, by members and by amount; who is behind and how long; what was handed up. Beside
the rate stands what raises it on paper alone. The month is the one that is over: before its end dues are still coming in.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    FilteredRelation,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from core.indicators import Indicator, Measure, declare, measures, share
from core.months import YearMonth
from dues.models import Due, Entry, HandUp
from dues.queries.branches import KINDS
from dues.rules.arrears import AGES, Age
from members.indicators import PROBATIONARY_SHARE, member_facts, members
from orgs.facts import Day
from orgs.indicators import MONEY
from orgs.models.party import BRANCH_KINDS
from orgs.subjects import NodeFact, NodeSubject, number_of

RATES = "中组发〔2008〕3号"
PEOPLE = "members"  # of so many members of the branch is what it is due


def month_over(day: Day) -> date:
    """The first day of the last month that is over."""
    return YearMonth.of(day.on).plus(-1).first_day


def _due(month: date) -> FilteredRelation:
    """A member's month: joined, since there is one at most."""
    return FilteredRelation("dues", condition=Q(dues__month=month))


def months_behind(on: date) -> Case:
    """How many months that were over on a day are not paid. `Arrears` are of today, and a month may be stated after its end:
    they say of whom the months have to be counted, besides those of whom the last one is open and no night has counted it."""
    open_then = number_of(Due.objects.open().over(on), "member")
    may_owe = Q(arrears__isnull=False) | Q(due_over__paid__lt=F("due_over__amount"))
    return Case(When(may_owe, then=open_then), default=0, output_field=IntegerField())


member_facts.add(
    NodeFact("due_over", lambda day: _due(month_over(day))),  # type: ignore[arg-type,return-value]
    NodeFact("due_now", lambda day: _due(YearMonth.of(day.on).first_day)),  # type: ignore[arg-type,return-value]
    NodeFact("months_behind", lambda day: months_behind(day.on)),
    NodeFact("token", lambda day: Value(Decimal(str(day.value("dues.token"))))),
)
LIABLE = Q(due_over__amount__gt=0) | Q(due_over__isnull=True, due_now__isnull=True)
UP_TO_DATE = Q(months_behind=0)

of_members = partial(share, group=MONEY, clause=RATES, of=PROBATIONARY_SHARE.denominator, more_is_better=False)
PAID = share(
    code="R11",
    group=MONEY,
    name="党费收缴率",
    clause=RATES,
    basis="名册上应交党费的党员中，上一个月以及以前的党费都已交清的。没有核定的也应交，不算交清；免交的、本月起才核定的不计入。"
    "按每月 %(dues.token)s 元交纳的、免交的、收了没有上缴的，分别列在下面。",
    of=members("members_liable", "应交党费的党员", LIABLE),
    part=("members_paid", "其中已交清", Q(due_over__amount__gt=0) & UP_TO_DATE),
    target=Decimal(100),
)
TOKEN = share(
    code="R11_TOKEN",
    group=MONEY,
    name="收缴率中按最低标准交纳的",
    clause=RATES,
    basis="已交清党费的党员中，每月应交不超过 %(dues.token)s 元的：没有经济收入的才这样核定，应与岗位核对。",
    of=PAID.numerator,
    part=("members_token", "其中每月不超过 %(dues.token)s 元", Q(due_over__amount__lte=F("token"))),
    more_is_better=False,
)
EXEMPT = of_members(
    code="R11_EXEMPT",
    name="免交党费的党员",
    basis="名册上的党员中，上一个月经批准免交的；收缴率不计入。",
    part=("members_exempt", "其中免交", Q(due_over__amount=0)),
)
NOT_ASSESSED = of_members(
    code="DUES_NOT_ASSESSED",
    name="今年没有核定党费的党员",
    basis="名册上的党员中，本月还没有核定党费的。每年年初核定，一月份起重新计算。",
    part=("members_not_assessed", "其中没有核定", Q(due_now__isnull=True)),
)


def _behind(age: Age) -> Q:
    months = Q(months_behind__gte=age.least)
    return months & Q(months_behind__lte=age.most) if age.most else months


BEHIND = tuple(
    of_members(
        code=f"DUES_{age.code.upper()}",
        name=f"欠交党费{age.name}的党员",
        clause="党章第九条" if not age.most else RATES,
        basis=f"名册上的党员中，已经结束的月份里欠交{age.name}的，不论是否连续；本月不算。",
        part=(f"members_behind_{age.code}", f"其中欠交{age.name}", _behind(age)),
    )
    for age in AGES
)


# what was due and what came, month by month
def months_of_year(day: Day) -> QuerySet[Due]:
    """The months of the year that are over; in January those of the year before."""
    last = month_over(day)
    return Due.objects.filter(month__range=(last.replace(month=1), last)).alias(settled=Least("amount", "paid"))


DUES = NodeSubject(
    "dues_months", "应交党费", "人月", frozenset({"region_code"}),
    model=Due, rows=months_of_year, node="party_organization",
)  # fmt: skip
amounts = partial(Measure, DUES, money=True, people=PEOPLE)
DUE = amounts("dues_due", "应交党费金额", sums="amount")
SETTLED = amounts("dues_settled", "其中已交", sums="settled")


# the books
def lines(day: Day) -> QuerySet[Entry]:
    """All lines, a correction as what it corrects; of what was handed up whether that was this year."""
    this_year = ExpressionWrapper(Q(day__year=day.on.year), BooleanField())
    gone = ExpressionWrapper(Q(of="SENT_UP", begun__year=day.on.year), BooleanField())
    begun = {"of": Coalesce("counter_of__kind", "kind"), "begun": Coalesce("counter_of__day", "day")}
    return Entry.objects.alias(**begun).alias(this_year=this_year, gone=gone)


BOOKS = NodeSubject(
    "book_lines", "台账", "笔", frozenset({"region_code"}), model=Entry, rows=lines, node="party_organization"
)
booked = partial(Measure, BOOKS, sums="amount", money=True)
COLLECTED = booked("dues_collected", "今年收缴的党费", Q(book="DUES", of="COLLECTED", this_year=True), people=PEOPLE)
OF_BRANCHES = Q(book="DUES", party_organization__kind__in=[kind.value for kind in BRANCH_KINDS])
TO_HAND_UP = booked("dues_to_hand_up", "党支部今年可以上缴的党费", OF_BRANCHES & Q(gone=False), people=PEOPLE)
KEPT = booked("dues_kept", "其中留在党支部账上", OF_BRANCHES, people=PEOPLE)


def sent(day: Day) -> QuerySet[HandUp]:
    """What was handed up this year, and what still waits."""
    rows = HandUp.objects.filter(Q(sent_on__year=day.on.year) | Q(state=HandUp.State.SENT))
    return rows.exclude(state=HandUp.State.RETURNED)


HAND_UPS = NodeSubject("hand_ups", "上缴", "笔", frozenset({"region_code"}), model=HandUp, rows=sent, node="from_node")
WAITING = Q(state=HandUp.State.SENT)
OF_BRANCH = Q(from_node__kind__in=[kind.value for kind in KINDS])
of_money = partial(Indicator, group=MONEY, clause=RATES)

measures.add(  # by which cuts find every place that has anything of a subject
    Measure(DUES, "dues_months", "应交党费"),
    Measure(BOOKS, "book_lines", "台账"),
    Measure(HAND_UPS, "hand_ups", "上缴"),
)
declare(PAID)
declare(
    of_money(
        code="R11_AMOUNT",
        name="党费收缴率（按金额）",
        basis="今年一月至上一个月应交的党费中，已交的金额（一月份看上一年全年）；多交的不抵其他月份，没有核定的不在内。",
        denominator=DUE,
        numerator=SETTLED,
        target=Decimal(100),
    )
)
declare(TOKEN, EXEMPT, NOT_ASSESSED, *BEHIND)
declare(
    of_money(
        code="DUES_KEPT",
        name="收缴后没有上缴的党费",
        basis="党支部今年可以上缴的党费（以前年度没有上缴的和今年收缴、转入的，大额党费在内）中，仍在党支部账上、没有上缴的金额。",
        denominator=TO_HAND_UP,
        numerator=KEPT,
        more_is_better=False,
    ),
    share(
        code="HAND_UPS_OPEN",
        group=MONEY,
        name="上缴后没有确认的",
        clause=RATES,
        basis="今年上缴的党费中，上级还没有确认收到的笔数；以前年度没有确认的也在内，退回的不算。",
        of=Measure(HAND_UPS, "hand_ups", "上缴"),
        part=("hand_ups_open", "其中待确认", WAITING),
        more_is_better=False,
    ),
    share(
        code="HAND_UPS_AMOUNT",
        group=MONEY,
        name="上缴后没有确认的金额",
        clause=RATES,
        basis="今年党支部、党总支上缴的党费中，上级还没有确认收到的金额；以前年度没有确认的也在内，退回的不算。上级再往上缴的不重复计入。",
        of=Measure(HAND_UPS, "hand_ups_amount", "党支部上缴金额", OF_BRANCH, sums="amount", money=True, people=PEOPLE),
        part=("hand_ups_open_amount", "其中待确认", WAITING),
        more_is_better=False,
    ),
)
