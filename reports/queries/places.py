"""The places of a closed month: the tree, names and areas of then, and what a person's reach of today was among them.

Whoever has a node today reaches in a closed month what stood under that node then: the node is found by its id, and the
committees below it by their frozen paths. So a street that moves takes no past with it, and nobody loses or gains a
past by a move; a node that did not exist then has none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from core.scope import Grant, Scope
from orgs.figures import Committee, Tree, areas_counted
from orgs.models import Region, Zone
from reports.models import FrozenFigure, FrozenPlace, lasting

Kind = FrozenPlace.Kind
LEVELS = [level.value for level in Region.Level]


class FrozenTree(Tree):
    """Read when it is asked for, each part once."""

    def __init__(self, month: str, asked: Scope | None = None) -> None:
        """`asked` is the scope as it is today; names alone need none."""
        self.month, self._asked = month, asked or Scope(0)

    @cached_property
    def scope(self) -> Scope:
        """The scope as it was among the places of then."""
        return Scope(self._asked.user_id, tuple(map(self._then, self._asked.grants)))

    @cached_property
    def nodes(self) -> Mapping[int, Committee]:  # type: ignore[override]
        """The committees that the scope reached then, with the names and paths of then."""
        return {
            key: Committee(key, row.name, row.details["code"], row.details["path"], row.details["region"])
            for key, row in self._committees.items()
            if self._asked.whole or self.scope.holds_path(row.details["path"])
        }

    def areas(self, codes: Collection[str]) -> dict[str, Region]:
        return {area.code: area for area in self._areas(kind__in=LEVELS, key__in=[int(code) for code in codes])}

    def streets(self) -> list[Region]:
        """All districts and streets of then."""
        return self._areas(kind__in=[Kind.DISTRICT, Kind.STREET])

    def areas_reached(self, scope: Scope) -> list[Region]:
        """The areas that the committees of the scope had jurisdiction over, or had anything in."""
        held = {code for key in self.nodes for code in self._committees[key].details["regions"]}
        counted = areas_counted(FrozenFigure.objects.within(self.scope).of_month(self.month))
        return list(self.areas(held | set(counted) - {""}).values())

    def areas_of(self, committee: int) -> list[Region]:
        """The areas that a committee itself had jurisdiction over."""
        return list(self.areas(self._committees[committee].details["regions"]).values())

    def zones(self) -> dict[int, Zone]:
        """All zones of then, by kind and code."""
        rows = [Zone(pk=row.key, name=row.name, **row.details) for row in self._rows.filter(kind=Kind.ZONE)]
        return {zone.pk: zone for zone in sorted(rows, key=lambda zone: (zone.kind, zone.code))}

    def authorities(self) -> dict[int, str]:
        """Industry authorities by the committee that managed their organizations."""
        return {key: row.details["authority"] for key, row in self._committees.items() if row.details["authority"]}

    def names(self, keys: Collection[int | None]) -> dict[int, str]:
        """The names of Party organizations, committees and branches."""
        rows = self._rows.filter(kind__in=[Kind.COMMITTEE, Kind.BRANCH], key__in=set(keys) - {None})
        return dict(rows.values_list("key", "name"))

    def paths(self) -> dict[int, str]:
        """Where each committee of the city stood."""
        return {key: row.details["path"] for key, row in self._committees.items()}

    def targets(self, node: int) -> list[tuple[str, int, Decimal]]:
        """The targets of a committee as they were set then: indicator, year, value."""
        row = self._committees.get(node)
        return [(code, year, Decimal(value)) for code, year, value in row.details["targets"]] if row else []

    @property
    def _rows(self):  # type: ignore[no-untyped-def]
        return FrozenPlace.objects.filter(lasting(self.month))

    @cached_property
    def _committees(self) -> dict[int, FrozenPlace]:
        rows = self._rows.filter(kind=Kind.COMMITTEE)
        return {row.key: row for row in sorted(rows, key=lambda row: str(row.details["path"]))}

    def _areas(self, **where: Collection[object]) -> list[Region]:
        return [
            Region(code=f"{row.key:012d}", name=row.name, level=row.kind, parent_id=row.details["parent"])
            for row in self._rows.filter(**where).order_by("key")
        ]

    def _then(self, grant: Grant) -> Grant:
        if grant.whole or grant.own:
            return grant
        row = self._committees.get(grant.node_id)
        if row is None:
            return replace(grant, path="!", unit_managers=frozenset())  # no path begins so: it had none
        start, stop = (there := replace(grant, path=row.details["path"])).interval
        below = [key for key, one in self._committees.items() if start <= one.details["path"] < stop]
        return replace(there, unit_managers=frozenset(below))
