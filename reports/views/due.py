"""The due list: every clerk's front page. 已逾期, 今天, 本周, 以后, grouped by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from core.due import DueItem, DueKind, due_kinds
from core.pages import PageRequest
from core.scope import Scope

FEW = 80  # so many lines of a kind are read at once
MOST = 20  # lines shown of one kind in one stretch; its own page has all of them


class Lines(NamedTuple):
    """The duties of one kind in one stretch: how many there are, and the most urgent of them."""

    kind: DueKind
    number: int
    items: list[DueItem]

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.number > len(self.items)


@dataclass
class Stretch:
    """A part of the list: its lines by kind."""

    code: str
    title: str
    css: str
    kinds: list[Lines] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many there are, shown or not."""
        return sum(lines.number for lines in self.kinds)


class DuePage(View):
    """What waits for whoever has signed in, most urgent first."""

    def get(self, request: PageRequest) -> HttpResponse:
        """A query or two of each kind; where there are many lines, one for each stretch."""
        kinds = [kind for kind in due_kinds if request.scope.may(kind.permission)]
        if not kinds:
            raise PermissionDenied
        stretches = _stretches(kinds, request.scope, timezone.localdate())
        context = {"stretches": stretches, "nothing": not any(stretch.number for stretch in stretches)}
        return render(request, "reports/due.html", context)


def _stretches(kinds: list[DueKind], scope: Scope, today: date) -> list[Stretch]:
    stretches = [
        Stretch("late", "已逾期", "due"),
        Stretch("now", "今天", "late"),
        Stretch("week", "本周", ""),
        Stretch("later", "以后", "quiet"),
    ]
    for kind in kinds:
        rows, at = kind.rows(scope, today), 0  # the most urgent first: the stretches follow each other
        numbers = _numbers(rows, kind.until, today)
        few = list(kind.items(rows, scope, today)) if 0 < numbers.total() <= FEW else []
        for stretch in stretches:
            if number := numbers[stretch.code]:
                items = few[at : at + MOST] or list(kind.items(rows[at : at + MOST], scope, today))
                stretch.kinds.append(Lines(kind, number, items))
            at += number
    return stretches


def _numbers(rows: QuerySet, until: str, today: date) -> Counter[str]:
    """How many there are in each stretch; counted by the day, which the database does with less ado."""
    if not until:
        return Counter(late=rows.order_by().count())
    numbers: Counter[str] = Counter()
    for day, number in rows.order_by().values_list(until).annotate(Count("pk")):
        numbers["later" if day is None else _stretch(day, today)] += number
    return numbers


def _stretch(day: date, today: date) -> str:
    if day <= today:
        return "now" if day == today else "late"
    return "week" if day <= today + timedelta(days=6 - today.weekday()) else "later"
