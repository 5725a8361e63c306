"""Who serves or served at a branch, and where somebody may approve and pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from core.id_sets import among
from core.models import AuditEntry
from members.models import Post
from members.rules.separation import Acted, Person
from orgs.access import scope_for
from orgs.models import Appointment, PartyOrganization, Region
from orgs.models.party import steps

Key = TypeVar("Key", bound=Hashable)
RESET_BINDS = timedelta(days=90)  # so long a new password binds whoever gave it
COUNTY = Q(parent=None) | Q(region__level__in=(Region.Level.CITY, Region.Level.DISTRICT))  # 县级以上


def person(user: User) -> Person:
    return persons([user.pk])[user.pk]


def persons(accounts: Collection[int]) -> dict[int, Person]:
    """Accounts with every name that they had: those stay in the trail. Two queries."""
    former: dict[int, set[str]] = defaultdict(set)
    entries = AuditEntry.objects.filter(model=User._meta.label_lower, object_id__in=[str(key) for key in {*accounts}])
    for key, changes in entries.filter(changes__has_key="name").values_list("object_id", "changes"):
        former[int(key)] |= {name for name in changes["name"] if name}
    names = User.objects.filter(pk__in=among(accounts)).values_list("pk", "name")
    return {key: Person(key, name, frozenset(former[key] - {name})) for key, name in names}


def let_in(accounts: Collection[int]) -> dict[int, list[tuple[datetime, Person]]]:
    """Who gave accounts a new password, by which he could sign in as they, and when. One query."""
    found: dict[int, list[tuple[datetime, Person]]] = defaultdict(list)
    entries = AuditEntry.objects.filter(model=User._meta.label_lower, object_id__in=[str(key) for key in {*accounts}])
    given = entries.filter(action="accounts.reset", user__isnull=False)
    for key, at, who, name in given.values_list("object_id", "at", "user", "user_name"):
        found[int(key)].append((at, Person(who, name)))
    return found


def acted_on(taken: Mapping[Key, Collection[tuple[str, int, date]]]) -> dict[Key, list[Acted]]:
    """Of each, the steps that were taken, by which account and when, on a day or at a moment, as they bind: whoever took it, and
    whoever could have signed in as he, since he had given his account a new password in the RESET_BINDS before. A constant number
    of queries."""
    accounts = {key for some in taken.values() for _, key, _ in some}
    known, resets = persons(accounts), let_in(accounts)
    found: dict[Key, list[Acted]] = defaultdict(list)
    for of, some in taken.items():
        for step, key, taken_on in some:
            exact = isinstance(taken_on, datetime)
            given = [
                who
                for at, who in resets[key]
                if taken_on - RESET_BINDS <= (at if exact else timezone.localdate(at)) <= taken_on
            ]
            found[of] += [Acted(step, known[key]), *(Acted(f"为{known[key].name}重置口令", who) for who in given)]
    return found


def people_of(branch: PartyOrganization) -> list[Person]:
    """Everybody who has or had a role or a post at a branch, or at the general branch that it belongs to, with an account or
    without one."""
    return people_at([branch])[branch.pk]


def people_at(branches: Collection[PartyOrganization]) -> dict[int, list[Person]]:
    """The same of many branches. A constant number of queries."""
    above = {branch.pk: steps(branch.path) for branch in branches}
    among_them = Q(kind=PartyOrganization.Kind.GENERAL_BRANCH) | Q(pk__in=among(above))
    nodes = set(
        PartyOrganization.objects.filter(among_them, pk__in=among({*chain(*above.values())})).values_list(
            "pk", flat=True
        )
    )
    roles = list(Appointment.objects.filter(node__in=among(nodes)).values_list("node", "user"))
    posts = list(
        Post.objects.filter(party_organization__in=among(nodes)).values_list("party_organization", "user", "name")
    )
    known = persons([key for _, key in roles] + [key for _, key, _ in posts if key])
    found: dict[int, set[Person]] = defaultdict(set)
    for node, key in roles:
        found[node].add(known[key])
    for node, key, name in posts:
        found[node] |= {Person(0, name)} | ({known[key]} if key else set())
    return {branch: [one for node in line if node in nodes for one in found[node]] for branch, line in above.items()}


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
