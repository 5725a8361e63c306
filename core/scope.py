"""What a request may see: a frozen value, computed once, from which every query starts.

`core` knows no domain word: a scope is made of grants over a tree of nodes, each an interval of materialised paths.
`orgs.access.scope_for` builds it from appointments.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from django.db import models

from core.page_cache import once_a_page
from core.refusals import Refusal

PATH_END = "~"  # sorts after every character that a path holds


def subtree(path: str, field: str = "path") -> models.Q:
    """The node of a path and everything under it."""
    return models.Q(**{f"{field}__gte": path, f"{field}__lt": path + PATH_END})


class Everything(models.Q):
    """The condition that holds for every row. Django takes an empty `Q` for no condition at all and drops it from an OR, which
    would leave the other part alone."""

    def __or__(self, other: models.Q) -> models.Q:
        return self

    __ror__ = __or__  # asked first, since this is a subclass

    def __invert__(self) -> models.Q:
        return models.Q(pk__in=[])


@dataclass(frozen=True)
class Grant:
    """One appointment as the queries need it: permissions over the subtree of one node.

    `own` grants reach only what is assigned to the user in person: their interval is empty.
    """

    role: str
    permissions: frozenset[str]
    node_id: int
    path: str
    # ids of the nodes below that manage units; the path says which
    unit_managers: Collection[int] = field(compare=False)
    whole: bool = False  # the node is the root: nothing needs to be filtered
    own: bool = False
    place: str = ""  # what the node is called

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
        return any(permission in grant.permissions for grant in self.grants)

    def having(self, permission: str) -> Scope:
        """Narrow to the grants that hold the permission; empty when none does."""
        return Scope(self.user_id, tuple(grant for grant in self.grants if permission in grant.permissions))

    @property
    def places(self) -> tuple[str, ...]:
        """What the nodes are called at which the user serves."""
        return tuple(dict.fromkeys(grant.place for grant in self.grants))

    @cached_property
    def reach(self) -> tuple[Any, ...]:
        """What tells this scope from every other that reaches more, less or something else, or in another role."""
        grants = ((grant.role, grant.path, grant.whole or sorted(grant.unit_managers)) for grant in self.grants)
        return (self.user_id if self.own else 0, *grants)

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

    def manages(self, node_id: int, permission: str) -> bool:
        """Tell whether units managed by a node are the scope's by a permission."""
        granted = self.having(permission)
        return granted.whole or node_id in granted.unit_managers

    def holds_path(self, path: str) -> bool:
        return any(start <= path < stop for start, stop in self.intervals)

    def holds_below(self, path: str) -> bool:
        """The same without the nodes at which the grants stand (`below_filter`)."""
        return self.whole or any(start < path < stop for start, stop in self.intervals)

    @cached_property
    def measured_nodes(self) -> frozenset[int]:
        """Ids of the nodes at which the user serves, in whatever role, but for the root: what measures them is set above."""
        return frozenset(grant.node_id for grant in self.grants if not grant.whole)

    def path_filter(self, field: str) -> models.Q:
        """A condition on a path column; intervals use its index on both databases, `startswith` does not."""
        return self._from(f"{field}__gte", field)

    def below_filter(self, field: str) -> models.Q:
        """The same without the nodes at which the grants stand: what belongs to them is given above. Nobody stands above
        the root."""
        return self._from(f"{field}__gt", field)

    def _from(self, first: str, field: str) -> models.Q:
        if self.whole:
            return Everything()
        condition = models.Q(pk__in=[])
        for start, stop in self.intervals:
            condition |= models.Q(**{first: start, f"{field}__lt": stop})
        return condition


class ScopedQuerySet(models.QuerySet):
    """A queryset that can be narrowed to a scope, by permission and by place in one step.

    Two reaches (rules §10): `within` is what may be seen, `changeable` what may be written, revealed, merged or used for
    something else. The model says by which permission (`view_permission`, `change_permission`) and how a row hangs on the
    tree: by `scope_path`, the lookup of its node's path, and by `change_path` where it is changed elsewhere than it is
    seen; or by an own `reached_by` and `changed_by`. An empty `change_permission` means that no person writes it.

    What was narrowed says so, and so does whatever is made of it: pages ask `narrowed`, which does what was forgotten.
    """

    model: Any  # a model that declares what the class says
    was_narrowed = False

    def _clone(self) -> Self:
        rows: Self = super()._clone()  # type: ignore[misc]
        rows.was_narrowed = self.was_narrowed
        return rows

    def as_narrowed(self) -> Self:
        """The same rows, which a scope reaches by a rule of its own."""
        rows = self.all()
        rows.was_narrowed = True
        return rows

    def within(self, scope: Scope) -> Self:
        """Rows that the scope may see."""
        return self.seen_by(scope).as_narrowed()

    def seen_by(self, scope: Scope) -> Self:
        """None without the model's permission, else those that its grants reach."""
        granted = scope.having(self.model.view_permission)
        return self.reached_by(granted) if granted.grants else self.none()

    def changeable(self, scope: Scope, permission: str = "") -> Self:
        """Rows that the scope may write, by the model's own permission or by that of the act."""
        granted = scope.having(permission or self.model.change_permission)
        return (self.changed_by(granted) if granted.grants else self.none()).as_narrowed()

    def attachable(self, scope: Scope, to: type[models.Model]) -> Self:
        """Rows that a row of the model `to` may name: those that could be changed by whoever writes it."""
        return self.changeable(scope, to.change_permission)  # type: ignore[attr-defined]

    def reached_by(self, scope: Scope) -> Self:
        """Rows below the nodes of a scope whose every grant holds the permission to see."""
        return self.filter(scope.path_filter(self.model.scope_path))

    def changed_by(self, scope: Scope) -> Self:
        """Rows that a scope whose every grant holds the permission may write."""
        path = getattr(self.model, "change_path", "") or self.model.scope_path
        return self.filter(scope.path_filter(path))


class PublicQuerySet(ScopedQuerySet):
    """Reference data that everyone signed in may read and name: code lists, regions, parameters. It holds for the whole
    city, so only the root changes it unless a subclass says more."""

    def seen_by(self, scope: Scope) -> Self:
        return self.all()

    def attachable(self, scope: Scope, to: type[models.Model]) -> Self:
        return self.all()

    def changed_by(self, scope: Scope) -> Self:
        return self.all() if scope.whole else self.none()


def narrowed(rows: Any, scope: Scope) -> models.QuerySet:
    """Rows as a page shows them: those of its scope, also where whoever gives them did not ask for it."""
    return rows if getattr(rows, "was_narrowed", False) else rows.within(scope)


def may_change(record: models.Model, scope: Scope, permission: str = "") -> bool:
    """Tell whether a row is the scope's to change, by the model's own permission or by that of the act."""
    rows: Any = type(record)._default_manager.all()
    if type(rows).changeable is not ScopedQuerySet.changeable:  # the model has a rule of its own
        return rows.changeable(scope, permission).filter(pk=record.pk).exists()
    return _reaches(type(record), record.pk, scope.having(permission or rows.model.change_permission), "changed_by")


def may_see(record: models.Model, scope: Scope, permission: str = "") -> bool:
    """Tell whether a row is the scope's to see, by the model's own permission or by another one."""
    rows: Any = type(record)._default_manager.all()
    if type(rows).seen_by is not ScopedQuerySet.seen_by:
        return rows.within(scope.having(permission) if permission else scope).filter(pk=record.pk).exists()
    return _reaches(type(record), record.pk, scope.having(permission or rows.model.view_permission), "reached_by")


@once_a_page
def _reaches(model: Any, key: Any, granted: Scope, how: str) -> bool:
    """Several rights of one role reach the same rows."""
    rows = getattr(model._default_manager.all(), how)(granted)
    everything = not rows.query.has_filters()
    return bool(granted.grants) and (everything or rows.filter(pk=key).exists())


def require_changeable(record: models.Model, scope: Scope) -> None:
    """After a write: what was written must still be the user's to change, but for services that hand over (rules §10).

    Called inside the transaction of the write, which the refusal takes back. Raises Refusal.
    """
    if not may_change(record, scope):
        raise Refusal("保存后这条记录不归您的党组织管理，没有保存；请核对所属党组织或区划")
