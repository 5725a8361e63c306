"""What a Party organization can hand up, and who does that."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from accounts.permissions import Permission as P
from core.scope import Scope
from dues.models import Book, Entry, EntryKind, HandUp
from dues.queries.books import standing
from dues.rules.amounts import exact
from orgs.models import PartyOrganization


class Held(NamedTuple):
    """What a book of dues holds: 大额党费, which goes up whole, apart; and its newest line."""

    dues: Decimal
    gifts: Decimal
    number: int


def held_by(node: PartyOrganization) -> Held:
    """Gifts are what came in as such and has not gone up; all else is dues."""
    gifts = _sum(Entry.objects.filter(party_organization=node, book=Book.DUES, kind=EntryKind.GIFT))
    up = HandUp.objects.filter(kind=HandUp.Kind.GIFT)
    gifts += _sum(up.filter(to_node=node, state=HandUp.State.CONFIRMED))
    gifts -= _sum(up.filter(from_node=node).exclude(state=HandUp.State.RETURNED))
    book = standing(node.pk, Book.DUES)
    return Held(book.balance - gifts, gifts, book.number)


def sending(scope: Scope) -> QuerySet[PartyOrganization]:
    """For whom somebody hands up: the treasurer for the branch, whoever reviews for the own committee; the root hands up to
    nobody here."""
    collecting = Q(pk__in=[grant.node_id for grant in scope.having(P.DUES_COLLECT).grants])
    reviewing = Q(pk__in=[grant.node_id for grant in scope.having(P.DUES_REVIEW).grants])
    return PartyOrganization.objects.standing().filter(collecting | reviewing, parent__isnull=False).order_by("path")


def _sum(rows: QuerySet) -> Decimal:
    return exact(rows.aggregate(total=Sum("amount"))["total"])
