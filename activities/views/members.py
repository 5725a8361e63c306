"""Lists of members: who has learned enough this year; what is known of those who own (党员业主)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from activities.filters import HoursFilters
from activities.queries.learning import missing, with_hours
from activities.queries.owners import attendance, last_talks, newest_grades
from core.listing import Column, ListPage, Order
from members.models import Member

NAME = Column("姓名", "name", kind="name", link=lambda row: reverse("admin:members_member_change", args=[row.pk]))
BRANCH = Column(
    "党支部",
    "party_organization",
    link=lambda row: reverse("party", args=[row.party_organization_id]),
    to="party_organization",
)


def tidy(hours: Decimal) -> Decimal | int:
    """Whole hours without a point."""
    return int(hours) if hours == int(hours) else hours


LEARNED = Column("今年学时", lambda row: tidy(row.hours), kind="number")


class MemberList(ListPage):
    """Members on the roll with their hours, the branches one after the other."""

    permission = P.MEMBERS_VIEW
    export_permission = P.MEMBERS_EXPORT
    personal = True
    unit = "名"
    orders = (Order("branch", ("party_organization_id",), "党支部"),)

    def records(self) -> QuerySet:
        rows = Member.objects.within(self.request.scope).on_the_roll().select_related("party_organization")
        return with_hours(rows, on=timezone.localdate())


class HoursList(MemberList):
    title = "今年学时"
    filters = HoursFilters
    empty = "没有符合条件的党员。都已达标，或名册上没有党员。"
    columns = (
        NAME,
        BRANCH,
        Column("班子成员", lambda row: row.leads),
        Column("还差学时", lambda row: tidy(missing(row)), kind="number"),  # the number that a phone shows first
        LEARNED,
        Column("应修学时", "wanted", kind="number"),
    )


class OwnerList(MemberList):
    title = "党员业主"
    filters = HoursFilters
    empty = "没有符合条件的党员业主。在“党员”中把岗位登记为“出资人”后显示。"
    columns = (
        NAME,
        BRANCH,
        Column("工作单位", "organization"),
        Column("今年到会/应到", lambda row: f"{row.came}/{row.expected}" if row.expected else "", kind="date"),
        LEARNED,
        Column("应修学时", "wanted", kind="number"),
        Column("最近评议", "grade"),
        Column("最近谈心谈话", "talked_on", kind="date"),
    )

    def records(self) -> QuerySet:
        return super().records().filter(job=Member.Job.OWNER).select_related("organization")

    def prepare(self, rows: list[Any]) -> None:
        """Attendance, grade and talk of a page. Three queries."""
        keys, today = [row.pk for row in rows], timezone.localdate()
        came, grades, talks = attendance(keys, on=today), newest_grades(keys), last_talks(keys, on=today)
        for row in rows:
            row.came, row.expected = came.get(row.pk, (0, 0))
            grade = grades.get(row.pk)
            row.grade = f"{grade.appraisal.year} 年 {grade.get_grade_display()}" if grade else ""
            row.talked_on = talks.get(row.pk)
