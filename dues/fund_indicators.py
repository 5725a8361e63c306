"""经费 in figures: what came back of dues, where applications wait and how long, which branches have money, what is unspent and
what it was used for."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from core.indicators import Indicator, Measure, declare, measures, share
from dues.indicators import COLLECTED, PEOPLE, booked
from dues.models import Book, EntryKind, Refund, Spending
from dues.queries.funds import had_funds, has_funds, published
from dues.rules.uses import ALLOWED
from members.indicators import NO_FORMAL
from orgs.facts import Day
from orgs.indicators import MONEY
from orgs.subjects import NodeFact, NodeSubject, node_facts, number_of

State = Refund.State
REGION = frozenset({"region_code"})
FUND = Q(book=Book.FUND)
RETURN, USE = "意见三-3", "中组发〔2008〕3号"
of_branches = partial(share, group=MONEY, of=NO_FORMAL.denominator)

# what came back
REFUNDED = Indicator(
    code="REFUNDED",
    group=MONEY,
    name="党费返还率",
    clause=RETURN,
    basis="今年收缴的党费中，今年返还到党支部账上的金额；返还的可以是上一年度的党费。大额党费全部上缴，不计入。",
    denominator=COLLECTED,
    numerator=booked("refunds_received", "今年返还到账", FUND & Q(of="REFUND", this_year=True), people=PEOPLE),
)


def received(day: Day) -> QuerySet[Refund]:
    """By the day on which the money was booked: it may be confirmed later, in another year."""
    return Refund.objects.filter(kind=Refund.Kind.REFUND, received_entry__day__year=day.on.year)


node_facts.add(
    NodeFact("refunds_this_year", lambda day: number_of(received(day), "party_organization")),
    NodeFact("funded", lambda day: has_funds(day.on)),
    NodeFact("had_funds", lambda day: had_funds(day.on.year - 1)),
    NodeFact("published", lambda day: published(day.on.year - 1)),
)

REFUND_BRANCHES = of_branches(
    code="REFUND_BRANCHES",
    name="今年有返还到账的党支部",
    clause=RETURN,
    basis="党支部、联合党支部、临时党支部中，今年返还的党费已确认到账的。",
    part=("branches_refunded", "其中有返还到账", Q(refunds_this_year__gt=0)),
)
FUNDED = of_branches(
    code="FUNDED",
    name="有活动经费的党支部",
    clause=RETURN,
    basis="党支部、联合党支部、临时党支部中，今年有经费收入（返还、补助、单位列支、赞助、财政），或账上还有结余的；没有计入的就是没有活动经费的。",
    part=("branches_funded", "其中有活动经费", Q(funded=True)),
)

# by which of the many channels money came
OF_YEAR = booked("fund_came", "今年的经费收入", FUND & Q(this_year=True) & ~Q(of__in=["SPENT", "OPENING", "CARRIED"]))
CAME = tuple(
    share(
        code=f"CAME_{kind}",
        group=MONEY,
        name=f"经费来自{kind.label}",
        clause=RETURN,
        basis=f"今年的经费收入（返还、补助、单位列支、赞助、财政）中，来自{kind.label}的金额。",
        of=OF_YEAR,
        part=(f"fund_came_{kind.lower()}", f"其中{kind.label}", Q(of=kind)),
    )
    for kind in (EntryKind.REFUND, EntryKind.GRANT, EntryKind.FEE, EntryKind.SPONSORSHIP, EntryKind.PUBLIC)
)


# where applications wait
def waiting(day: Day) -> QuerySet[Refund]:
    since = day.on - timedelta(days=int(day.value("dues.waiting_days")))
    return Refund.objects.waiting().alias(
        long=ExpressionWrapper(Q(state_on__lt=since), BooleanField()),
    )


WAITING = NodeSubject(
    "refunds_open", "办理中的返还、补助申请", "件", REGION, model=Refund, rows=waiting, node="party_organization"
)
OPEN = Measure(WAITING, "refunds_open", "办理中的返还、补助申请")
waits = partial(share, group=MONEY, clause=RETURN, of=OPEN, more_is_better=False)
AT = (  # the state, with whom it waits and for what
    (State.LISTED, "党支部", "还没有申请"),
    (State.RETURNED, "党支部", "退回后没有重新申请"),
    (State.APPLIED, "街道、行业党委", "待审核"),
    (State.REVIEWED, "县级以上组织部门", "待审批"),
    (State.APPROVED, "县级以上组织部门", "待拨付"),
    (State.PAID, "党支部", "待确认到账"),
)
WAIT = tuple(
    waits(
        code=f"WAIT_{state.value}",
        name=f"申请停在{whom}（{why}）",
        basis=f"办理中的返还党费、补助申请中，现在停在{whom}，{why}的；在谁手里、已等几天，组织部门在“返还党费”中查看。",
        part=(f"refunds_{state.value.lower()}", f"其中{why}", Q(state=state)),
    )
    for state, whom, why in AT
)
WAIT_LONG = waits(
    code="WAIT_LONG",
    name="申请停留超过 %(dues.waiting_days)s 天",
    basis="办理中的返还党费、补助申请中，在同一步停留超过 %(dues.waiting_days)s 天的。",
    part=("refunds_long", "其中超过 %(dues.waiting_days)s 天", Q(long=True)),
)

# what is there, and what it was used for
UNSPENT = Indicator(
    code="UNSPENT",
    group=MONEY,
    name="活动经费结余",
    clause=USE,
    basis="活动经费的全部收入（含以前年度和期初余额）中，还没有使用的金额。",
    denominator=booked("fund_income", "活动经费收入", FUND & ~Q(of="SPENT"), people=PEOPLE),
    numerator=booked("fund_balance", "其中结余", FUND, people=PEOPLE),
    more_is_better=False,
)


def spent(day: Day) -> QuerySet[Spending]:
    """What was used this year and not countered since."""
    return Spending.objects.filter(
        state=Spending.State.SPENT, spent_on__year=day.on.year, entry__countered_by__isnull=True
    )


SPENDINGS = NodeSubject(
    "fund_spendings", "经费使用", "笔", REGION, model=Spending, rows=spent, node="party_organization"
)
measures.add(Measure(SPENDINGS, "fund_spendings", "经费使用"))
SPENT = Measure(SPENDINGS, "fund_spent", "今年使用的活动经费", sums="amount", money=True)
USED = tuple(
    share(
        code=f"SPENT_{use.code}",
        group=MONEY,
        name=f"经费用于{use.name}",
        clause=USE,
        basis=f"今年使用的活动经费中，用于{use.name}的金额：{use.what}。",
        of=SPENT,
        part=(f"fund_spent_{use.code.lower()}", f"其中{use.name}", Q(use=use.code)),
    )
    for use in ALLOWED
)

PUBLISHED = share(
    code="FUNDS_PUBLISHED",
    group=MONEY,
    name="公开了上一年经费收支的党支部",
    clause=USE,
    basis="上一年有经费收支的党支部、联合党支部、临时党支部中，已向党员公开上一年收支的。",
    of=NO_FORMAL.denominator.part("branches_had_funds", "上一年有经费收支的党支部", Q(had_funds=True)),
    part=("branches_published", "其中已公开", Q(published=True)),
)

declare(REFUNDED, REFUND_BRANCHES, FUNDED, *CAME, *WAIT, WAIT_LONG, UNSPENT, *USED, PUBLISHED)
