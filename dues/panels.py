"""党费与经费 on the record page of a branch, of a member and of an organization that a branch covers, on the page of a
secretary and on the health sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Sum

from accounts.permissions import Permission as P
from core.due import due_by
from core.formats import Yuan
from core.months import YearMonth
from core.panels import Panel, panels
from core.scope import Scope
from dues.models import Arrears, Book, Due, Entry, Refund
from dues.queries.books import balances_of
from dues.queries.branches import KINDS, months_paid, so_far
from dues.rules.amounts import exact
from orgs.models import Coverage, PartyOrganization

MONTHS = 12


def of_node(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """Dues of this year until today, of a branch; what the books hold, and what waits."""
    assert isinstance(record, PartyOrganization)
    if not scope.having(P.DUES_VIEW).holds_path(record.path):
        return None
    waiting = Refund.objects.within(scope).waiting().filter(party_organization=record)
    collects = record.kind in KINDS
    return {
        "year": on.year,
        "so_far": so_far([record.pk], on=on)[record.pk] if collects else None,
        "balances": balances_of([record.pk])[record.pk],
        "waiting": list(waiting.order_by("state_on", "pk")),
    }


def at_work(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What came in this month, who is behind, what the books hold, and what the secretary is to do."""
    assert isinstance(record, PartyOrganization)
    if not scope.having(P.DUES_VIEW).holds_path(record.path):
        return None
    [month] = months_paid(record, [YearMonth.of(on)])
    books = Entry.objects.filter(party_organization=record).order_by().values_list("book").annotate(held=Sum("amount"))
    return {
        "month": month,
        "behind": Arrears.objects.filter(party_organization=record).count(),
        "books": [(Book(book).label, Yuan(held)) for book, held in sorted(books)],
        "due": [one for one in due_by(P.DUES_APPLY, scope, on) if one.who == str(record)],
    }


def of_year(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """The last twelve months."""
    assert isinstance(record, PartyOrganization)
    if not scope.having(P.DUES_VIEW).holds_path(record.path):
        return None
    months = [YearMonth.of(on).plus(-back) for back in reversed(range(MONTHS))]
    return {"months": months_paid(record, months), "now": YearMonth.of(on)}


def of_member(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What was due this year until today, and how far behind the member is; nothing where nothing was due."""
    dues = Due.objects.within(scope).filter(member=record.pk, month__range=(on.replace(month=1, day=1), on))
    sums = dues.aggregate(due=Sum("amount"), paid=Sum("paid"))
    if sums["due"] is None:
        return None
    told = {name: exact(total) for name, total in sums.items()}
    return {"year": on.year, **told, "arrears": Arrears.objects.within(scope).filter(member=record.pk).first()}


def funds_of_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """The activity money of the Party organizations that cover it, as far as the reader sees them."""
    covering = Coverage.objects.on(on).filter(organization=record.pk).values("party_organization")
    nodes = list(PartyOrganization.objects.within(scope.having(P.DUES_VIEW)).filter(pk__in=covering).order_by("path"))
    held = balances_of([node.pk for node in nodes])
    return {"rows": [(node, held[node.pk]) for node in nodes]} if nodes else None


panels.add(
    Panel("dues", "党费与经费", "orgs.partyorganization", P.DUES_VIEW, "dues/panel.html", of_node, 17),
    Panel("dues_line", "党费", "orgs.partyorganization", P.DUES_VIEW, "dues/line.html", at_work, page="branch"),
    Panel("dues_year", "党费", "orgs.partyorganization", P.DUES_VIEW, "dues/year_row.html", of_year, page="health"),
    Panel("member_dues", "党费", "members.member", P.DUES_VIEW, "dues/member.html", of_member, 17),
    Panel(
        "unit_funds", "党费与经费", "orgs.organization", P.DUES_VIEW, "dues/unit_panel.html", funds_of_organization, 85
    ),
)
