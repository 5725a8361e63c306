"""Filters of records."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from activities.models import ActivityRecord, Kind
from activities.models.months import ANY, DUTIES
from activities.queries.learning import short
from activities.queries.lists import shortfalls, still_asked
from activities.queries.months import MONTHS, last_months
from core.listing import ListFilters
from core.listing.filters import TickFilter, search_filter
from core.months import YearMonth
from members.filters import OfPartyFilters
from orgs.filters import OfBranchFilters

WAITING, RETURNS, ALL = ActivityRecord.Status.SUBMITTED.value, "returns", "all"
STATUSES = [one for one in ActivityRecord.Status.choices if one[0] != ActivityRecord.Status.DRAFT]


class RecordFilters(ListFilters):
    """Of what kind, in what state, of which branch, since when."""

    q = search_filter("主题")
    kind = django_filters.ChoiceFilter(label="类型", choices=Kind.choices)
    status = django_filters.ChoiceFilter(label="状态", choices=STATUSES)
    branch = django_filters.NumberFilter(field_name="party_organization", widget=forms.HiddenInput)

    def search(self, queryset, name, value):  # type: ignore[no-untyped-def]
        return queryset.filter(topic__contains=value.strip())


class ReviewFilters(OfBranchFilters):
    """Whose, of what kind, whether a check has something to say; what waits unless something else is asked for."""

    hint = django_filters.ChoiceFilter(
        method="hinted", label="自动检查", choices=[("clean", "没有提示"), ("flagged", "有提示")]
    )
    kind = django_filters.ChoiceFilter(label="类型", choices=Kind.choices)
    status = django_filters.ChoiceFilter(
        label="状态",
        choices=[
            *((value, "待审核" if value == WAITING else name) for value, name in STATUSES),
            (RETURNS, "退回过"),
            (ALL, "全部状态"),
        ],
        method="standing",
        empty_label=None,
    )
    late = django_filters.CharFilter(method="explained", label="写明迟报原因的月份", widget=forms.HiddenInput)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(status=WAITING)

    def hinted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(flags="") if value == "clean" else queryset.exclude(flags="")

    def standing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == RETURNS:
            return queryset.filter(returns__gt=0)
        return queryset if value == ALL else queryset.filter(status=value)

    def explained(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Records of a month that say why they are late; of something that is no month none."""
        try:
            month = YearMonth.parse(value)
        except ValueError:
            return queryset.none()
        held = queryset.filter(held_on__range=(month.first_day, month.last_day))
        return held.exclude(late_reason="")


class MissingFilters(OfBranchFilters):
    """Whose, of which month, and what; the monthly report unless something else is asked for. Of a month all that it lacks,
    else what can still come."""

    month = django_filters.ChoiceFilter(method="of_month", label="月份")
    kind = django_filters.ChoiceFilter(label="应办事项", choices=DUTIES, empty_label=None)

    def offer(self) -> None:
        super().offer()
        months = map(str, last_months(timezone.localdate(), MONTHS))
        self.filters["month"].extra["choices"] = [(month, month) for month in months]

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found, asked = super().filter_queryset(queryset), self.form.cleaned_data
        found = found if asked.get("month") else still_asked(found, on=timezone.localdate())
        return found if asked.get("kind") else found.filter(kind=ANY)

    def of_month(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(month=YearMonth.parse(value).first_day)


class RightsFilters(OfBranchFilters):
    """Whose, and how far it has come; what has no result unless something else is asked for."""

    stage = django_filters.ChoiceFilter(
        method="at_stage",
        label="进展",
        choices=[("open", "没有结果"), ("branch", "没有转交工会"), ("union", "已转交工会"), (ALL, "全部")],
        empty_label=None,
    )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("stage") else found.filter(result="")

    def at_stage(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        match value:
            case "branch":
                return queryset.filter(result="", passed_to_union_on=None)
            case "union":
                return queryset.filter(passed_to_union_on__isnull=False)
        return queryset if value == ALL else queryset.filter(result="")


class WantedFilters(OfBranchFilters):
    """Whose, and what is missing: any activity for months unless something else is asked for."""

    branch = "pk"
    wanted = django_filters.ChoiceFilter(
        method="lacking", label="缺什么", choices=[(one.code, one.name) for one in shortfalls], empty_label=None
    )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("wanted") else self.lacking(found, "", next(iter(shortfalls)).code)

    def lacking(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return shortfalls[value].lacking(queryset, timezone.localdate())


class OfMembersFilters(OfPartyFilters):
    """The beginning of a name, and where."""

    q = search_filter("姓名")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(name__begins=value.strip())


class HoursFilters(OfMembersFilters):
    short = TickFilter("还差学时的", ticked=short)
    leads = TickFilter("班子成员", ticked=lambda rows: rows.filter(leads=True))


class TrainingFilters(ListFilters):
    q = search_filter("姓名")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(member__name__begins=value.strip())
