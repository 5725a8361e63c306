"""Builds the scope of a user from their appointments: the only way from a person to rights (rules §10)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cache, reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import ROLES
from core.scope import Grant, Scope, subtree
from orgs.models import Appointment, PartyOrganization
from orgs.models.party import MANAGING_KINDS


def scope_for(user: User, *, on: date) -> Scope:
    """What the user may see and do on a day. One query, and another one when it matters which nodes below manage units."""
    held = Appointment.objects.on(on).filter(user=user, user__is_active=True).order_by()
    found = list(held.values_list("role", "node", "node__path", "node__parent", "node__name"))
    reaching = [path for role, _, path, _, _ in found if not ROLES[role].own]
    managers: Callable[[], list[tuple[int, str]]] = cache(lambda: _managers(reaching))

    def grant(role: str, node: int, path: str, parent: int | None, name: str) -> Grant:
        duty = ROLES[role]
        below = SimpleLazyObject(lambda: frozenset(pk for pk, place in managers() if place.startswith(path)))
        return Grant(
            role=role,
            permissions=duty.permissions,
            node_id=node,
            path=path,
            unit_managers=frozenset() if duty.own else below,  # type: ignore[arg-type]
            whole=parent is None and not duty.own,
            own=duty.own,
            place=name,
        )

    return Scope(user.pk, tuple(grant(*one) for one in found))


def _managers(paths: Collection[str]) -> list[tuple[int, str]]:
    """The nodes below any of the paths that manage units: id and path."""
    below = reduce(or_, map(subtree, paths), Q(pk__in=[]))
    return list(PartyOrganization.objects.filter(below, kind__in=MANAGING_KINDS).values_list("pk", "path"))


def supervised_users(scope: Scope, *, on: date) -> QuerySet[User]:
    """Secretaries and instructors whom the scope looks after: everything that they hold lies within it.

    Whoever holds or will hold any other role, or one elsewhere, is left out: a new password would open that role too.
    """
    held_or_to_come = Appointment.objects.during(on, None).filter(user=OuterRef("pk"))
    looked_after = scope.having(Permission.CODES_ISSUE)
    inside = Appointment.objects.during(on, None).filter(
        looked_after.path_filter("node__path"), role__in=[role.code for role in ROLES.values() if role.trusted_phone]
    )
    held = held_or_to_come.on(on).filter(pk__in=inside.values("pk"))
    beyond = held_or_to_come.exclude(pk__in=inside.values("pk"))
    return User.objects.filter(Exists(held), ~Exists(beyond), is_active=True).as_narrowed()
