"""催办名单: who has not reported, who holds nothing, who lacks what is asked; what was asked of it for people's rights and has no
result; with whom to phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.permissions import Permission as P
from activities.filters import MissingFilters, RightsFilters, WantedFilters
from activities.models.months import locked_months
from activities.queries.asks import latest_answer
from activities.queries.lists import reviewed_branches, secretaries, shortfalls, unreported
from activities.queries.rights import rights, unions
from core.formats import iso, number
from core.listing import Column, ListPage, Order
from core.rendering import drawn, masked
from orgs.models import PartyOrganization


def _late_cell(row: Any, days: int | None) -> SafeString:
    return drawn('<span class="late">{} 天</span>', number(days)) if days else drawn("<span>—</span>")


def _until_cell(row: Any, day: date | None) -> SafeString:
    return drawn("<span>{}</span>", iso(day) if day else "—")


BRANCH = Column("党支部", "branch.name", kind="name", link=lambda row: reverse("branch_health", args=[row.branch.pk]))
ABOVE = Column("上级党组织", "branch.parent")
PHONE = (
    Column("书记", "secretary"),
    Column("联系电话", "phone", kind="date", html=lambda row, value: masked(value, row.reveal_url)),
)


class PhoneList(ListPage):
    """A list of rows about branches, with the secretary and the telephone, masked until somebody who may asks for it."""

    permission = P.ACTIVITIES_REVIEW
    export_permission = P.REGISTRY_EXPORT
    reveal_permission = P.MEMBERS_REVEAL
    personal = True
    template_name = "activities/lists.html"
    page_of: ClassVar[str]

    def branch_of(self, row: Any) -> PartyOrganization:
        raise NotImplementedError

    def prepare(self, rows: list[Any]) -> None:
        """The secretary of each branch, and the telephone as far as it may be seen. Two queries."""
        granted = self.request.scope.having(P.MEMBERS_REVEAL)
        called = secretaries({self.branch_of(row).pk for row in rows}, on=timezone.localdate())
        for row in rows:
            row.branch = self.branch_of(row)
            row.secretary, member = called[row.branch.pk]
            may = bool(member and member.phone and granted.holds_path(member.party_organization.path))
            row.phone = (member.phone if may and self.reveals else member.masked_phone) if member else ""
            row.reveal_url = reverse("reveal", args=["members.member", member.pk, "phone"]) if may and member else ""

    def extra(self) -> dict[str, Any]:
        return {"page": self.page_of}


class MissingList(PhoneList):
    """未上报: what nothing came of, though its last day for filing is over."""

    title, unit, page_of = "未上报", "项", "missing"
    filters = MissingFilters
    empty = "没有未上报的应办事项：到期的都已上报，或者还没有到期。"
    columns = (
        BRANCH,
        ABOVE,
        *PHONE,
        Column("月份", lambda row: f"{row.month:%Y-%m}", kind="date"),
        Column("应办事项", lambda row: f"{row.get_kind_display()}{f'（{row.group}）' if row.group else ''}"),
        Column("依据", "why", kind="words", screen=False),
        Column("填报截止", "due_on", kind="date", order="due"),
        Column("逾期", "days", kind="number", html=_late_cell),
    )
    orders = (Order("due", ("due_on",)),)

    def get_columns(self) -> Sequence[Column]:
        """Of a month also why nothing can come any more."""
        return [*self.columns, Column("说明", "ended")] if self.request.GET.get("month") else self.columns

    def records(self) -> QuerySet:
        return unreported(self.request.scope, on=timezone.localdate())

    def branch_of(self, row: Any) -> PartyOrganization:
        return row.party_organization

    def prepare(self, rows: list[Any]) -> None:
        super().prepare(rows)
        locked = set(locked_months().values_list("month", flat=True))
        for row in rows:
            row.days = (timezone.localdate() - row.due_on).days
            gone = row.branch.dissolved_on
            row.ended = f"党支部已于 {gone} 撤销" if gone else "月份已锁定" if row.month in locked else ""


class WantedList(PhoneList):
    """Branches that hold nothing for months, or that lack what is asked of each."""

    title, unit, page_of = "有缺项的支部", "个", "branch_lists"
    filters = WantedFilters
    empty = "没有这样的党支部。"
    columns: Sequence[Column] = (
        BRANCH,
        ABOVE,
        *PHONE,
        Column("最近活动", "last_held", kind="date", order="quiet"),
        Column("要求", "wanted", kind="words"),
        Column("期限", "until", kind="date", html=_until_cell),
    )
    orders = (Order("quiet", ("quiet_since",)),)

    def records(self) -> QuerySet:
        return reviewed_branches(self.request.scope)

    def branch_of(self, row: Any) -> PartyOrganization:
        branch: PartyOrganization = row
        return branch

    def prepare(self, rows: list[Any]) -> None:
        """What is wanted of each, and by when."""
        super().prepare(rows)
        asked = self.request.GET.get("wanted", "")
        shortfall = shortfalls[asked] if asked in shortfalls else next(iter(shortfalls))
        for row in rows:
            row.wanted = shortfall.wanted
            row.until = latest_answer(timezone.localdate()) if shortfall.yearly else None


class RightsList(PhoneList):
    """维权事项: what branches took up for people and has no result, and what went on to which union. Whoever keeps the unions
    registers what came of it."""

    title, unit, page_of = "维权事项", "件", "rights"
    filters = RightsFilters
    empty = "没有这样的维权事项。支部在“作用发挥”中登记维权、还没有结果的，列在这里。"
    columns = (
        Column("事项", "what", kind="name", link=lambda row: reverse("row", args=["contributions", row.pk])),
        Column("党支部", "branch.name"),
        *PHONE,
        Column("日期", "done_on", kind="date", order="waits"),
        Column("转交工会日期", "passed_to_union_on", kind="date"),
        Column("工会", lambda row: "、".join(row.unions), kind="words"),
        Column("结果", "result", kind="words"),
        Column("期限", "until", kind="date", html=_until_cell),
    )
    orders = (Order("waits", ("waits_from",), "转交或登记的日期"),)

    def records(self) -> QuerySet:
        return rights(self.request.scope, P.ACTIVITIES_REVIEW, on=timezone.localdate())

    def branch_of(self, row: Any) -> PartyOrganization:
        return row.party_organization

    def prepare(self, rows: list[Any]) -> None:
        super().prepare(rows)
        found = unions({row.branch.pk for row in rows}, on=timezone.localdate())
        for row in rows:
            row.unions = found.get(row.branch.pk, [])
            row.until = None if row.result else row.act_by
