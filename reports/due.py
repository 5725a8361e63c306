"""What is due on the lists of this app: plans that streets promised, and books that have not come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from itertools import takewhile
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.permissions import Permission
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from orgs.models import OrganizationFacts
from reports.models import GapAnswer, StreetBook
from reports.worklists import Worklist, worklists


def _promised(worklist: Worklist, scope: Scope) -> QuerySet[GapAnswer]:
    """Answers that promise a day for a unit still on the list; one on two lists stands under the first."""
    units = OrganizationFacts.objects.within(scope).filter(worklist.gap)
    for other in takewhile(lambda one: one is not worklist, worklists):
        units = units.exclude(other.gap)
    rows = GapAnswer.objects.filter(planned_by__isnull=False, organization__in=units.values("organization"))
    rows = rows.select_related("organization").order_by("planned_by", "pk").as_narrowed()
    return rows.only("planned_form", "planned_by", "responsible", "organization__name")


def _promises(worklist: Worklist, rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    start = reverse("worklist-start", args=[worklist.code])
    for row in rows:
        name = row.organization.name
        who = f"{name}（责任人 {row.responsible}）" if row.responsible else name
        what = row.planned_form or worklist.promise
        yield DueItem(who, what, row.planned_by, f"{start}?unit={row.organization_id}", "办理")


def _promise_kind(worklist: Worklist) -> DueKind:
    return DueKind(
        f"reports.promises.{worklist.code}",
        f"承诺的时限：{worklist.promise}",
        Permission.COVERAGE_CHANGE,
        lambda scope, on: _promised(worklist, scope),
        "planned_by",
        partial(_promises, worklist),
        f"/worklists/{worklist.code}/",
    )


def _open_books(worklist: Worklist, scope: Scope, on: date) -> QuerySet[StreetBook]:
    """The newest book of each committee, where something is still to come back."""
    books = StreetBook.objects.within(scope).newest(worklist.code).not_back()
    books = books.select_related("committee").only(
        "worklist", "rows", "due_on", "returned_at", "problems", "committee__name"
    )
    return books.order_by(F("due_on").asc(nulls_last=True), "pk")


def _books(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for book in rows:
        own = book.committee_id in scope.measured_nodes
        what = f"{book.rows} 家，{book.state}"
        url = reverse("books", args=[book.worklist])
        yield DueItem(book.committee.name, what, book.due_on, url, "下载、交回" if own else "查看")


def _book_kind(worklist: Worklist) -> DueKind:
    return DueKind(
        f"reports.books.{worklist.code}",
        f"一街一簿：{worklist.title}",
        Permission.REGISTRY_CHANGE,
        partial(_open_books, worklist),
        "due_on",
        _books,
        f"/worklists/{worklist.code}/books/",
    )


due_kinds.add(*map(_promise_kind, worklists), *map(_book_kind, worklists))
