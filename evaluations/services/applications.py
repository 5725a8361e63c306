"""申报: a branch applies for itself, a member, an owner or an instructor of it; the committee above goes on with it within its quota, or
gives it back with a reason (rules §15)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.refusals import Refusal
from evaluations.models import Proposal
from evaluations.queries.awards import instructors_of, units_of
from evaluations.services.awards import (
    acted,
    locked,
    one_at_a_time,
    quotas_above,
    require_on_roll,
    require_open,
    require_room,
    whom,
)
from evaluations.services.honours import named
from members.services.separation import refuse_same, require_another, require_seat
from orgs.models import PartyOrganization

State = Proposal.State
APPLY, AMEND = "awards.apply", "awards.amend"
FORWARD, GIVE_BACK = "awards.forward", "awards.give_back"


@transaction.atomic
def apply(*, by: User, branch: PartyOrganization, on: date, **values: Any) -> Proposal:
    """For an award of which there is a quota above, by somebody else than whom it is for. It takes no place yet."""
    require_seat(by, P.EVALUATIONS_SCORE, branch, on=on)
    row = Proposal(branch=branch, state=State.APPLIED, applied_by=by, applied_on=on, **values)
    row.party_organization = _place(row, branch, on)
    row.name = named(row)
    require_open(one_at_a_time(row), on)
    require_on_roll(row)
    refuse_same(by, act="申报", earlier=[whom(row)])
    quotas_above(row)
    writing.add(by=by, record=row, action=APPLY, on=on)
    return row


@transaction.atomic
def amend(*, by: User, row: Proposal, why: str, on: date) -> Proposal:
    """What was done to deserve it; what came back is handed in again."""
    row = locked(row, State.APPLIED, State.RETURNED)
    require_seat(by, P.EVALUATIONS_SCORE, _branch(row), on=on)
    require_open(row.commendation, on)
    refuse_same(by, act="申报", earlier=[whom(row)])
    values = {"why": why.strip(), "state": State.APPLIED, "applied_by": by, "applied_on": on}
    writing.change(by=by, record=row, values=values, action=AMEND, on=on)
    return row


@transaction.atomic
def forward(*, by: User, row: Proposal, on: date) -> Proposal:
    """Propose what a branch applied for, as if it had been entered here."""
    row = locked(row, State.APPLIED)
    require_seat(by, P.EVALUATIONS_REVIEW, row.party_organization, on=on)
    require_open(row.commendation, on)
    require_on_roll(row)
    require_another(by, act="推荐", earlier=acted(row, on), also=[whom(row)], of=_branch(row))
    require_room(row)
    values = {"state": State.PROPOSED, "proposed_by": by, "proposed_on": on, "returned_why": ""}
    writing.change(by=by, record=row, values=values, action=FORWARD, on=on)
    return row


@transaction.atomic
def give_back(*, by: User, row: Proposal, reason: str, on: date) -> Proposal:
    row = locked(row, State.APPLIED)
    require_seat(by, P.EVALUATIONS_REVIEW, row.party_organization, on=on)
    if not reason.strip():
        raise Refusal("退回请写明原因")
    values = {"state": State.RETURNED, "returned_why": reason.strip()}
    writing.change(by=by, record=row, values=values, action=GIVE_BACK, on=on)
    return row


def _branch(row: Proposal) -> PartyOrganization:
    assert row.branch, "the database sees to it"
    return row.branch


def _place(row: Proposal, branch: PartyOrganization, on: date) -> PartyOrganization:
    """Where it belongs: with the branch, who sent the instructor, or who manages the unit."""
    one = PartyOrganization.objects.filter(pk=branch.pk)
    if row.instructor:
        if not instructors_of(one, on).filter(pk=row.instructor.pk).exists():
            raise Refusal(f"指导员{row.instructor}没有派驻{branch}覆盖的单位，请核对")
        return row.instructor.sent_by
    if row.unit:
        if not units_of(one, on).filter(pk=row.unit.pk).exists():
            raise Refusal(f"单位{row.unit}不由{branch}覆盖，请核对")
        return row.unit.managed_by
    return branch
