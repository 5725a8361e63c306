"""The due list: every clerk's front page. 已逾期, 今天, 本周, 以后, grouped by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Window
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views import View

from core.due import DueItem, DueKind, due_kinds
from core.formats import iso
from core.pages import PageRequest
from core.rendering import drawn_each
from core.scope import Scope

MOST = 10  # lines shown of one kind in one stretch; its own page has all of them
FEW = MOST + 1  # so many lines of a kind are read at once: most kinds have fewer


LINE = """<li>
  <span>{}<small>{}</small></span>
  <span class="tight">{}　<a class="button small" href="{}">{}</a></span>
</li>
"""


class Lines(NamedTuple):
    """The duties of one kind in one stretch: how many there are, and the most urgent of them."""

    kind: DueKind
    number: int
    items: list[DueItem]

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.number > len(self.items)

    @property
    def drawn(self) -> SafeString:
        return drawn_each(LINE, ((one.who, one.what, iso(one.until), one.url, one.action) for one in self.items))


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
        rows, at = kind.of(scope, today), 0  # the most urgent first: the stretches follow each other
        few = list(rows[:FEW] if kind.until else rows.annotate(total=Window(Count("*")))[:MOST])
        items = list(kind.items(few, scope, today))
        numbers = _numbers(kind, rows, items, today) if kind.until else Counter(late=few[0].total if few else 0)
        for stretch in stretches:
            if number := numbers[stretch.code]:
                end = at + min(number, MOST)
                shown = items[at:end] if end <= len(items) else list(kind.items(rows[at:end], scope, today))
                stretch.kinds.append(Lines(kind, number, shown))
            at += number
    return stretches


def _numbers(kind: DueKind, rows: QuerySet, items: list[DueItem], today: date) -> Counter[str]:
    """How many there are in each stretch; of more than were read counted by the day, which the database does with less ado."""
    if len(items) < FEW:
        return Counter(_stretch(item.until, today) for item in items)
    numbers: Counter[str] = Counter()
    for day, number in rows.order_by().values_list(kind.until).annotate(Count("pk")):
        numbers[_stretch(day, today)] += number
    return numbers


def _stretch(day: date | None, today: date) -> str:
    if day is None:
        return "later"
    if day <= today:
        return "now" if day == today else "late"
    return "week" if day <= today + timedelta(days=6 - today.weekday()) else "later"
