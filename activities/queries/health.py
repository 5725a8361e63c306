"""The health sheet of a branch: twelve months at a glance, who came, hours, term, what is missing and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from activities.models import ActivityRecord, Appraisal, Obligation, Rectification
from activities.models.months import DUTIES
from activities.queries.appraisals import appraisal_of, meeting
from activities.queries.asks import asks, latest_answer
from activities.queries.learning import Hours, learned_of
from activities.queries.mends import Mend, lacks
from activities.queries.months import last_months
from activities.rules.appraisal import meetings_of, year_of_meeting
from core.formats import some
from core.indicators import percent
from core.months import YearMonth
from orgs.models import PartyOrganization

State = Obligation.State
SIGNS = {  # how each state is drawn, with its word
    State.ON_TIME: ("✓", "按时", "done"),
    State.LATE: ("◐", "迟报", "late"),
    State.NOT_HELD: ("✕", "未开展", "late"),
    State.OPEN: ("–", "未上报", "due"),
    "ahead": ("○", "未到期", ""),
    "": ("·", "不要求", "quiet"),
}
MONTHS, NAMED = 12, 3


@dataclass(frozen=True)
class Sign:
    sign: str
    word: str
    css: str
    month: YearMonth
    record: int | None = None  # the record that settled it


@dataclass(frozen=True)
class Health:
    """What the sheet of a branch shows, before it is drawn."""

    months: list[YearMonth]
    grid: list[tuple[str, list[Sign]]]
    attendance: list[tuple[YearMonth, Any]]  # percent of those who should have come
    learned: Hours
    mends: list[Mend]
    returned: int
    appraisal: Appraisal | None  # of this year
    met: ActivityRecord | None  # the record of its meeting, where nothing else of it is known
    open: int  # 整改 that is not done


def health_of(branch: PartyOrganization, *, on: date) -> Health:
    """As many queries for a branch with a full year as for a new one."""
    months = last_months(on, MONTHS)[::-1]
    days = [month.first_day for month in months]
    rows = Obligation.objects.filter(party_organization=branch, month__in=days).order_by("due_on", "pk")
    duties = list(rows.select_related("group"))
    filed = ActivityRecord.objects.filed().filter(party_organization=branch)
    learned, year = learned_of(branch, on=on), year_of_meeting(on)
    appraisal = appraisal_of(branch, year=year)
    met = None if appraisal else meeting(branch, None, year=year)
    returned = list(filed.filter(status=ActivityRecord.Status.RETURNED).order_by("held_on", "pk"))
    return Health(
        months,
        _grid(duties, months, on),
        _attendance(filed, months),
        learned,
        [
            *_missing(duties, on),
            *_returned(returned),
            *_unanswered(filed, on),
            *_of_appraisal(appraisal, met, on),
            *_of_term(branch, on),
            *_short(learned, on),
            *_of_the_year(branch, on),
        ],
        len(returned),
        appraisal,
        met,
        Rectification.objects.filter(party_organization=branch, done_on=None).count(),
    )


def _grid(duties: list[Obligation], months: list[YearMonth], on: date) -> list[tuple[str, list[Sign]]]:
    """A line for each kind that is asked of the branch; of several groups the worst counts."""
    found: dict[str, dict[date, Obligation]] = {}
    worst = [State.OPEN, State.NOT_HELD, State.LATE, State.ON_TIME]
    for duty in duties:
        of_kind = found.setdefault(duty.kind, {})
        held = of_kind.get(duty.month)
        if held is None or worst.index(State(duty.state)) < worst.index(State(held.state)):
            of_kind[duty.month] = duty
    return [
        (name, [sign_of(found[kind].get(month.first_day), month, on) for month in months])
        for kind, name in DUTIES
        if kind in found
    ]


def sign_of(duty: Obligation | None, month: YearMonth, on: date) -> Sign:
    """What a month shows of what was due in it."""
    state = "" if duty is None else "ahead" if duty.state == State.OPEN and duty.due_on >= on else duty.state
    return Sign(*SIGNS[state], month, duty.record_id if duty else None)


def _attendance(filed: Any, months: list[YearMonth]) -> list[tuple[YearMonth, Any]]:
    """Of whom it was expected, how many came, by month. One query."""
    rows = filed.filter(held_on__range=(months[0].first_day, months[-1].last_day), expected__gt=0).order_by()
    of_month = {
        day: (present, expected)
        for day, present, expected in rows.annotate(of=TruncMonth("held_on"))
        .values_list("of")
        .annotate(Sum("present"), Sum("expected"))
    }
    return [(month, percent(*of_month.get(month.first_day, (None, None)))) for month in months]


def _missing(duties: list[Obligation], on: date) -> Iterator[Mend]:
    """What nothing came of: all of it is mended alike, a line for each kind with its months, so that the sheet stays one page."""
    missing: dict[str, list[YearMonth]] = {}
    late = [duty for duty in duties if duty.state == State.OPEN and duty.due_on < on]
    for duty in late:
        name = f"{duty.get_kind_display()}{f'（{duty.group}）' if duty.group else ''}"
        missing.setdefault(name, []).append(YearMonth.of(duty.month))
    if late:
        lines = (f"{name}未上报：{_listed(months)}" for name, months in missing.items())
        how = "已开展的，补报活动记录并写明迟报原因；没有开展的，说明未开展的原因，并尽快补上"
        yield Mend("\n".join(lines), how, late[0].due_on)


def _listed(months: list[YearMonth]) -> str:
    """Months in their order, each year named once."""
    years: dict[int, list[int]] = {}
    for one in months:
        years.setdefault(one.year, []).append(one.month)
    return "，".join(f"{year} 年 {'、'.join(map(str, sorted(set(numbers))))} 月" for year, numbers in years.items())


def _returned(records: list[ActivityRecord]) -> Iterator[Mend]:
    if records:
        yield Mend(f"{some(records, most=NAMED, unit='份')}被退回", "按退回原因修改后重新提交")


def _unanswered(filed: Any, on: date) -> Iterator[Mend]:
    """What is asked of every branch once a year: in one line what activities are to be about. One query."""
    year = filed.filter(held_on__gte=date(on.year, 1, 1), held_on__lte=on)
    answers = year.aggregate(**{ask.code: Count("pk", filter=ask.records) for ask in asks})
    missing, until = [ask for ask in asks if not answers[ask.code]], latest_answer(on)
    if about := [ask for ask in missing if ask.topic]:
        ticks = "".join(f"“{ask.topic.label}”" for ask in about if ask.topic)
        yield Mend(f"今年还没有{'、'.join(ask.name for ask in about)}", f"在活动中安排，填报时勾选{ticks}", until)
    for ask in missing:
        if ask.kind:
            yield Mend(f"今年还没有{ask.name}（{ask.clause}）", "开展后填报这一类活动记录", until)


def _of_appraisal(appraisal: Appraisal | None, met: ActivityRecord | None, on: date) -> Iterator[Mend]:
    """A meeting was held and nobody is graded, or the appraisal stands still."""
    how, until = "在“民主评议党员”中填写各步骤的日期，给每名正式党员评定等次", meetings_of(year_of_meeting(on))[1]
    if appraisal and not appraisal.decided_on:
        yield Mend(f"{appraisal}还没有组织评定", how, until)
    elif appraisal is None and met:
        yield Mend("民主评议的会议已开，还没有评定等次", how, until)


def _of_term(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    ends = branch.term_ends_on
    if ends is None:
        yield Mend("没有登记届满日期", "由街道在“任期”中登记换届日期和届满日期")
    elif ends < on:
        yield Mend(f"任期已于 {ends} 届满", "向上级党组织请示换届选举；确需延期的，说明原因并经批准")


def _of_the_year(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    """What the branch enters once a year: all of it is mended on its own page."""
    if found := [one.what for one in lacks(branch, on=on)]:
        yield Mend("\n".join(found), "办理后，在本支部“全年工作”的各项中登记", latest_answer(on))


def _short(learned: Hours, on: date) -> Iterator[Mend]:
    if short := learned.total - learned.enough:
        yield Mend(
            f"{short} 名党员今年学时还不够"
            + (f"，其中书记和班子成员 {leading} 名" if (leading := learned.leaders - learned.leaders_enough) else ""),
            "安排党课、主题党日等集中学习，提交记录后自动计入到会党员；上级组织的培训由街道登记",
            latest_answer(on),
        )
