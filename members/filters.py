"""Filters of the roster."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from core.crypto import blind_indexes
from core.indicators import measures
from core.listing.filters import TickFilter, search_filter
from core.pages import MOST_DIGITS
from core.scope import subtree
from members.indicators import ROLL
from members.models import Member
from members.rules import normalise_id_number
from orgs.filters import PlaceFilters
from orgs.models import PartyOrganization

ID_NUMBER_LENGTH = 18
# an id that stands in the address alone
KEY: Any = {"widget": forms.HiddenInput, "min_value": 1, "max_value": 10**MOST_DIGITS // 10 - 1}


class MemberFilters(PlaceFilters):
    """Name, where, status, job. A number finds its holder only when it is typed whole, and only for those who
    may see it whole: others could try numbers until one is found."""

    q = search_filter("姓名或完整证件号码")
    committee = django_filters.ChoiceFilter(method="below", label="党组织")
    branch = django_filters.NumberFilter(field_name="party_organization", **KEY)
    organization = django_filters.NumberFilter(field_name="organization", **KEY)
    covered_by = django_filters.NumberFilter(
        field_name="organization__facts__covered_by", label="覆盖工作单位的党组织", **KEY
    )
    status = django_filters.ChoiceFilter(field_name="status", label="状态", choices=Member.Status.choices)
    job = django_filters.ChoiceFilter(field_name="job", label="岗位", choices=Member.Job.choices)
    measure = django_filters.ChoiceFilter(method="counted", label="统计口径")
    gone = TickFilter("含已转出等")  # answered in `filter_queryset`

    def offer(self) -> None:
        super().offer()
        counted = [(one.code, one.name.removeprefix("其中")) for one in measures if one.subject is ROLL]
        self.filters["measure"].extra["choices"] = counted

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Only those on the roll unless others are asked for."""
        found, data = super().filter_queryset(queryset), self.form.cleaned_data
        return found if data.get("gone") or data.get("status") else found.on_the_roll()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The beginning of a name, or a whole number by its digest."""
        text = value.strip()
        number = normalise_id_number(text)
        if len(number) == ID_NUMBER_LENGTH and number[:-1].isdecimal():
            revealed = Member.objects.changeable(self.request.scope, Member.reveal_permission)
            return queryset.filter(id_digest__in=blind_indexes(number), pk__in=revealed)
        return queryset.filter(name__begins=text)

    def below(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The Party organization and everything under it."""
        node = PartyOrganization.objects.within(self.request.scope).filter(pk=value).first()
        if node is None:
            return queryset.none()
        return queryset.filter(subtree(node.path, "party_organization__path"))

    def counted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whom a measure counts."""
        return queryset.filter(measures[value].where)
