"""工作机制好."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import NamedTuple

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet

from activities.models import ActivityRecord, Obligation, Review
from core.id_sets import among
from core.months import YearMonth
from core.parameters import values_on
from dues.indicators import LIABLE, UP_TO_DATE, months_behind
from dues.queries.funds import has_funds, holdings, income
from evaluations.choices import Dimension
from evaluations.criteria.membership import roll_of
from evaluations.criteria.records import duties, duty
from evaluations.criteria.registry import (
    Criterion,
    Facts,
    Mode,
    Records,
    Share,
    Source,
    by_key,
    criteria,
    keys,
    portions,
)
from evaluations.rules.facts import Fact, Record, Span
from evaluations.rules.formulas import Faults, Linear
from orgs.models import Coverage, Democracy, MassOrganization, VenueUse
from orgs.subjects import number_of

WORK = Dimension.WORK
State = Obligation.State
LIFE = ("CONGRESS", "COMMITTEE", "GROUP", "LECTURE", "THEME_DAY", "LIFE_MEETING", "APPRAISAL")

# --- 3.1 三会一课等 ---------------------------------------------------------------------------------------------------
held_in_time = Share(
    lambda span, on: duties(span, on).filter(kind__in=LIFE), "party_organization", "到期 {of} 项，按时 {counted} 项", "到期 {of} 项，没有按时的",
    lambda row: duty(row, counts=row.state == State.ON_TIME),
    none="期间没有到期的应办事项，无从统计", part=Q(state=State.ON_TIME),
)  # fmt: skip


# --- 3.2 记录规范、按时上报 -------------------------------------------------------------------------------------------
OFTEN = 2  # times that a record came back


def reviewed(span: Span, on: date) -> QuerySet[ActivityRecord]:
    """What was held and reviewed: what still waits for its review is nobody's fault."""
    back = Review.objects.filter(verdict=Review.Verdict.RETURNED)
    rows = ActivityRecord.objects.filed().filter(held_on__range=(span.first, span.upto(on)))
    return rows.exclude(status=ActivityRecord.Status.SUBMITTED).annotate(came_back=number_of(back, "record"))


GOOD = Q(status=ActivityRecord.Status.ACCEPTED) & ~Q(flags__contains="A6")  # A6: later than three working days


def _record(row: ActivityRecord) -> Record:
    late = "，迟交" if "A6" in row.flags else ""
    back = f"，退回 {row.came_back} 次" if row.came_back else ""  # type: ignore[attr-defined]
    good = row.status == ActivityRecord.Status.ACCEPTED and not late
    return Record(f"{row}：{row.get_status_display()}{late}{back}", "activities.activityrecord", row.pk, good)


accepted = Share(
    reviewed, "party_organization", "审核过的记录 {of} 份，按时提交并通过 {counted} 份",
    "审核过的记录 {of} 份，没有按时提交并通过的", _record,
    none="期间没有审核过的记录，无从统计", part=GOOD,
)  # fmt: skip


def in_order(branches: QuerySet, span: Span, on: date) -> Facts:
    """With those that came back twice or more. Three queries."""
    rows = accepted.of(branches, span, on).filter(came_back__gte=OFTEN).order_by().values_list("party_organization")
    often = dict(rows.annotate(Count("pk")))
    facts = dict(accepted.facts(branches, span, on))
    for key, fact in facts.items():
        if fact.known:
            times = often.get(key, 0)
            text = f"{fact.text}，退回两次以上 {times} 份" if times else fact.text
            facts[key] = replace(fact, text=text, faults={"returned": times})
    return facts


# --- 3.3 党费 ---------------------------------------------------------------------------------------------------------
def payers(branches: QuerySet, span: Span, on: date) -> QuerySet:
    """Members with what the conditions of 党费收缴率 (R11) read: of the last month of the time that is over."""
    month = min(YearMonth.of(on).plus(-1), YearMonth.of(span.last)).first_day
    after = YearMonth.of(month).plus(1).first_day
    return roll_of(branches).annotate(
        due_over=FilteredRelation("dues", condition=Q(dues__month=month)),
        due_now=FilteredRelation("dues", condition=Q(dues__month=after)),
        months_behind=months_behind(after),
    )


PAID = Q(due_over__amount__gt=0) & UP_TO_DATE


def paid_up(branches: QuerySet, span: Span, on: date) -> Facts:
    rows = payers(branches, span, on).order_by().values_list("party_organization")
    found = {
        key: numbers
        for key, *numbers in rows.annotate(
            paid=Count("pk", filter=PAID & LIABLE), liable=Count("pk", filter=LIABLE), members=Count("pk")
        )
    }
    facts = {}
    for key in keys(branches):
        paid, liable, members = found.get(key, (0, 0, 0))
        if liable:
            text = f"已交清 {paid} 名" if paid else "都没有交清"
            facts[key] = Fact(f"应交党费的党员 {liable} 名，{text}", counted=paid, of=liable)
        elif members:
            facts[key] = Fact(excluded="党员都经批准免交党费，或本月起才核定")
        else:
            facts[key] = Fact(unknown="名册上没有党员")
    return facts


def _payers(branches: QuerySet, span: Span, on: date) -> Records:
    rows = payers(branches, span, on).filter(LIABLE).annotate(
        settled=Exists(payers(branches, span, on).filter(PAID, pk=OuterRef("pk")))
    )  # fmt: skip
    return by_key(
        (row.party_organization_id, Record(f"{row.name}：{'已交清' if row.settled else '没有交清或没有核定'}", "members.member",
                                           row.pk, row.settled))
        for row in rows.order_by("pk")
    )  # fmt: skip


# --- 3.4 党群共建, 3.6 民主管理: of the units that a branch covers -----------------------------------------------------
class Unit(NamedTuple):
    branch: int
    pk: int
    name: str
    size: int | None


def _units(branches: QuerySet, span: Span, on: date) -> list[Unit]:
    rows = _covered(branches, span.upto(on)).order_by("pk")
    columns = ("party_organization", "organization", "organization__name", "organization__facts__size")
    return [Unit(*row) for row in rows.values_list(*columns)]


def _covered(branches: QuerySet, day: date) -> QuerySet[Coverage]:
    rows: QuerySet[Coverage] = Coverage.objects.on(day).filter(primary=True)
    return rows.filter(party_organization__in=branches.order_by().values("pk"))


class Asked(NamedTuple):
    """A mass organization of a unit: whether it is there, else how many its size has to be for it to be asked for."""

    unit: Unit
    kind: str
    there: bool
    least: int

    @property
    def has(self) -> bool | None:
        """Also where it is not asked for; None where the size of the unit is not known."""
        if self.there:
            return True
        return None if self.unit.size is None else self.unit.size < self.least

    @property
    def record(self) -> Record:
        words = {None: "没有，人数不明", True: "没有，按人数不要求", False: "没有"}
        text = f"{self.unit.name} {MassOrganization.Kind(self.kind).label}：{'已建' if self.there else words[self.has]}"
        return Record(text, "orgs.organization", self.unit.pk, bool(self.has))


NEEDS = {kind: f"five.{kind.lower()}_min" for kind in MassOrganization.Kind.values}


def _masses(branches: QuerySet, span: Span, on: date) -> list[Asked]:
    """Of each unit union, youth and women."""
    day = span.upto(on)
    at_work = (Q(founded_on=None) | Q(founded_on__lte=day)) & (Q(closed_on=None) | Q(closed_on__gt=day))
    rows = MassOrganization.objects.filter(at_work, organization__in=_covered(branches, day).values("organization"))
    there, values = {*rows.values_list("organization", "kind")}, values_on(day)
    return [
        Asked(unit, kind, (unit.pk, kind) in there, int(values[least]))
        for unit in _units(branches, span, on)
        for kind, least in NEEDS.items()
    ]


def mass_organizations(masses: list[Asked], branches: QuerySet, span: Span, on: date) -> Facts:
    """There, or not asked for by the size of the unit. Four queries."""
    found: dict[int, list[Asked]] = defaultdict(list)
    for one in masses:
        found[one.unit.branch].append(one)
    facts = {}
    for key in keys(branches):
        asked = found.get(key, [])
        unclear = {one.unit.name for one in asked if one.has is None}
        if not asked:
            facts[key] = Fact(excluded="没有覆盖的单位")
        elif unclear:
            facts[key] = Fact(unknown=f"{len(unclear)} 家单位人数不明，不知应建哪些群团组织")
        else:
            have = sum(bool(one.has) for one in asked)
            words = f"{len(asked) // len(NEEDS)} 家单位，工会、团组织、妇联应有 {len(asked)} 个，"
            words += f"已有或按人数不要求的 {have} 个" if have else "都没有"
            facts[key] = Fact(words, counted=have, of=len(asked))
    return facts


def _mass_records(masses: list[Asked], branches: QuerySet, span: Span, on: date) -> Records:
    return by_key((one.unit.branch, one.record) for one in masses)


def democracy(units: list[Unit], branches: QuerySet, span: Span, on: date) -> Facts:
    """Units in which any form of it was held in the time. Three queries."""
    day = span.upto(on)
    rows = Democracy.objects.filter(held_on__range=(span.first, day)).values_list("organization", flat=True)
    held, found = {*rows.filter(organization__in=_covered(branches, day).values("organization"))}, defaultdict(list)
    for unit in units:
        found[unit.branch].append(unit.pk in held)
    return portions(branches, found, of="家单位", does="开展了民主管理", none=Fact(excluded="没有覆盖的单位"))


def _democracy_records(units: list[Unit], branches: QuerySet, span: Span, on: date) -> Records:
    day, of = span.upto(on), defaultdict(list)
    for unit in units:
        of[unit.pk].append(unit)
    rows = Democracy.objects.filter(held_on__range=(span.first, day), organization__in=among(of)).order_by(
        "held_on", "pk"
    )
    return by_key(
        (unit.branch, Record(f"{unit.name} {row}", "orgs.organization", unit.pk))
        for row in rows
        for unit in of[row.organization_id]
    )


# --- 3.5 阵地与经费 ---------------------------------------------------------------------------------------------------
def means(branches: QuerySet, span: Span, on: date) -> Facts:
    """A place to meet, money to work with. One query."""
    day = span.upto(on)
    venues = VenueUse.objects.on(day).filter(party_organization=OuterRef("pk"))
    rows = branches.order_by().annotate(venue_=Exists(venues), funds_=has_funds(day))
    return {
        key: Fact(f"{'有' if venue else '没有'}登记活动场所，{'有' if funds else '没有'}活动经费",
                  faults={"venue": int(not venue), "funds": int(not funds)})
        for key, venue, funds in rows.values_list("pk", "venue_", "funds_")
    }  # fmt: skip


def _means(branches: QuerySet, span: Span, on: date) -> Records:
    day, those = span.upto(on), branches.order_by().values("pk")
    uses = VenueUse.objects.on(day).filter(party_organization__in=those).select_related("venue").order_by("pk")
    found = [(one.party_organization_id, Record(f"场所：{one.venue}", "orgs.venueuse", one.pk)) for one in uses]
    lines = [
        (one.party_organization_id, f"{one.day} {one.text}")
        for one in income(day).filter(party_organization__in=those).order_by("day", "pk")
    ]
    lines += [
        (key, f"{day} 结存 {total:,.2f} 元，最后一笔 {last.day} {last.text}")
        for key, total, last in holdings(those, day)
    ]
    found += [(key, Record(f"经费：{text}", "dues.entry", key)) for key, text in lines]
    return by_key(found)


PAPER = "只证明有登记，"
criteria.add(
    Criterion(
        "3.1", WORK, "三会一课、主题党日、组织生活会、民主评议", D(8), Mode.AUTO, Linear(), source=held_in_time.source,
        proves_not="只证明按时上报了记录，不证明活动的质量；与其他记录雷同的、还没有审核的也计入。",
    ),
    Criterion(
        "3.2", WORK, "记录规范、按时上报", D(4), Mode.AUTO, Linear(faults={"returned": ("退回两次以上的记录，每份", D("0.5"))}),
        source=Source(in_order, accepted.records),
        proves_not="按时和通过以审核为准，不证明记录的内容属实；还没有审核的不计。",
    ),
    Criterion(
        "3.3", WORK, "党费按时足额", D(3), Mode.AUTO, Linear(), source=Source(paid_up, _payers),
        proves_not="只看核定的是否交清，不证明核定的基数属实；按最低标准交纳的、收了没有上缴的也计入。",
    ),
    Criterion(
        "3.4", WORK, "党群共建：工会、团组织、妇联", D(3), Mode.AUTO, Linear(),
        source=Source(mass_organizations, _mass_records, _masses),
        proves_not=PAPER + "不证明群团组织开展了活动；按人数不要求的算有。",
    ),
    Criterion(
        "3.5", WORK, "阵地与经费", D(2), Mode.AUTO,
        Faults(faults={"venue": ("没有活动场所", D(1)), "funds": ("没有活动经费", D(1))}), source=Source(means, _means),
        proves_not=PAPER + "不证明场所的面积、设施合乎要求，也不证明经费用得恰当。",
    ),
    Criterion(
        "3.6", WORK, "民主管理", D(0), Mode.AUTO, Linear(), source=Source(democracy, _democracy_records, _units),
        proves_not=PAPER + "职代会、厂务公开等有一次就算，不证明职工的意见得到采纳。",
    ),
)  # fmt: skip
