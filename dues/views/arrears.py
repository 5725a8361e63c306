"""/dues/arrears/: who is behind, the longest first, and what the rules say of it. Nobody is removed by a machine."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.permissions import Permission as P
from core.listing import Column, ListPage, Order
from core.listing.filters import TickFilter
from core.parameters import values_on
from core.rendering import drawn
from dues.models import Arrears
from dues.rules.arrears import AGES, advice, rule
from orgs.filters import OfBranchFilters


def unpaid_months() -> int:
    """So many in a row are those of which the Party constitution speaks."""
    return int(values_on(timezone.localdate())["dues.unpaid_months"])


class ArrearsFilters(OfBranchFilters):
    age = django_filters.ChoiceFilter(method="as_old", label="欠交月数", choices=[(one.code, one.name) for one in AGES])
    run = TickFilter("连续欠交达到规定月数", ticked=lambda rows: rows.in_a_row(unpaid_months()))

    def as_old(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        found = next(one for one in AGES if one.code == value)
        rows = queryset.filter(months__gte=found.least)
        return rows.filter(months__lte=found.most) if found.most else rows


def _run_cell(row: Any, run: int) -> SafeString:
    return drawn('<span class="{}">{} 个月</span>', "due" if row.advice else "", run)


class ArrearsList(ListPage):
    title, unit = "欠交党费", "名"
    permission, export_permission = P.DUES_VIEW, P.REGISTRY_EXPORT
    filters = ArrearsFilters
    template_name = "dues/arrears.html"
    empty = "没有欠交党费的党员。月份过完还没有交清的，从下月 1 日起列在这里。"
    columns = (
        Column("党员", "member", kind="name"),
        Column(
            "党支部", "party_organization", kind="name",
            link=lambda row: f"{reverse('dues_grid', args=[row.party_organization_id])}?month={row.first_month:%Y-%m}",
        ),
        Column("最早欠交", lambda row: f"{row.first_month:%Y-%m}", kind="date"),
        Column("欠交月数", "months", kind="number", order="longest"),
        Column("连续欠交", "run", kind="number", html=_run_cell),
        Column("金额（元）", "owed", kind="number"),
        Column("怎么办", "advice", kind="words"),
    )  # fmt: skip
    orders = (Order("longest", ("-months", "-pk")),)

    def records(self) -> QuerySet:
        return Arrears.objects.select_related("member", "party_organization")

    def prepare(self, rows: list[Any]) -> None:
        most = unpaid_months()
        for row in rows:
            row.advice = advice(row.run, most=most)

    def extra(self) -> dict[str, Any]:
        return {"rule": rule(unpaid_months())}
