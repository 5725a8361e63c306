"""Filters of refunds."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import QuerySet

from dues.models import Refund
from dues.queries.waiting import for_me
from orgs.filters import OfBranchFilters

WAITING, ALL = "waiting", "all"


class RefundFilters(OfBranchFilters):
    """Whose, of what kind, in what state; what waits unless something else is asked for."""

    state = django_filters.ChoiceFilter(
        label="状态", method="standing", empty_label=None,
        choices=[(WAITING, "正在办理"), *Refund.State.choices, (ALL, "全部状态")],
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(label="类型", choices=Refund.Kind.choices)
    mine = django_filters.BooleanFilter(label="轮到我办理", method="next_is_mine", widget=forms.CheckboxInput)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return (
            found if self.form.cleaned_data.get("state") else found.filter(pk__in=Refund.objects.waiting().values("pk"))
        )

    def standing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == WAITING:
            return queryset.exclude(state__in=Refund.ENDED)
        return queryset if value == ALL else queryset.filter(state=value)

    def next_is_mine(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(pk__in=for_me(self.request.scope).values("pk")) if value else queryset
