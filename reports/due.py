"""What is due on the lists of this app: plans that streets promised, and books that have not come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import takewhile

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from orgs.models import OrganizationFacts
from reports.models import StreetBook
from reports.worklists import Worklist, worklists


def _promised(worklist: Worklist, scope: Scope) -> QuerySet[OrganizationFacts]:
    """Units still on the list for which a day was promised; one on two lists stands under the first."""
    rows = OrganizationFacts.objects.within(scope).filter(
        worklist.gap, organization__gap_answer__planned_by__isnull=False
    )
    for other in takewhile(lambda one: one is not worklist, worklists):
        rows = rows.exclude(other.gap)
    return rows.select_related("organization__gap_answer").order_by("organization__gap_answer__planned_by", "pk")


def _promises(worklist: Worklist, scope: Scope, on: date, limit: int) -> Iterator[DueItem]:
    for row in _promised(worklist, scope)[:limit]:
        unit, answer = row.organization, row.organization.gap_answer
        url = f"{reverse('worklist-start', args=[worklist.code])}?unit={unit.pk}"
        what = answer.planned_form or worklist.promise
        who = f"{unit.name}(责任人 {answer.responsible})" if answer.responsible else unit.name
        yield DueItem(who, what, answer.planned_by, url, "办理")


def _promise_kind(worklist: Worklist) -> DueKind:
    """The promises given on one worklist."""
    return DueKind(
        f"reports.promises.{worklist.code}",
        f"承诺的时限:{worklist.promise}",
        Permission.COVERAGE_CHANGE,
        lambda scope, on: _promised(worklist, scope).count(),
        partial(_promises, worklist),
        f"/worklists/{worklist.code}/",
    )


def _open_books(scope: Scope) -> QuerySet[StreetBook]:
    """Books that have not come back, the newest of each list and committee."""
    books = StreetBook.objects.within(scope).filter(returned_at=None, due_on__isnull=False)
    return books.select_related("committee").order_by("due_on", "pk")


def _books(scope: Scope, on: date, limit: int) -> Iterator[DueItem]:
    for book in _open_books(scope)[:limit]:
        yield DueItem(
            book.committee.name,
            f"交回一街一簿({book.rows} 家)",
            book.due_on,
            reverse("books", args=[book.worklist]),
            "查看",
        )


due_kinds.add(
    *map(_promise_kind, worklists),
    DueKind(
        "reports.books",
        "一街一簿交回",
        Permission.REGISTRY_CHANGE,
        lambda scope, on: _open_books(scope).count(),
        _books,
    ),
)
