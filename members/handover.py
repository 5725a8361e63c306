"""How members are handed over when Party organizations, or two records of one organization, become one."""

from __future__ import annotations

from django.db.models import F

from core import audit
from members.models import FormerMembership, Member
from orgs.handover import Dependant, Handover, organization_dependants, party_dependants
from orgs.models import PartyOrganization


def on_the_roll(party_organization_id: int) -> int:
    """Members of a Party organization."""
    return Member.objects.on_the_roll().filter(party_organization=party_organization_id).count()


def move_to_party_organization(handover: Handover) -> list[int]:
    """Everybody whose file is with the one goes to the other; their past membership is kept."""
    members = list(
        Member.objects.select_for_update(no_key=True).filter(party_organization=handover.source_id).order_by("pk")
    )
    FormerMembership.objects.bulk_create(
        [
            FormerMembership(
                member=member,
                party_organization_id=handover.source_id,
                organization_id=member.organization_id,
                since=member.since,
                until=handover.on,
            )
            for member in members
            if member.since < handover.on
        ]
    )
    ids = [member.pk for member in members]
    Member.objects.filter(pk__in=ids).update(
        party_organization=handover.target_id, since=handover.on, version=F("version") + 1
    )
    _record(handover, members, "party_organization_id", "members.hand_over")
    return ids


def employed(organization_id: int) -> int:
    """Members who work at an organization."""
    return Member.objects.on_the_roll().filter(organization=organization_id).count()


def move_to_organization(handover: Handover) -> list[int]:
    """The employer is the same one under another record: no period ends."""
    members = list(Member.objects.select_for_update(no_key=True).filter(organization=handover.source_id).order_by("pk"))
    ids = [member.pk for member in members]
    Member.objects.filter(pk__in=ids).update(organization=handover.target_id, version=F("version") + 1)
    _record(handover, members, "organization_id", "members.employer")
    return ids


def give_back_to_organization(handover: Handover, ids: list[int]) -> None:
    """Undo `move_to_organization` for those who are still there."""
    rows = Member.objects.select_for_update(no_key=True).filter(pk__in=ids, organization=handover.source_id)
    members = list(rows.order_by("pk"))
    Member.objects.filter(pk__in=[member.pk for member in members]).update(
        organization=handover.target_id, version=F("version") + 1
    )
    _record(handover, members, "organization_id", "members.employer")


def _record(handover: Handover, members: list[Member], column: str, action: str) -> None:
    nodes = PartyOrganization.objects.in_bulk({member.party_organization_id for member in members})
    audit.record_many(
        by=handover.by,
        events=(
            audit.Event(
                action=action,
                model="members.member",
                object_id=str(member.pk),
                label=member.name,
                path=nodes[member.party_organization_id].path,
                changes={column: [handover.source_id, handover.target_id]},
                reason=handover.reason,
            )
            for member in members
        ),
    )


party_dependants.add(Dependant("members", "党员", "名", on_the_roll, move_to_party_organization))
organization_dependants.add(
    Dependant("members", "党员", "名", employed, move_to_organization, give_back_to_organization)
)
