"""Builds the scope of a user from their appointments: the only way from a person to rights (DESIGN §4)."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import ROLES
from core.scope import Grant, Scope
from orgs.models import Appointment, PartyOrganization
from orgs.models.party import MANAGING_KINDS


def scope_for(user: User, *, on: date) -> Scope:
    """What the user may see and do on a day. Two queries, whatever the number of appointments."""
    appointments = list(Appointment.objects.on(on).filter(user=user, user__is_active=True).select_related("node"))
    reaching = [a for a in appointments if not a.duty.own]
    managers: list[tuple[int, str]] = []
    if reaching:
        reach = Scope(user.pk, tuple(_grant(a, frozenset()) for a in reaching))
        nodes = PartyOrganization.objects.filter(reach.path_filter("path"), kind__in=MANAGING_KINDS)
        managers = list(nodes.values_list("pk", "path"))
    grants = []
    for appointment in appointments:
        start, stop = appointment.node.path, appointment.node.path + "~"
        below = (
            frozenset(pk for pk, path in managers if start <= path < stop) if appointment in reaching else frozenset()
        )
        grants.append(_grant(appointment, below))
    return Scope(user.pk, tuple(grants))


def _grant(appointment: Appointment, managers: frozenset[int]) -> Grant:
    duty, node = appointment.duty, appointment.node
    return Grant(
        role=duty.code,
        permissions=duty.permissions,
        node_id=node.pk,
        path=node.path,
        unit_managers=managers,
        whole=node.parent_id is None and not duty.own,
        own=duty.own,
        place=node.name,
    )


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
    return User.objects.filter(Exists(held), ~Exists(beyond), is_active=True)
