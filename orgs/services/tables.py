"""Small tables whose rows belong to one organization, or to one Party organization: locks, facts, and what becomes of them when
two become one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any, TypeVar

from django.db import models

from core import writing
from core.locks import between_turns, hold
from core.services import RowServices
from orgs.facts import refresh
from orgs.handover import Dependant, Handover, organization_dependants, party_dependants
from orgs.models import Organization
from orgs.services.locking import locked

Row = TypeVar("Row", bound=models.Model)
MOVE, GIVE_BACK = "organizations.move_along", "organizations.give_back"


class OrganizationRows(RowServices[Row]):
    """Rows with an `organization`: it is locked before them, its facts are stated after them, and they go along with it."""

    def __init__(self, model: type[Row], *, moved_as: str = "", **acts: Any) -> None:
        super().__init__(model, **acts)
        code, name = moved_as or str(model._meta.model_name), str(model._meta.verbose_name)
        organization_dependants.add(Dependant(code, name, model, self.move, self.give_back))

    def hold(self, rows: Collection[Row]) -> None:
        hold(Organization, [row.organization_id for row in rows])  # type: ignore[attr-defined]

    def locked(self, row: Row) -> Row:
        """Refused where the row went over to another organization meanwhile."""
        found: Row = locked(row, "organization__managed_by")
        return found

    def follow(self, row: Row, on: date) -> None:
        refresh([row.organization_id], on=on)  # type: ignore[attr-defined]

    def move(self, handover: Handover) -> list[int]:
        """All go along but those of which the other organization has one already, where only one may be open: they stay."""
        rows = self.model._default_manager.filter(organization=handover.source_id)
        for taken in self._taken(handover.target_id):
            rows = rows.exclude(taken)
        ids = sorted(rows.values_list("pk", flat=True))
        self._change(handover, ids, MOVE)
        return ids

    def give_back(self, handover: Handover, ids: list[int]) -> None:
        self._change(handover, ids, GIVE_BACK)

    def _change(self, handover: Handover, ids: list[int], action: str) -> None:
        rows = self.model._default_manager.filter(pk__in=ids, organization=handover.source_id).select_related()
        values = {"organization_id": handover.target_id}
        writing.change_many(rows, values, by=handover.by, action=action, reason=handover.reason, on=handover.on)

    def _taken(self, organization_id: int) -> Iterator[models.Q]:
        """For each rule that an organization has only one of a kind: what it has of it."""
        for rule in self.model._meta.constraints:
            if isinstance(rule, models.UniqueConstraint) and "organization" in rule.fields:
                condition = rule.condition or models.Q()
                kind = [name for name in rule.fields if name != "organization"]
                for row in self.model._default_manager.filter(condition, organization=organization_id).values(*kind):
                    yield condition & models.Q(**row)


class PartyRows(RowServices[Row]):
    """Rows that belong to the Party organization in `holder`: its figures are stated after them, they keep it from being
    dissolved, and go over to the one that it is merged into. `dissolve` is what becomes of rows that end with it instead."""

    dissolve: Callable[[Handover], object] | None = None

    def __init__(self, model: type[Row], *, holder: str = "party_organization", unit: str = "条", **acts: Any) -> None:
        super().__init__(model, **acts)
        self.holder = holder
        code, name = str(model._meta.model_name), str(model._meta.verbose_name)
        party_dependants.add(
            Dependant(code, name, model, self.move, count=self.count, unit=unit, dissolve=self.dissolve)
        )

    def hold(self, rows: Collection[Row]) -> None:
        """Their turn: a merge meets many of them."""
        between_turns()

    def follow(self, row: Row, on: date) -> None:
        """What is counted of their Party organization."""
        refresh((), on=on, nodes=[getattr(row, f"{self.holder}_id")])

    def count(self, party_organization_id: int, on: date) -> int:
        """The rows of a Party organization that have not ended."""
        return self.open_rows(on).filter(**{self.holder: party_organization_id}).count()

    def move(self, handover: Handover) -> list[int]:
        rows = self.model._default_manager.filter(**{self.holder: handover.source_id})
        values = {f"{self.holder}_id": handover.target_id}
        return writing.change_many(
            rows, values, by=handover.by, action=self.changing, reason=handover.reason, on=handover.on
        )
