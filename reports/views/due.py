"""The due list: every clerk's front page. 已逾期, 今天, 本周, 以后, grouped by kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from core.due import DueItem, DueKind, due_kinds
from core.pages import PageRequest

MOST = 50  # lines shown of one kind; its own page has all of them


@dataclass
class Stretch:
    """A part of the list: its lines by kind."""

    title: str
    css: str
    kinds: list[tuple[DueKind, list[DueItem]]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many lines."""
        return sum(len(items) for _, items in self.kinds)


class DuePage(View):
    """What waits for whoever has signed in, most urgent first."""

    def get(self, request: PageRequest) -> HttpResponse:
        """Two queries a kind at most."""
        kinds = [kind for kind in due_kinds if request.scope.may(kind.permission)]
        if not kinds:
            raise PermissionDenied
        today = timezone.localdate()
        stretches = _stretches(kinds, request, today)
        more = [(kind, kind.count(request.scope, today)) for kind in kinds]
        context = {
            "stretches": stretches,
            "more": [(k, n) for k, n in more if n > MOST],
            "nothing": not any(s.number for s in stretches),
        }
        return render(request, "reports/due.html", context)


def _stretches(kinds: list[DueKind], request: PageRequest, today: date) -> list[Stretch]:
    sunday = today + timedelta(days=6 - today.weekday())
    late, now, week, later = (
        Stretch("已逾期", "due"),
        Stretch("今天", "late"),
        Stretch("本周", ""),
        Stretch("以后", "quiet"),
    )
    for kind in kinds:
        parts: dict[int, list[DueItem]] = {}
        for item in kind.items(request.scope, today, MOST):
            parts.setdefault(_place(item.until, today, sunday), []).append(item)
        for place, stretch in enumerate((late, now, week, later)):
            if place in parts:
                stretch.kinds.append((kind, parts[place]))
    return [late, now, week, later]


def _place(until: date | None, today: date, sunday: date) -> int:
    if until is None or until > sunday:
        return 3
    if until < today:
        return 0
    return 1 if until == today else 2
