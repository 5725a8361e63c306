"""党费核定: of one member in a form, of many from a list (rules §14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from core import writing
from core.audit import Event
from core.id_sets import among
from core.locks import hold
from core.months import YearMonth
from core.numbering import reserve_ids
from core.parameters import values_on
from core.refusals import Refusal
from dues.models import Assessment
from dues.rules.standards import assess
from dues.services.months import restate
from members.models import FormerMembership, Member
from members.models.members import ON_THE_ROLL, PROBATIONARY
from orgs.models import PartyOrganization

ASSESS, ASSESS_MANY = "dues.assess", "dues.assess_list"
AHEAD = 12  # the month in which the next year is assessed
COLUMNS = ("id", "member_id", "party_organization_id", "since", "payer", "base", "monthly", "note")


class Line(NamedTuple):
    member: int
    payer: str
    base: Decimal | None
    since: date
    note: str = ""


@transaction.atomic
def assess_member(
    *, by: User | None, member: Member, since: YearMonth, payer: str, base: Decimal | None, at: datetime, on: date,
    note: str = "",
) -> Assessment:  # fmt: skip
    """Let a member pay by a base from a month on, until the end of its year. The same once more changes nothing."""
    row = Member.objects.select_related("party_organization").get(pk=member.pk)
    require_month(row, since, on=on)
    hold(PartyOrganization, [row.party_organization_id])
    monthly = assess(payer, base, values_on(since.first_day)).monthly
    entered = Assessment(
        member=row, party_organization=row.party_organization, since=since.first_day, payer=payer,
        base=base if payer != "TOKEN" else None, monthly=monthly, note=note, entered_by=by, entered_at=at,
    )  # fmt: skip
    before = Assessment.objects.filter(member=row, since=since.first_day).order_by("pk").last()
    if before and (before.payer, before.base, before.monthly, before.note) == (payer, entered.base, monthly, note):
        return before
    writing.add(by=by, record=entered, action=ASSESS, on=on, at=at)
    restate([row.pk], on=on, since=since.first_day)
    return entered


@transaction.atomic
def assess_many(*, by: User | None, lines: Sequence[Line], at: datetime, on: date) -> int:
    """Enter the assessments of a list, each whole; one entry a Party organization tells of them. Returns how many are new:
    what holds already is left as it is."""
    places = _places([line.member for line in lines])
    hold(PartyOrganization, set(places.values()))
    held, values = _held(lines), {day: values_on(day) for day in {line.since for line in lines}}
    rows, known = [], dict[tuple[str, Decimal | None, date], Decimal]()  # many earn the same
    for line in lines:
        standard = line.payer, line.base, line.since
        if standard not in known:
            known[standard] = assess(line.payer, line.base, values[line.since]).monthly
        monthly = known[standard]
        if held.get((line.member, line.since)) != (line.payer, line.base, monthly):
            rows.append((line.member, places[line.member], line.since, line.payer, line.base, monthly, line.note))
    numbered = [(pk, *row) for pk, row in zip(reserve_ids(Assessment, len(rows)), rows, strict=True)]
    common = {"entered_by_id": by and by.pk, "entered_at": at}
    counted = Counter(row[1] for row in rows)
    writing.add_rows(Assessment, COLUMNS, numbered, common, by=by, events=_events(counted))
    restate([row[0] for row in rows], on=on, since=min((row[2] for row in rows), default=None))
    return len(rows)


def first_month(member: Member, year: int) -> date:
    """From which month of a year a member pays: January; of whom was admitted or came in the year, that month, whoever
    came from another of our branches as before."""
    came = member.since if not FormerMembership.objects.filter(member=member).exists() else None
    days = [day for day in (admitted(member), came) if day and day.year == year]
    return max([date(year, 1, 1), *(day.replace(day=1) for day in days)])


def admitted(member: Member) -> date | None:
    """The day of the meeting that admitted a probationary member (rules §14), or the member now formal."""
    return member.joined_on


def require_month(member: Member, since: YearMonth, *, on: date) -> None:
    """Refuse a month for which nothing is assessed: another year, or before the member was admitted."""
    if member.status not in ON_THE_ROLL:
        raise Refusal(f"“{member}”现在是“{member.get_status_display()}”，不核定党费")
    last = on.year + 1 if on.month >= AHEAD else on.year
    if not on.year - 1 <= since.year <= last:
        raise Refusal(
            f"自哪个月起请填写 {on.year - 1} 年 1 月至 {last} 年 12 月之间的月份，{since} 不能核定；党费在年初核定一年"
        )
    joined = admitted(member)
    if joined and since < YearMonth.of(joined):
        word = "预备党员" if member.status in PROBATIONARY else "党员"
        raise Refusal(f"自哪个月起：{word}从支部大会通过之月（{YearMonth.of(joined)}）起交纳党费，{since} 还不是党员")


def _places(members: Collection[int]) -> dict[int, int]:
    rows = Member.objects.on_the_roll().filter(pk__in=among(members)).order_by()
    found = dict(rows.values_list("pk", "party_organization"))
    if missing := len(set(members) - found.keys()):
        raise Refusal(f"有 {missing} 名党员不在名册上，请重新核对名单")
    return found


def _held(lines: Sequence[Line]) -> dict[tuple[int, date], tuple[str, Decimal | None, Decimal]]:
    """What was said of these members and months last."""
    months = {line.since for line in lines}
    rows = Assessment.objects.filter(member__in=among([line.member for line in lines]), since__in=months).order_by("pk")
    return {(one.member_id, one.since): (one.payer, one.base, one.monthly) for one in rows}


def _events(counted: Counter[int]) -> list[Event]:
    nodes = PartyOrganization.objects.filter(pk__in=among(counted)).values_list("pk", "name", "path")
    label = PartyOrganization._meta.label_lower
    return [Event(ASSESS_MANY, label, str(pk), name, path, {"rows": [None, counted[pk]]}) for pk, name, path in nodes]
