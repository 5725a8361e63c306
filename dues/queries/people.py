"""Who serves or served at a branch, and where somebody may approve and pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Q

from accounts.models import User
from accounts.permissions import Permission
from core.id_sets import among
from dues.rules.separation import Person
from members.models import Post
from orgs.access import scope_for
from orgs.models import Appointment, PartyOrganization, Region

COUNTY = Q(parent=None) | Q(region__level__in=(Region.Level.CITY, Region.Level.DISTRICT))  # 县级以上


def person(user: User) -> Person:
    return Person(user.pk, user.name)


def people_of(branch: PartyOrganization) -> list[Person]:
    """Everybody who has or had a role or a post at a branch, with an account or without one."""
    return people_at([branch.pk])[branch.pk]


def people_at(branches: Collection[int]) -> dict[int, list[Person]]:
    """The same of many branches, in two queries."""
    found: dict[int, set[Person]] = defaultdict(set)
    for node, key, name in Appointment.objects.filter(node__in=among(branches)).values_list(
        "node", "user", "user__name"
    ):
        found[node].add(Person(key, name))
    posts = Post.objects.filter(party_organization__in=among(branches))
    for node, key, name, account in posts.values_list("party_organization", "user", "name", "user__name"):
        found[node] |= {Person(0, name)} | ({Person(key, account)} if key else set())
    return defaultdict(list, {node: [*people] for node, people in found.items()})


def seat_of(
    user: User, permission: Permission, branch: PartyOrganization, *, on: date, county: bool = False
) -> PartyOrganization | None:
    """The lowest node at which somebody holds a permission and that the branch is, or lies below; `county`: of county level
    or above."""
    grants = scope_for(user, on=on).having(permission).grants
    nodes = [grant.node_id for grant in grants if not grant.own and branch.path.startswith(grant.path)]
    rows = (
        PartyOrganization.objects.filter(COUNTY, pk__in=nodes)
        if county
        else PartyOrganization.objects.filter(pk__in=nodes)
    )
    return rows.order_by("-path").first() if nodes else None
