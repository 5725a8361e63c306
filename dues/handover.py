"""What becomes of the money of a Party organization that ends: a merge takes over what its books hold, and nothing ends while it
holds money or waits for some."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from core.refusals import Refusal
from dues.models import Book, Entry, EntryKind, Income, Refund, Spending
from dues.queries.books import standing
from dues.services.ledger import post
from orgs.handover import Dependant, Handover, party_dependants
from orgs.models import PartyOrganization


def _held(holder: int) -> int:
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


def _none_waiting(rows: QuerySet[Any], name: str, unit: str) -> Dependant:
    """Rows stay with whom they were of; while one waits, nothing ends."""
    model: type[Model] = rows.model

    def count(holder: int, on: Any) -> int:
        return rows.filter(party_organization=holder).count()

    def move(handover: Handover) -> list[int]:
        if waiting := count(handover.source_id, handover.on):
            raise Refusal(f"还有 {waiting} {unit}{name}没有办结，请先办结或退回，再合并")
        return []

    return Dependant(str(model._meta.model_name), str(model._meta.verbose_name), model, move, count=count, unit=unit)


party_dependants.add(
    _none_waiting(Refund.objects.waiting(), "返还申请", "件"),
    _none_waiting(Income.objects.filter(state=Income.State.ENTERED), "经费收入", "笔"),
    _none_waiting(
        Spending.objects.filter(state__in=[Spending.State.REQUESTED, Spending.State.DISCUSSED]), "经费使用", "项"
    ),
    Dependant("entry", "台账余额", Entry, _carry_over, count=lambda holder, on: _held(holder), unit="本"),
)
