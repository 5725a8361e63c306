"""The due list: every clerk's front page. 已逾期, 今天, 本周, 以后, grouped by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Window
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views import View

from core.due import DueItem, DueKind, due_kinds, may_have_due
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
        if not may_have_due(request.scope):
            raise PermissionDenied
        kinds = [kind for kind in due_kinds if request.scope.may(kind.permission)]
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
        rows = kind.of(scope, today)
        few, numbers = (list(rows[:FEW]), {}) if kind.until else _all_late(rows)
        read: dict[str, list[DueItem]] = defaultdict(list)
        for item in kind.items(few, scope, today):
            read[_stretch(item.until, today) if kind.until else "late"].append(item)
        if kind.until:
            numbers = (
                {code: len(found) for code, found in read.items()} if len(few) < FEW else _counted(kind, rows, today)
            )
        for stretch in stretches:
            if number := numbers.get(stretch.code, 0):
                shown = read[stretch.code][:MOST]
                if len(shown) < min(number, MOST):
                    shown = list(kind.items(rows.filter(_days(kind, stretch.code, today))[:MOST], scope, today))
                stretch.kinds.append(Lines(kind, number, shown))
    return stretches


def _all_late(rows: QuerySet) -> tuple[list[Any], Mapping[str, int]]:
    """The most urgent of a kind without days, and how many there are: found by their keys, so that the database joins what is
    told of ten of them instead of all."""
    found = list(rows.values_list("pk", Window(Count("*")))[:MOST])
    if not found:
        return [], {}
    return list(rows.filter(pk__in=[pk for pk, _ in found])), {"late": found[0][1]}


def _counted(kind: DueKind, rows: QuerySet, today: date) -> Mapping[str, int]:
    """How many there are in each stretch, counted by the day, which the database does with less ado."""
    numbers: Counter[str] = Counter()
    days = kind.days(today)
    for day, number in rows.order_by().values_list(kind.until).annotate(Count("pk")):
        numbers[_stretch(day and day + days, today)] += number
    return numbers


def _days(kind: DueKind, stretch: str, today: date) -> Q:
    """Those of a stretch: by their day, so that an index finds them, however many are more urgent."""
    now, ends = today - kind.days(today), _week_ends(today) - kind.days(today)
    match stretch:
        case "late":
            return Q(**{f"{kind.until}__lt": now})
        case "now":
            return Q(**{kind.until: now})
        case "week":
            return Q(**{f"{kind.until}__gt": now, f"{kind.until}__lte": ends})
    later = Q(**{f"{kind.until}__gt": ends})
    return later if kind.within else later | Q(**{f"{kind.until}__isnull": True})


def _week_ends(today: date) -> date:
    return today + timedelta(days=6 - today.weekday())


def _stretch(day: date | None, today: date) -> str:
    if day is None:
        return "later"
    if day <= today:
        return "now" if day == today else "late"
    return "week" if day <= _week_ends(today) else "later"
