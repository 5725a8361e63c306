"""Who serves and has no account for it: secretaries from their posts, treasurers that branches lack, and whom apps above add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.permissions import Permission as P
from accounts.roles import SECRETARY, TREASURER
from core.periods import not_over
from core.registries import Registry
from core.scope import Scope
from members.models import Member, Post
from members.models.accounts import WantedAccount
from members.models.posts import LEADING
from members.services.posts import posts
from orgs.models import Appointment, PartyOrganization
from orgs.models.party import BRANCH_KINDS


@dataclass(frozen=True)
class Wanted:
    """Somebody without an account: `key` is the record that says so; `names` are suggested where the name is to be given."""

    source: str
    key: int
    role: str
    node: PartyOrganization
    name: str = ""
    names: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return f"{self.source}:{self.key}"


@dataclass(frozen=True)
class WantedSource:
    """Records that tell of somebody who needs an account. `rows` are those without one; `worded` puts them in words; `link` lets
    the record know the account that was opened."""

    code: str
    rows: Callable[[Scope, date], QuerySet]
    worded: Callable[[Iterable[Any], date], Iterator[Wanted]]
    link: Callable[..., None]

    def open(self, scope: Scope, on: date) -> QuerySet:
        """Those whom nobody has asked for yet."""
        asked = WantedAccount.objects.filter(source=self.code, key=OuterRef("pk"), state=WantedAccount.State.WAITING)
        return self.rows(scope, on).exclude(Exists(asked)).order_by("pk")


sources: Registry[WantedSource] = Registry()


def _leading(scope: Scope, on: date) -> QuerySet[Post]:
    """Posts of secretaries that hold, at branches within the scope, without an account."""
    place = scope.having(P.CODES_ISSUE).path_filter("party_organization__path")
    of_branches = {"party_organization__kind__in": BRANCH_KINDS, "party_organization__dissolved_on": None}
    rows = Post.objects.on(on).filter(place, post=Post.Kind.SECRETARY, user=None, **of_branches)
    return rows.select_related("party_organization")


def _secretaries(rows: Iterable[Post], on: date) -> Iterator[Wanted]:
    for post in rows:
        yield Wanted("post", post.pk, SECRETARY.code, post.party_organization, post.name)


def _give_post(*, key: int, user: User, by: User, on: date) -> None:
    row = Post.objects.select_related("party_organization", "member").get(pk=key)
    posts.write(row=row, values={"user": user}, by=by, on=on, reason="账号批量申请")


def _without_treasurer(scope: Scope, on: date) -> QuerySet[PartyOrganization]:
    """Branches with members within the scope at which nobody keeps the dues."""
    held = Appointment.objects.filter(not_over(on), role=TREASURER.code, node=OuterRef("pk"))
    here = Member.objects.on_the_roll().filter(party_organization=OuterRef("pk"))
    place = scope.having(P.CODES_ISSUE).path_filter("path")
    rows = PartyOrganization.objects.standing().filter(place, kind__in=BRANCH_KINDS)
    return rows.filter(Exists(here), ~Exists(held))


def _treasurers(rows: Iterable[PartyOrganization], on: date) -> Iterator[Wanted]:
    """The name is to be given; suggested are those who hold another post there."""
    nodes, names = list(rows), defaultdict(list)
    others = Post.objects.on(on).filter(party_organization__in=nodes).exclude(post__in=LEADING).order_by("pk")
    for place, name in others.values_list("party_organization", "name"):
        names[place].append(name)
    for node in nodes:
        yield Wanted("treasurer", node.pk, TREASURER.code, node, names=tuple(names[node.pk]))


def _nothing(**values: Any) -> None:
    """The appointment alone says who it is."""


sources.add(
    WantedSource("post", _leading, _secretaries, _give_post),
    WantedSource("treasurer", _without_treasurer, _treasurers, _nothing),
)
