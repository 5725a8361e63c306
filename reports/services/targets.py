"""Targets: what an indicator should reach at a node by the end of a year (3–5 years, Opinion 二-1)."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from accounts.models import User
from core import audit
from core.refusals import Refusal
from orgs.models import PartyOrganization
from reports.models import Target


class YearOver(Refusal):
    """A year that is over has its result."""


@transaction.atomic
def set_target(
    *, by: User | None, node: PartyOrganization, year: int, indicator: str, value: Decimal, this_year: int
) -> Target:
    """Set or change a target, in percent; years that are over stay as they were."""
    if year < this_year:
        raise YearOver(f"{year} 年已经结束,目标不能再改")
    row, before = Target.objects.filter(node=node, year=year, indicator=indicator).first(), {}
    if row:
        before = audit.snapshot(row)
        row.value = value
    else:
        row = Target(node=node, year=year, indicator=indicator, value=value)
    row.full_clean()
    row.save()
    changes = audit.difference(before, audit.snapshot(row))
    if changes:
        audit.record(by=by, action="targets.set", target=row, changes=changes, path=node.path)
    return row
