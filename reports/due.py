"""What is due on the lists of this app: plans that streets promised, and books that have not come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from orgs.indicators import SHOULD
from orgs.models import OrganizationFacts
from reports.models import StreetBook

GAP_URL = "/worklists/party-organization/"


def _promised(scope: Scope) -> QuerySet[OrganizationFacts]:
    """Units still without a Party organization for which a day was promised."""
    rows = OrganizationFacts.objects.within(scope).filter(
        SHOULD.gap, organization__gap_answer__planned_by__isnull=False
    )
    return rows.select_related("organization__gap_answer").order_by("organization__gap_answer__planned_by", "pk")


def _promises(scope: Scope, on: date, limit: int) -> Iterator[DueItem]:
    for row in _promised(scope)[:limit]:
        unit, answer = row.organization, row.organization.gap_answer
        url = f"{reverse('worklist-start', args=['party-organization'])}?unit={unit.pk}"
        yield DueItem(unit.name, answer.planned_form or "组建党组织", answer.planned_by, url, "发起")


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
    DueKind(
        "reports.promises",
        "承诺的组建时限",
        Permission.COVERAGE_CHANGE,
        lambda scope, on: _promised(scope).count(),
        _promises,
        GAP_URL,
    ),
    DueKind(
        "reports.books",
        "一街一簿交回",
        Permission.REGISTRY_CHANGE,
        lambda scope, on: _open_books(scope).count(),
        _books,
    ),
)
