"""What a request may see: a frozen value, computed once, from which every query starts.

`core` knows no domain word: a scope is made of grants over a tree of nodes, each an interval of materialised paths.
`orgs.access.scope_for` builds it from appointments.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.db import models

PATH_END = "~"  # sorts after every character that a path holds


@dataclass(frozen=True)
class Grant:
    """One appointment as the queries need it: permissions over the subtree of one node.

    `own` grants reach only what is assigned to the user in person: their interval is empty.
    """

    role: str
    permissions: frozenset[str]
    node_id: int
    path: str
    unit_managers: frozenset[int]  # ids of the nodes below that manage units
    whole: bool = False  # the node is the root: nothing needs to be filtered
    own: bool = False

    @property
    def interval(self) -> tuple[str, str]:
        """Half-open interval of paths [node, after its last descendant)."""
        return self.path, self.path + PATH_END


@dataclass(frozen=True)
class Scope:
    """What one user may see and do on one day."""

    user_id: int
    grants: tuple[Grant, ...] = ()

    def may(self, permission: str) -> bool:
        """Tell whether any grant holds the permission."""
        return any(permission in grant.permissions for grant in self.grants)

    def having(self, permission: str) -> Scope:
        """Narrow to the grants that hold the permission; empty when none does."""
        return Scope(self.user_id, tuple(grant for grant in self.grants if permission in grant.permissions))

    @cached_property
    def whole(self) -> bool:
        """Whether the root of the tree is within."""
        return any(grant.whole for grant in self.grants if not grant.own)

    @cached_property
    def own(self) -> bool:
        """Whether things assigned to the user in person are within."""
        return any(grant.own for grant in self.grants)

    @cached_property
    def intervals(self) -> tuple[tuple[str, str], ...]:
        """Path intervals without those that lie in another one."""
        found: list[tuple[str, str]] = []
        for start, stop in sorted(grant.interval for grant in self.grants if not grant.own):
            if not found or start >= found[-1][1]:
                found.append((start, stop))
        return tuple(found)

    @cached_property
    def unit_managers(self) -> frozenset[int]:
        """Ids of all nodes within that manage units."""
        return frozenset().union(*(grant.unit_managers for grant in self.grants if not grant.own))

    def holds_path(self, path: str) -> bool:
        """Tell whether a node of the tree lies within."""
        return any(start <= path < stop for start, stop in self.intervals)

    def path_filter(self, field: str) -> models.Q:
        """A condition on a path column; intervals use its index on both databases, `startswith` does not."""
        if self.whole:
            return models.Q()
        condition = models.Q(pk__in=[])
        for start, stop in self.intervals:
            condition |= models.Q(**{f"{field}__gte": start, f"{field}__lt": stop})
        return condition


class ScopedQuerySet(models.QuerySet):
    """A queryset that can be narrowed to a scope, by permission and by place in one step.

    The model says which permission shows its rows (`view_permission`) and how a row hangs on the tree: by `scope_path`,
    the lookup of its node's path, or by an own `reached_by`.
    """

    model: Any  # a model that declares `view_permission` and `scope_path`

    def within(self, scope: Scope) -> Self:
        """Rows that the scope may see: none without the model's permission, else those its grants reach."""
        granted = scope.having(self.model.view_permission)
        return self.reached_by(granted) if granted.grants else self.none()

    def reached_by(self, scope: Scope) -> Self:
        """Rows below the nodes of a scope whose every grant holds the permission."""
        return self.filter(scope.path_filter(self.model.scope_path))


class PublicQuerySet(models.QuerySet):
    """Reference data that everyone signed in may read: code lists, regions, parameters."""

    def within(self, scope: Scope) -> Self:
        """All rows: the data is public."""
        return self.all()
