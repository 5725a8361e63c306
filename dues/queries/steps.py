"""Who may take the next step of refunds: the place, what was done before and by whom. Of many as of one, in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from accounts.permissions import Permission
from accounts.permissions import Permission as P
from core.scope import Grant
from dues.models import Refund, RefundStep
from members.queries import people
from members.queries.people import COUNTY, people_at, person
from members.rules.separation import Acted, Person, barred
from orgs.access import scope_for
from orgs.models import PartyOrganization
from orgs.models.party import steps as ids_of

State, Step = Refund.State, RefundStep.Step


class Move(NamedTuple):
    """From which states a step is taken, to which it leads, and with which permission (None: that of the next step)."""

    since: tuple[str, ...]
    to: str
    by: Permission | None = None


ROAD = (Step.LIST, Step.APPLY, Step.REVIEW, Step.APPROVE, Step.PAY, Step.RECEIVE)
MOVES = {
    Step.APPLY: Move((State.LISTED, State.RETURNED), State.APPLIED, P.DUES_APPLY),
    Step.REVIEW: Move((State.APPLIED,), State.REVIEWED, P.DUES_REVIEW),
    Step.APPROVE: Move((State.REVIEWED,), State.APPROVED, P.DUES_APPROVE),
    Step.PAY: Move((State.APPROVED,), State.PAID, P.DUES_APPROVE),
    Step.RECEIVE: Move((State.PAID,), State.RECEIVED, P.DUES_COLLECT),
    Step.RETURN: Move((State.APPLIED, State.REVIEWED, State.APPROVED), State.RETURNED),
    Step.REJECT: Move((State.APPLIED, State.REVIEWED), State.REJECTED),
    Step.WITHDRAW: Move((State.LISTED, State.APPLIED, State.RETURNED), State.WITHDRAWN, P.DUES_APPLY),
}
BY = {step: move.by for step, move in MOVES.items() if step in ROAD and move.by}
NEXT = {state: (step, by) for step, by in BY.items() for state in MOVES[step].since}
OWN = (P.DUES_APPLY, P.DUES_COLLECT)  # what the branch itself does
UNSAID = {  # steps that bind nobody, beside the step itself: whoever applied may apply again
    step: {Step.RETURN, Step.REJECT, Step.WITHDRAW, step} | ({Step.LIST} if step == Step.APPLY else set())
    for step in Step
}


@dataclass(frozen=True)
class Rights:
    """What one person may do with several refunds, and why not."""

    by: Person
    step: RefundStep.Step
    permission: Permission
    county: frozenset[int]  # nodes of county level or above, of all that stand above the branches
    grants: tuple[Grant, ...]
    nodes: dict[int, PartyOrganization]
    acted: dict[int, list[Acted]]
    people: dict[int, list[Person]]

    @property
    def at_county(self) -> bool:
        return self.permission == P.DUES_APPROVE

    def _seats(self, row: Refund) -> list[int]:
        path = row.party_organization.path
        here = [grant.node_id for grant in self.grants if path.startswith(grant.path) and path != grant.path]
        return [node for node in here if not self.at_county or node in self.county]

    def seat(self, row: Refund) -> PartyOrganization:
        """The lowest node at which the person may take the step."""
        return max((self.nodes[node] for node in self._seats(row)), key=lambda node: node.path)

    def payer(self, row: Refund) -> PartyOrganization:
        """The lowest node of county level or above over a branch: whose dues pay."""
        above = [node for node in ids_of(row.party_organization.path)[:-1] if node in self.county]
        return self.nodes[above[-1]]

    def objection(self, row: Refund) -> str:
        """Why the person does not take the step; empty where nothing stands against it."""
        if not self._seats(row):
            where = "县级以上党组织" if self.at_county else f"{row.party_organization}的上级党组织"
            return f"须在{where}有“{self.permission.label}”的权限，请由有权限的人员办理"
        return barred(
            self.by, act=self.step.label, earlier=self.acted[row.pk], branch=self.people[row.party_organization_id]
        )


def rights_of(rows: Sequence[Refund], step: RefundStep.Step, by: User, *, on: date) -> Rights:
    """A constant number of queries, however many refunds there are."""
    branches = {row.party_organization for row in rows}
    above = {node for row in rows for node in ids_of(row.party_organization.path)[:-1]}
    nodes = PartyOrganization.objects.in_bulk(above)
    county = PartyOrganization.objects.filter(COUNTY, pk__in=above).values_list("pk", flat=True)
    grants = tuple(grant for grant in scope_for(by, on=on).having(BY[step]).grants if not grant.own)
    return Rights(
        person(by), step, BY[step], frozenset(county), grants, nodes, acted_on(rows, step), people_at(branches)
    )


def acted_on(rows: Iterable[Refund], step: RefundStep.Step) -> dict[int, list[Acted]]:
    """By refund: the steps that bind whoever took them, the newest first."""
    taken: dict[int, list[tuple[str, int, datetime]]] = defaultdict(list)
    steps = RefundStep.objects.filter(refund__in=[row.pk for row in rows]).exclude(step__in=UNSAID[step])
    for refund, name, key, at in steps.order_by("-pk").values_list("refund", "step", "by", "at"):
        taken[refund].append((Step(name).label, key, at))
    return people.acted_on(taken)


def unlike_steps(rows: QuerySet[Refund]) -> Iterator[tuple[Refund, str]]:
    """Refunds that are not what their last step left them: steps are only added, and the trail proves each. One statement, so
    that nothing happens between."""
    last = RefundStep.objects.filter(refund=OuterRef("pk")).order_by("-pk")
    told = {f"last_{name}": Subquery(last.values(name)[:1]) for name in ("step", "paid_total", "amount")}
    for row in rows.select_related("party_organization").annotate(**told).order_by("pk"):
        found: Any = row
        state = (
            "" if not found.last_step else State.LISTED if found.last_step == Step.LIST else MOVES[found.last_step].to
        )
        if (state, found.last_paid_total, found.last_amount) != (row.state, row.paid_total, row.amount):
            step = Step(found.last_step).label if found.last_step else "没有步骤"
            yield row, f"{row}的状态、金额与最后一步“{step}”的记录不符"
