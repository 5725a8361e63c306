"""Where refunds wait, since when, and with whom; and which of them wait for somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.permissions import Permission
from accounts.permissions import Permission as P
from accounts.roles import ROLES
from core.formats import some
from core.id_sets import among
from core.scope import Scope
from dues.models import Refund, RefundStep
from dues.queries.steps import NEXT, OWN, UNSAID
from members.queries.people import COUNTY
from orgs.models import Appointment, PartyOrganization
from orgs.models.party import steps as ids_of

MOST_NAMES = 3


@dataclass(frozen=True)
class Waiting:
    """The next step of a refund, where it is taken and by whom there."""

    step: str
    node: PartyOrganization
    names: tuple[str, ...]

    @property
    def whom(self) -> str:
        """Some names, or that there is nobody yet."""
        return some(self.names, most=MOST_NAMES, unit="人") or "还没有人员，请联系安全管理员授权"


def waiting_for(rows: Sequence[Refund], *, on: date) -> dict[int, Waiting]:
    """By refund, what it waits for; those that have ended wait for nothing. A constant number of queries."""
    open_rows = [row for row in rows if row.state in NEXT]
    ids = {node for row in open_rows for node in ids_of(row.party_organization.path)}
    nodes = PartyOrganization.objects.in_bulk(ids)
    county = set(PartyOrganization.objects.filter(COUNTY, pk__in=among(ids)).values_list("pk", flat=True))
    there, acted = _there(ids, on), _acted(open_rows)
    found = {}
    for row in open_rows:
        step, permission = NEXT[row.state]
        *above, own = ids_of(row.party_organization.path)
        places = [own] if permission in OWN else [one for one in above if permission == P.DUES_REVIEW or one in county]
        left = {node: [name for name in there[node, permission] if name not in acted[row.pk]] for node in places}
        held = [node for node in places if left[node]] or places
        found[row.pk] = Waiting(step.label, nodes[held[-1]], tuple(left[held[-1]]))
    return found


def _acted(rows: Sequence[Refund]) -> dict[int, set[str]]:
    """By refund, the names of those who took a step that bars them from its next one."""
    found: dict[int, set[str]] = defaultdict(set)
    state = {row.pk: row.state for row in rows}
    steps = RefundStep.objects.filter(refund__in=among(state)).order_by().values_list("refund", "step", "by__name")
    for refund, step, name in steps:
        if step not in UNSAID[NEXT[state[refund]][0]]:
            found[refund].add(name)
    return found


def _there(nodes: set[int], on: date) -> dict[tuple[int, Permission], list[str]]:
    """Names of who holds a permission of money at each of the nodes."""
    found: dict[tuple[int, Permission], list[str]] = defaultdict(list)
    held = Appointment.objects.on(on).filter(node__in=among(nodes), user__is_active=True).order_by("user")
    for node, role, name in held.values_list("node", "role", "user__name"):
        for permission in (P.DUES_APPLY, P.DUES_COLLECT, P.DUES_REVIEW, P.DUES_APPROVE):
            if permission in ROLES[role].permissions and name not in found[node, permission]:
                found[node, permission].append(name)
    return found


def for_me(scope: Scope, *states: str) -> Any:
    """Refunds in these states (none given: all) whose next step the scope may take by its duties, and did not bar itself from."""
    condition = Q(pk__in=[])
    for state in states or tuple(NEXT):
        step, permission = NEXT[state]
        acted = RefundStep.objects.filter(by=scope.user_id).exclude(step__in=UNSAID[step])
        mine = _reach(scope.having(permission), permission) & ~Q(pk__in=acted.values("refund"))
        condition |= Q(state=state) & mine
    return Refund.objects.filter(condition).select_related("party_organization").as_narrowed()


def _reach(scope: Scope, permission: Permission) -> Q:
    if permission == P.DUES_APPROVE:
        ids = [grant.node_id for grant in scope.grants]
        county = (
            set(PartyOrganization.objects.filter(COUNTY, pk__in=ids).values_list("pk", flat=True)) if ids else set()
        )
        scope = Scope(scope.user_id, tuple(grant for grant in scope.grants if grant.node_id in county))
    if not scope.grants:
        return Q(pk__in=[])
    of_branch = permission in OWN
    return (
        scope.path_filter("party_organization__path") if of_branch else scope.below_filter("party_organization__path")
    )
