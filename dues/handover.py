"""What becomes of the money of a Party organization that ends: a merge takes over what its books hold and the months that were
paid there, and nothing ends while it holds money or waits for some."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from core import writing
from core.refusals import Refusal
from dues.models import Book, Due, Entry, EntryKind, HandUp, Income, Refund, Spending
from dues.queries.books import standing
from dues.queries.hand_ups import held_by
from dues.services.ledger import post
from orgs.facts import refresh
from orgs.handover import Dependant, Handover, party_dependants
from orgs.models import PartyOrganization


def _held(holder: int) -> int:
    return sum(standing(holder, book).balance > 0 for book in Book)


def _carry_over(handover: Handover) -> list[int]:
    """What the books hold goes into those of the other: one line there, one line here; 大额党费 stay what they are."""
    nodes = PartyOrganization.objects.in_bulk([handover.source_id, handover.target_id])
    source, target = nodes[handover.source_id], nodes[handover.target_id]
    at = timezone.make_aware(datetime.combine(handover.on, time()))
    told: dict[str, Any] = {
        "by": handover.by,
        "day": handover.on,
        "on": handover.on,
        "at": at,
    }
    gifts, moved = held_by(source).gifts, []
    dues, fund = (standing(source.pk, book).balance for book in (Book.DUES, Book.FUND))
    for book, kind, amount in (
        (Book.DUES, EntryKind.GIFT, gifts),
        (Book.DUES, EntryKind.CARRIED, dues - gifts),
        (Book.FUND, EntryKind.CARRIED, fund),
    ):
        if amount:
            lines: dict[str, Any] = told | {"book": book, "kind": kind}
            out = post(party_organization=source, amount=-amount, text=f"{kind.label}转入{target}", **lines)
            post(party_organization=target, amount=amount, text=f"{kind.label}由{source}转来", **lines)
            moved.append(out.pk)
    return moved


def _months_along(handover: Handover) -> list[int]:
    """What is open goes along with its members; what was paid counts where the Party organization that takes over stands, since
    figures count what stands."""
    writing.derive(Due.objects.filter(party_organization=handover.source_id), party_organization=handover.target_id)
    refresh((), on=handover.on, nodes=[handover.source_id, handover.target_id])
    return []


def _none_waiting(rows: QuerySet[Any], name: str, unit: str, *columns: str) -> Dependant:
    """Rows stay with whom they were of; while one waits for it, nothing ends. `columns` name the Party organization."""
    model: type[Model] = rows.model

    def count(holder: int, on: Any) -> int:
        of = Q(*((column, holder) for column in columns or ("party_organization",)), _connector=Q.OR)
        return rows.filter(of).count()

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
    _none_waiting(HandUp.objects.sent(), "党费上缴", "笔", "from_node", "to_node"),
    Dependant("due", "应交党费", Due, _months_along, unit="人月", dissolve=_months_along),
    Dependant("entry", "台账余额", Entry, _carry_over, count=lambda holder, on: _held(holder), unit="本"),
)
