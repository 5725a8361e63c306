"""Filters of the roster, and of who runs a Party organization."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.crypto import blind_indexes
from core.indicators import measures
from core.listing.filters import TickFilter, search_filter
from core.pages import MOST_DIGITS
from core.parameters import spoken, values_on
from core.periods import not_over
from core.scope import subtree
from core.search import search
from members.indicators import ROLL, with_facts
from members.models import Member, Post
from members.rules.persons import normalise_id_number
from orgs.facts import Day
from orgs.filters import PlaceFilters
from orgs.models import PartyOrganization

ID_NUMBER_LENGTH = 18
# an id that stands in the address alone
KEY: Any = {"widget": forms.HiddenInput, "min_value": 1, "max_value": 10**MOST_DIGITS // 10 - 1}


class OfPartyFilters(PlaceFilters):
    """Rows of a Party organization: its name, and the committee above it."""

    q = search_filter("党组织名称或编码")
    committee = django_filters.ChoiceFilter(method="below", label="上级党组织")
    branch = django_filters.NumberFilter(field_name="party_organization", **KEY)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(self.of_party(value))

    def of_party(self, text: str) -> Q:
        """A fragment of its name, or the beginning of its code."""
        named = Q(party_organization__in=search(PartyOrganization.objects.all(), text, codes=()))
        return named | Q(party_organization__code__begins=text.strip().upper())

    def below(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The Party organization and everything under it."""
        node = PartyOrganization.objects.within(self.request.scope).filter(pk=value).first()
        return queryset.filter(subtree(node.path, "party_organization__path")) if node else queryset.none()


class MemberFilters(OfPartyFilters):
    """Name, where, status, job. A number finds its holder only when it is typed whole, and only for those who
    may see it whole: others could try numbers until one is found."""

    q = search_filter("姓名或完整证件号码")
    committee = django_filters.ChoiceFilter(method="below", label="党组织")
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
        words = spoken(values_on(timezone.localdate()))
        counted = [(one.code, one.worded(words).name.removeprefix("其中")) for one in measures if one.subject is ROLL]
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

    def counted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whom a measure counts."""
        return with_facts(queryset, Day.of(timezone.localdate())).filter(measures[value].where)


def not_ended(rows: QuerySet) -> QuerySet:
    return rows.filter(not_over(timezone.localdate()))


class PostFilters(OfPartyFilters):
    """The Party organization or the holder, which post, from where."""

    q = search_filter("党组织名称、编码或姓名")
    post = django_filters.ChoiceFilter(field_name="post", label="职务", choices=Post.Kind.choices)
    source = django_filters.ChoiceFilter(field_name="source", label="来源", choices=Post.Source.choices)
    ended = TickFilter("含已卸任", otherwise=not_ended)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(self.of_party(value) | Q(name__begins=value.strip()))


class GroupFilters(OfPartyFilters):
    ended = TickFilter("含已撤销", otherwise=not_ended)


class TermFilters(OfPartyFilters):
    extended = TickFilter("只看延期", ticked=lambda rows: rows.filter(extended_to__isnull=False))
