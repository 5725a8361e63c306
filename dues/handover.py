"""What becomes of the money of a Party organization that ends: a merge takes over what its books hold, and nothing is dissolved
that holds money."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils import timezone

from dues.models import Book, Entry, EntryKind
from dues.services.ledger import post, standing
from orgs.handover import Dependant, Handover, party_dependants
from orgs.models import PartyOrganization


def _held(holder: int, on: object) -> int:
    return sum(standing(holder, book).balance > 0 for book in Book)


def _carry_over(handover: Handover) -> list[int]:
    """What the books hold goes into those of the other: one line there, one line here."""
    nodes = PartyOrganization.objects.in_bulk([handover.source_id, handover.target_id])
    source, target = nodes[handover.source_id], nodes[handover.target_id]
    at = timezone.make_aware(datetime.combine(handover.on, time()))
    told: dict[str, Any] = {
        "by": handover.by,
        "kind": EntryKind.CARRIED,
        "day": handover.on,
        "on": handover.on,
        "at": at,
    }
    moved = []
    for book in Book:
        if balance := standing(source.pk, book).balance:
            out = post(party_organization=source, book=book, amount=-balance, text=f"转入{target}", **told)
            post(party_organization=target, book=book, amount=balance, text=f"由{source}转来", **told)
            moved.append(out.pk)
    return moved


party_dependants.add(Dependant("entry", "台账余额", Entry, _carry_over, count=_held, unit="本"))
