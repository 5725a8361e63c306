"""Filters of a list: django-filter, with open choices that name themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

Narrowing = Callable[[Any], QuerySet]


def all_of(rows: Any) -> QuerySet:
    return rows


class ListFilters(django_filters.FilterSet):
    """Base of the filters of all lists. An open choice reads “全部类别”, so that the form needs no labels beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the open choice of every drop-down and put the label where screen readers look."""
        super().__init__(*args, **kwargs)
        self.offer()
        for name, field in self.form.fields.items():
            label = str(field.label or name)
            field.widget.attrs.setdefault("aria-label", label)
            if getattr(field, "empty_label", None) is not None:
                field.empty_label = f"全部{label}"
                field.widget.choices = field.choices  # the widget's copy still asks the class's own field

    def offer(self) -> None:
        """Fill drop-downs whose choices depend on the request; called before the form is made."""


def search_filter(placeholder: str) -> django_filters.CharFilter:
    widget = forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "class": "search"})
    return django_filters.CharFilter(method="search", label=placeholder, widget=widget)


class TickFilter(django_filters.BooleanFilter):
    """A box to tick: what is left of the rows with the tick, and what without it; all of them where nothing is said."""

    def __init__(self, label: str, *, ticked: Narrowing = all_of, otherwise: Narrowing = all_of, **more: Any) -> None:
        super().__init__(label=label, widget=forms.CheckboxInput, **more)
        self.ticked, self.otherwise = ticked, otherwise

    def filter(self, qs: Any, value: Any) -> Any:
        return self.ticked(qs) if value else self.otherwise(qs)


class NamedFilters(ListFilters):
    q = search_filter("名称")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """A fragment of the name; the table is small."""
        return queryset.filter(name__contains=value.strip())
