"""The due list: every clerk's front page. 已逾期, 今天, 本周, 以后, grouped by kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from core.due import DueItem, DueKind, due_kinds
from core.pages import PageRequest
from core.scope import Scope

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
        """One query a kind to count, one for each stretch that it has lines in."""
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
        rows, parts = kind.rows(scope, today), _parts(kind.until, today)
        counted = {code: Count("pk", filter=condition) for code, condition in parts.items()}
        numbers = rows.order_by().aggregate(**counted)
        for stretch in stretches:
            if number := numbers.get(stretch.code, 0):
                items = kind.items(rows.filter(parts[stretch.code])[:MOST], scope, today)
                stretch.kinds.append(Lines(kind, number, list(items)))
    return stretches


def _parts(until: str, today: date) -> dict[str, Q]:
    """The condition of each stretch on the lookup of the day; without one all are late."""
    if not until:
        return {"late": ~Q(pk=None)}
    sunday = today + timedelta(days=6 - today.weekday())
    return {
        "late": Q(**{f"{until}__lt": today}),
        "now": Q(**{until: today}),
        "week": Q(**{f"{until}__gt": today, f"{until}__lte": sunday}),
        "later": Q(**{f"{until}__gt": sunday}) | Q(**{f"{until}__isnull": True}),
    }
