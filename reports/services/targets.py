"""Targets: what an indicator should reach at a node by the end of a year (3–5 years, Opinion 二-1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from core.refusals import Refusal
from orgs.models import PartyOrganization
from reports.models import Target


@transaction.atomic
def set_target(
    *, by: User | None, node: PartyOrganization, year: int, indicator: str, value: Decimal, this_year: int
) -> Target:
    """Set or change a target, in percent; years that are over stay as they were."""
    if year < this_year:
        raise Refusal(f"{year} 年已经结束，目标不能再改")
    row = Target.objects.filter(node=node, year=year, indicator=indicator).first()
    trail: Any = {"by": by, "action": "targets.set", "path": node.path}
    if row:
        writing.change(record=row, values={"value": value}, **trail)
    else:
        row = Target(node=node, year=year, indicator=indicator, value=value)
        writing.add(record=row, **trail)
    return row
