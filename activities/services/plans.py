"""月度计划 and 作用发挥: small tables of a branch. A venue is booked with the plan, by one branch at a time (Opinion 三-3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from activities.models import Contribution, Plan
from activities.services.rows import OwnRows
from core import writing
from core.locks import between_turns, hold
from core.refusals import Refusal
from orgs.handover import Handover
from orgs.models import Venue
from orgs.services.tables import PartyRows


class Plans(PartyRows[Plan]):
    """What is going to be held. Who books a venue waits for whoever is booking it."""

    def hold(self, rows: Collection[Plan]) -> None:
        between_turns()
        hold(Venue, {row.venue_id for row in rows if row.venue_id})

    @transaction.atomic
    def add(self, *, on: date, **told: Any) -> Plan:
        """Not for a day that is over."""
        if told["planned_on"] < on:
            raise Refusal(f"计划日期 {told['planned_on']} 已过，请直接填报活动记录")
        return super().add(on=on, **told)

    def follow(self, row: Plan, on: date) -> None:
        """A venue that somebody else has at that time is refused, with who has it."""
        _require_free(row, on)
        super().follow(row, on)

    def count(self, party_organization_id: int, on: date) -> int:
        return self.model.objects.filter(
            party_organization=party_organization_id, planned_on__gte=on, cancelled_on=None
        ).count()

    def dissolve(self, handover: Handover) -> None:
        rows = Plan.objects.filter(
            party_organization=handover.source_id, planned_on__gte=handover.on, cancelled_on=None
        )
        told: dict[str, Any] = {"by": handover.by, "reason": handover.reason, "on": handover.on}
        writing.change_many(rows, {"cancelled_on": handover.on}, action=self.ending, **told)

    def _set(self, row: Plan, values: Mapping[str, Any], action: str, *, on: date, **told: Any) -> Plan:
        if venue := values.get("venue"):
            hold(Venue, [venue.pk])
        return super()._set(row, values, action, on=on, **told)


def _require_free(row: Plan, on: date) -> None:
    if not row.venue_id or row.cancelled_on:
        return
    taken = Plan.objects.filter(
        venue=row.venue_id,
        planned_on=row.planned_on,
        cancelled_on=None,
        starts_at__lt=row.ends_at,
        ends_at__gt=row.starts_at,
    ).exclude(pk=row.pk)
    if other := taken.select_related("party_organization").first():
        when = f"{other.starts_at:%H:%M}—{other.ends_at:%H:%M}"
        raise Refusal(f"{row.venue}在 {row.planned_on} {when} 已由{other.party_organization}预约，请另选时间或场所")


plans = Plans(
    Plan,
    add=("activities.plan", "制定活动计划"),
    change=("activities.change_plan", "修改活动计划"),
    end=("activities.cancel_plan", "取消活动计划"),
    ends_with="cancelled_on",
    unit="项",
)
contributions = OwnRows(
    Contribution,
    add=("activities.contribute", "登记作用发挥"),
    change=("activities.change_contribution", "修改作用发挥"),
)
