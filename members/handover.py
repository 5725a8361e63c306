"""How members are handed over when Party organizations, or two records of one organization, become one."""

from __future__ import annotations

from datetime import date
from typing import Any

from core import writing
from members.followers import follow
from members.models import FormerMembership, Member
from members.models.members import MemberQuerySet
from orgs.handover import Dependant, Handover, organization_dependants, party_dependants


def on_the_roll(party_organization_id: int, on: date) -> int:
    return Member.objects.on_the_roll().filter(party_organization=party_organization_id).count()


def move_to_party_organization(handover: Handover) -> list[int]:
    """Everybody whose file is with the one goes to the other; their past membership is kept. Whoever came to the one after
    the day of the handover came to the other then."""
    members = _locked(party_organization=handover.source_id)
    begun = members.filter(since__lt=handover.since)
    FormerMembership.objects.bulk_create(
        [
            FormerMembership(
                member_id=pk,
                party_organization_id=handover.source_id,
                organization_id=organization,
                since=since,
                until=handover.since,
            )
            for pk, organization, since in begun.values_list("pk", "organization", "since")
        ]
    )
    target = {"party_organization_id": handover.target_id}
    moved = _change(handover, begun, target | {"since": handover.since}, "members.hand_over")
    moved += _change(handover, members, target, "members.hand_over")
    follow(moved, on=handover.on)
    return moved


def move_to_organization(handover: Handover) -> list[int]:
    """The employer is the same one under another record: no period ends."""
    members = _locked(organization=handover.source_id)
    return _change(handover, members, {"organization_id": handover.target_id}, "members.employer")


def give_back_to_organization(handover: Handover, ids: list[int]) -> None:
    """Undo `move_to_organization` for those who are still there."""
    members = _locked(pk__in=ids, organization=handover.source_id)
    _change(handover, members, {"organization_id": handover.target_id}, "members.employer")


def _locked(**which: Any) -> MemberQuerySet:
    return Member.objects.select_for_update(no_key=True).filter(**which)


def _change(handover: Handover, members: MemberQuerySet, values: dict[str, Any], action: str) -> list[int]:
    return writing.change_many(members, values, by=handover.by, action=action, reason=handover.reason, on=handover.on)


party_dependants.add(Dependant("members", "党员", Member, move_to_party_organization, count=on_the_roll, unit="名"))
organization_dependants.add(Dependant("members", "党员", Member, move_to_organization, give_back_to_organization))
