"""Where dues are collected, and who may see or do what there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Least
from django.http import Http404

from accounts.permissions import Permission as P
from core.id_sets import among
from core.indicators import percent
from core.months import YearMonth
from core.pages import to_attach
from core.scope import Scope
from dues.models import Arrears, Assessment, Due
from dues.rules.amounts import ZERO, exact
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS, PartyOrganizationQuerySet

PAID = Q(paid__gte=F("amount"))
KINDS = (PartyOrganization.Kind.GENERAL_BRANCH, *BRANCH_KINDS)


def collecting() -> PartyOrganizationQuerySet:
    """Standing branches of every kind, and general branches: their members pay where they belong."""
    found: PartyOrganizationQuerySet = PartyOrganization.objects.standing().filter(kind__in=KINDS)
    return found


def branch_seen(scope: Scope, pk: object) -> PartyOrganization:
    """A branch whose dues the scope may look at; dissolved ones too, whose money was."""
    rows: Any = PartyOrganization.objects.filter(kind__in=KINDS)
    found = rows.within(scope.having(P.DUES_VIEW)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这个党支部，或不在您的管辖范围。")
    return found  # type: ignore[no-any-return]


def branch_collected(scope: Scope, pk: object) -> PartyOrganization:
    """A branch for which the scope collects: 404 out of sight, 403 where it is only seen."""
    branch_seen(scope, pk)
    found: PartyOrganization = to_attach(PartyOrganization.objects.all(), scope, pk, to=Assessment)
    return found


def may_collect(scope: Scope, branch: PartyOrganization) -> bool:
    return scope.having(P.DUES_COLLECT).holds_path(branch.path)


@dataclass(frozen=True)
class SoFar:
    """A branch's year until today. What somebody paid beyond what was due pays nobody else's month (rules §14)."""

    due: Decimal = ZERO
    paid: Decimal = ZERO
    behind: int = 0

    @property
    def percent(self) -> Decimal | None:
        return percent(self.paid, self.due)


def so_far(branches: Collection[int], *, on: date) -> dict[int, SoFar]:
    """The years of some branches. Two queries."""
    here = {"party_organization__in": among(branches)}
    dues = Due.objects.filter(**here, month__range=(on.replace(month=1, day=1), on)).order_by()
    sums = dues.values_list("party_organization").annotate(due=Sum("amount"), paid=Sum(Least("paid", "amount")))
    behind = Arrears.objects.filter(**here).order_by().values_list("party_organization").annotate(members=Count("pk"))
    owing, found = dict(behind), {pk: (exact(due), exact(paid)) for pk, due, paid in sums}
    return {pk: SoFar(*found.get(pk, (ZERO, ZERO)), owing.get(pk, 0)) for pk in branches}


@dataclass(frozen=True)
class PaidMonth:
    """Of how many members something is due in a month, and how many have paid all of it."""

    month: YearMonth
    due: int = 0
    paid: int = 0

    @property
    def all(self) -> bool:
        return self.paid == self.due


def months_paid(branch: PartyOrganization, months: Sequence[YearMonth]) -> list[PaidMonth]:
    days = [month.first_day for month in months]
    rows = Due.objects.filter(party_organization=branch, month__in=days, amount__gt=0).order_by().values_list("month")
    found = {day: counts for day, *counts in rows.annotate(due=Count("pk"), done=Count("pk", filter=PAID))}
    return [PaidMonth(month, *found.get(month.first_day, (0, 0))) for month in months]
