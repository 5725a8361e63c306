"""Who may import a list, and in the name of which node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from accounts.models import User
from core.refusals import Refusal
from core.scope import Grant, Scope
from core.sources import Importer
from orgs.access import scope_for
from orgs.models import PartyOrganization
from orgs.models.party import MANAGING_KINDS, STEP


def admission(permission: str) -> Callable[[User | None, date], Importer]:
    """Admits users with the permission: they import into their whole area, from the highest node of their duties."""

    def admit(user: User | None, on: date) -> Importer:
        scope = _system(permission) if user is None else scope_for(user, on=on).having(permission)
        grants = [grant for grant in scope.grants if not grant.own]
        if not grants:
            raise Refusal(f"{user}没有导入名单的权限，请联系安全管理员授权")
        highest = min(grants, key=lambda grant: (len(grant.path), grant.path))
        committee = _managing(highest.path)
        return Importer(user, scope, committee.pk, committee.path)

    return admit


def _managing(path: str) -> PartyOrganization:
    """The committee at a place of the tree, or the nearest one above it."""
    ways = [path[:end] for end in range(STEP, len(path) + 1, STEP)]
    nodes = PartyOrganization.objects.filter(path__in=ways, kind__in=MANAGING_KINDS).order_by("-path")
    if (found := nodes.first()) is None:
        raise Refusal("还没有管理两新组织的党委或工委，请先建立党组织体系")
    return found


def _system(permission: str) -> Scope:
    root = PartyOrganization.objects.filter(parent=None).order_by("pk").first()
    if root is None:
        raise Refusal("还没有党组织体系，请先建立或导入党组织")
    whole = Grant("SYSTEM", frozenset({permission}), root.pk, root.path, frozenset(), whole=True)
    return Scope(0, (whole,))
