"""The road of a refund as its page shows it: each step with who took it when and where, and the money then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dues.models import Refund, RefundStep
from dues.queries.paid import paid_by_month
from dues.queries.steps import ROAD
from dues.rules.amounts import ZERO
from dues.rules.months import months_between

Step = RefundStep.Step


@dataclass(frozen=True)
class Stage:
    """A step of the road; `done` is empty while it lies ahead, `waits` where the refund stands now."""

    name: str
    done: RefundStep | None
    waits: bool = False


def road_of(refund: Refund) -> tuple[list[Stage], list[RefundStep]]:
    """The stages, as far as they hold since the last application; and every step that was ever taken, the oldest first."""
    taken = list(RefundStep.objects.filter(refund=refund).select_related("by", "node").order_by("pk"))
    held: dict[str, RefundStep] = {}
    for one in taken:
        if one.step in (Step.RETURN, Step.REJECT, Step.WITHDRAW):
            held = {Step.LIST: held[Step.LIST]}
        else:
            held[one.step] = one
    ahead = next((step for step in ROAD if step not in held), None)
    over = refund.state in Refund.ENDED
    return [Stage(step.label, held.get(step), step == ahead and not over) for step in ROAD], taken


def months_of(refund: Refund) -> list[tuple[date, Decimal]]:
    """What the branch collected month by month, as the ledger has it now."""
    if not refund.first_month or not refund.last_month:
        return []
    found = paid_by_month([refund.party_organization_id], refund.first_month, refund.last_month)
    months = months_between(refund.first_month, refund.last_month)
    return [(month, found.get((refund.party_organization_id, month), ZERO)) for month in months]
