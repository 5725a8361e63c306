"""荣誉: entered, brought in from older documents, withdrawn; and what becomes of them when two Party organizations or two units
become one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.refusals import Refusal
from evaluations.choices import Award
from evaluations.models import Honour
from evaluations.models.awards import OfWhom
from members.services.separation import require_seat
from orgs.handover import Dependant, Handover, organization_dependants
from orgs.services.tables import GIVE_BACK, MOVE, PartyRows

WITHDRAWN = {"withdrawn_on", "withdrawn_why"}


def named(row: OfWhom) -> str:
    """The registered name of whoever it is; of an owner, or of whoever is in no register, the name that was typed."""
    typed, award = row.name.strip(), getattr(row, "award", "")
    if known := row.member or row.instructor:
        return known.name
    if award in (Award.OWNER, Award.WORKER) and not typed:
        raise Refusal("姓名（名称）请填写")
    return typed if typed and award != Award.PARTY else (row.unit or row.party_organization).name


class Honours(PartyRows[Honour]):
    """They keep a Party organization from nothing."""

    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> Honour:
        """Once each: what comes in twice was typed or brought in before."""
        row = Honour(**values)
        same = ("party_organization", "member", "title", "awarded_on")
        known = Honour.objects.filter(name=named(row), **{name: getattr(row, name) for name in same})
        if known.exists():
            raise Refusal(f"{row.awarded_on} 授予“{named(row)}”的“{row.title}”已登记")
        return super().add(by=by, on=on, reason=reason, **values | {"name": named(row)})

    def _set(self, row: Honour, values: Mapping[str, Any], action: str, *, on: date, **trail: Any) -> Honour:
        """What was given by a 评选表彰 says what was decided there: those who gave it withdraw it, and nothing else of it changes."""
        changed = {name for name, value in values.items() if value != getattr(row, name)}
        if row.proposal and changed:
            if changed - WITHDRAWN:
                raise Refusal(f"“{row}”由“{row.proposal.commendation}”表彰，只能撤销，不能修改")
            if by := trail.get("by"):
                require_seat(by, P.EVALUATIONS_DECIDE, row.proposal.commendation.node, on=on)
        return super()._set(row, values, action, on=on, **trail)

    def count(self, party_organization_id: int, on: date) -> int:
        return 0


def _move(handover: Handover) -> list[int]:
    ids = sorted(Honour.objects.filter(unit=handover.source_id).values_list("pk", flat=True))
    _change(handover, ids, MOVE)
    return ids


def _give_back(handover: Handover, ids: list[int]) -> None:
    _change(handover, ids, GIVE_BACK)


def _change(handover: Handover, ids: list[int], action: str) -> None:
    rows = Honour.objects.filter(pk__in=ids, unit=handover.source_id)
    values = {"unit_id": handover.target_id}
    writing.change_many(rows, values, by=handover.by, action=action, reason=handover.reason, on=handover.on)


honours = Honours(Honour, ends_with="withdrawn_on")
organization_dependants.add(Dependant("unit_honour", "单位荣誉", Honour, _move, _give_back))
