"""Closing a month by hand: the tally and the facts copied as they stand, as `close_month` does it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from accounts.models import User
from core.months import YearMonth
from orgs.models import OrganizationFacts, PartyOrganization, Tally
from orgs.models.facts import Cell, StatedFacts
from reports.models import ClosedMonth, FrozenFigure, FrozenUnit

CELL = [field.attname for field in Cell._meta.get_fields()]
STATED = [field.attname for field in StatedFacts._meta.get_fields()]


def freeze(month: str, *, by: User) -> ClosedMonth:
    """Close a month with the figures and names of now; each unit's interval is this month alone."""
    last: date = YearMonth.parse(month).last_day
    closed = ClosedMonth.objects.create(month=month, counted_on=last, closed_at=timezone.now(), closed_by=by)
    paths = dict(PartyOrganization.objects.values_list("pk", "path"))
    FrozenFigure.objects.bulk_create(
        FrozenFigure(month=closed, managed_by_path=paths[cell.managed_by_id], **_copied(cell, CELL))
        for cell in Tally.objects.all()
    )
    FrozenUnit.objects.bulk_create(
        FrozenUnit(
            organization_id=facts.organization_id,
            name=facts.organization.name,
            first_month=month,
            last_month=month,
            **_copied(facts, STATED),
        )
        for facts in OrganizationFacts.objects.select_related("organization").filter(counted=True)
    )
    return closed


def _copied(row: Cell | StatedFacts, names: list[str]) -> dict[str, object]:
    return {name: getattr(row, name) for name in names}
