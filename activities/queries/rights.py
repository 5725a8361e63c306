"""维权 that stays without a result: how long it has waited, at the branch or at the union (Opinion 二-4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from accounts.permissions import Permission as P
from activities.models import Contribution
from core.parameters import values_on
from core.scope import Scope
from orgs.models import Coverage, MassOrganization


def rights(scope: Scope, permission: P, *, on: date) -> QuerySet[Contribution]:
    """维权 of branches, with the day until which there should be a result, or it should go on to the union; the longest first."""
    days = timedelta(days=int(values_on(on)["life.rights_days"]))
    rows = Contribution.objects.changeable(scope, permission).filter(kind=Contribution.Kind.RIGHTS)
    rows = rows.annotate(waits_from=Coalesce("passed_to_union_on", "done_on"))
    rows = rows.annotate(act_by=Cast(Coalesce("passed_to_union_on", "done_on") + Value(days), DateField()))
    return rows.select_related("party_organization__parent").order_by("waits_from", "pk")


def unresolved(scope: Scope, permission: P, *, on: date) -> QuerySet[Contribution]:
    return rights(scope, permission, on=on).filter(result="")


def unions(nodes: Collection[int], *, on: date) -> dict[int, list[str]]:
    """The unions to which a branch passes on what it cannot resolve: those of the organizations that it covers, with their
    heads. One query."""
    covered = Coverage.objects.on(on).filter(party_organization__in=nodes)
    there = covered.filter(
        organization__mass_organizations__kind=MassOrganization.Kind.UNION,
        organization__mass_organizations__closed_on=None,
    )
    head = "organization__mass_organizations__head"
    found: dict[int, list[str]] = {}
    for node, name, who in there.order_by("organization").values_list("party_organization", "organization__name", head):
        found.setdefault(node, []).append(f"{name}工会{f'（{who}）' if who else ''}")
    return found
