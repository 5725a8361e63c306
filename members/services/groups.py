"""Groups of a Party organization: founded, headed, joined, ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from core.id_sets import among
from core.refusals import Refusal
from members.models import Member, PartyGroup
from orgs.handover import Handover
from orgs.models import PartyOrganization
from orgs.services.tables import PartyRows

JOIN = "members.group"


class Groups(PartyRows[PartyGroup]):
    """Groups. Who belongs to one belongs to its Party organization."""

    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> PartyGroup:
        row = super().add(by=by, on=on, reason=reason, **values)
        _require_own_head(row)
        return row

    def _set(self, row: PartyGroup, values: Mapping[str, Any], action: str, *, on: date, **trail: Any) -> PartyGroup:
        found = super()._set(row, values, action, on=on, **trail)
        _require_own_head(found)
        if self.ended(found, on):
            leave_ended(on=on, **trail)
        return found

    def move(self, handover: Handover) -> list[int]:
        """They go along with their members; one whose name the other has already is told apart by where it came from."""
        there = PartyGroup.objects.filter(party_organization=handover.target_id).values("name")
        source = PartyOrganization.objects.get(pk=handover.source_id)
        trail: dict[str, Any] = {"by": handover.by, "reason": handover.reason, "on": handover.on}
        for row in self.open_rows(handover.on).filter(party_organization=source, name__in=there):
            name = f"{row.name}（原{source}）"[: PartyGroup._meta.get_field("name").max_length]
            writing.change(record=row, values={"name": name}, action=self.changing, **trail)
        return super().move(handover)

    def dissolve(self, handover: Handover) -> None:
        for row in self.open_rows(handover.on).filter(party_organization=handover.source_id):
            until = max(handover.since, row.since)
            row.end(by=handover.by, until=until, action=self.ending, on=handover.on, reason=handover.reason)


@transaction.atomic
def join(
    *, by: User | None, members: Collection[Member], group: PartyGroup | None, on: date, reason: str = ""
) -> list[Member]:
    """Put members of a Party organization into one of its groups, or into none."""
    group = groups.lock(group) if group else None
    ids = [member.pk for member in members]
    rows = Member.objects.filter(pk__in=among(ids)).select_related("party_organization")
    found = list(rows.order_by("pk").select_for_update(of=["self"], no_key=True))
    for member in found:
        if group and member.party_organization_id != group.party_organization_id:
            raise Refusal(f"党小组“{group}”不属于{member}所在的{member.party_organization}，请另选")
    if group and groups.ended(group, on):
        raise Refusal(f"党小组“{group}”已于 {group.until} 撤销，请另选")
    writing.change_many(rows, {"party_group": group}, by=by, action=JOIN, reason=reason, on=on)
    return list(rows)


def leave_ended(*, by: User | None, on: date, reason: str = "") -> None:
    """Nobody belongs to a group that has ended."""
    rows = Member.objects.filter(party_group__until__lte=on)
    writing.change_many(rows, {"party_group": None}, by=by, action=JOIN, reason=reason or "党小组已撤销", on=on)


def leave_heads(members: Collection[int], *, by: User | None, on: date, reason: str = "") -> None:
    """Who went to another Party organization heads no group of the one before."""
    rows = PartyGroup.objects.filter(head__in=among(members))
    writing.change_many(rows, {"head": None}, by=by, action=groups.changing, reason=reason, on=on)


def _require_own_head(row: PartyGroup) -> None:
    if row.head and row.head.party_organization_id != row.party_organization_id:
        raise Refusal(f"{row.head}不在{row.party_organization}的名册上，不能任组长")


groups = Groups(PartyGroup, unit="个")
