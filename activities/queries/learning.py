"""学时 of a year: what records credit to who came and what courses credit, against what the rules ask of each (rules §13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from activities.models import ActivityRecord, Attendance, Training
from core.parameters import values_on
from members.models import Member, Post
from orgs.models import PartyOrganization

NOT_YET = (ActivityRecord.Status.DRAFT, ActivityRecord.Status.RETURNED)
HOURS: DecimalField = DecimalField(max_digits=6, decimal_places=1)


@dataclass(frozen=True)
class Hours:
    """学时 of this year: how many members have enough, of how many; of them those who hold a post."""

    total: int
    enough: int
    average: float
    leaders: int
    leaders_enough: int


def learned(on: date, since: date | None = None) -> Any:
    """The hours up to a day, of the year or since another day, of the member of the outer query."""
    days = (since or date(on.year, 1, 1), on)
    came = Attendance.objects.filter(member=OuterRef("pk"), present=True, record__held_on__range=days)
    courses = Training.objects.filter(member=OuterRef("pk"), held_on__range=days)
    return _sum(came.exclude(record__status__in=NOT_YET), "record__credited") + _sum(courses, "hours")


def leads(on: date) -> Exists:
    """Whether the member of the outer query holds a post: 书记、副书记、委员."""
    return Exists(Post.objects.on(on).filter(member=OuterRef("pk")))


def wanted(*, member: int, leader: int) -> Case:
    """How many hours are asked of the member of the query, whose `leads` is known."""
    return Case(When(leads=True, then=Value(leader)), default=Value(member), output_field=IntegerField())


def with_hours(rows: QuerySet[Member], *, on: date, since: date | None = None) -> QuerySet[Any]:
    """Members with what they learned this year or since a day (`hours`), whether they hold a post (`leads`), what is asked of a
    year (`wanted`)."""
    values = values_on(on)
    asked = wanted(member=int(values["life.member_hours"]), leader=int(values["life.leader_hours"]))
    return rows.annotate(hours=learned(on, since), leads=leads(on)).annotate(wanted=asked)


def short(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `with_hours` who have not reached theirs."""
    return rows.filter(hours__lt=F("wanted"))


def learned_of(branch: PartyOrganization, *, on: date) -> Hours:
    members = with_hours(Member.objects.on_the_roll().filter(party_organization=branch), on=on)
    found = list(members.values_list("hours", "wanted", "leads"))
    enough = [leads for hours, wanted, leads in found if hours >= wanted]
    average = round(float(sum(hours for hours, *_ in found)) / len(found), 1) if found else 0.0
    return Hours(len(found), len(enough), average, sum(leads for *_, leads in found), sum(enough))


def missing(member: Any) -> Decimal:
    """How many hours a member of `with_hours` still lacks."""
    return max(member.wanted - member.hours, Decimal(0))


def _sum(rows: QuerySet, column: str) -> Coalesce:
    summed = rows.order_by().values("member").annotate(sum=Cast(Sum(column), HOURS)).values("sum")
    return Coalesce(Subquery(summed, output_field=HOURS), Value(Decimal(0), output_field=HOURS), output_field=HOURS)
