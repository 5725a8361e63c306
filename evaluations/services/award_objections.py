"""异议 against the list of a 评选表彰: taken down by whoever takes part in it, answered by somebody else where the awards are given
(rules §15)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.refusals import Refusal
from evaluations.models import AwardObjection, Commendation, Proposal
from evaluations.services.awards import acted, locked, require_other
from evaluations.services.raised import ANSWER, answer_of, raiser, said, take_down
from members.services.separation import require_seat
from orgs.access import scope_for

State = Proposal.State
LONGEST = 300  # of what is said of a proposal
WRITERS = (P.EVALUATIONS_SCORE, P.EVALUATIONS_REVIEW)


@transaction.atomic
def enter(
    *, by: User, proposal: Proposal, text: str, raised_by: str, raised_unit: str, received_on: date, on: date
) -> AwardObjection:
    """For whoever turns to any Party organization that takes part: the list is public there."""
    row = locked(proposal, State.AGREED)
    scope = scope_for(by, on=on)
    seen = Commendation.objects.within(scope).filter(pk=row.commendation_id)
    if not (any(scope.may(one) for one in WRITERS) and seen.exists()):
        raise Refusal("登记异议，须是参加这次评选的党支部书记或上级的工作人员，请由他们办理")
    words = said(text=text, raised_by=raised_by, raised_unit=raised_unit, received_on=received_on)
    made = AwardObjection(proposal=row, entered_by=by, **words)
    held = row.commendation
    take_down(made, by=by, first=held.notice_on, last=held.notice_until, on=on)
    return made


@transaction.atomic
def answer(*, by: User, objection: AwardObjection, accepted: bool, text: str, on: date) -> AwardObjection:
    """By somebody who neither proposed nor decided, nor raised or entered it, nor serves there or is proposed. Whoever it is right
    about is honoured no more; what was refused meanwhile stays so."""
    proposal = locked(objection.proposal, State.AGREED, State.REFUSED)
    row = AwardObjection.objects.select_related("entered_by").get(pk=objection.pk)
    require_seat(by, P.EVALUATIONS_DECIDE, proposal.commendation.node, on=on)
    decided = ("审定", proposal.decided_by, proposal.decided_on or on)
    entered = ("登记异议", row.entered_by, on)  # its own day is not kept
    earlier = [*acted(proposal, on), decided, entered]
    require_other(by, proposal, act="答复", earlier=earlier, also=[raiser(row)])
    values = answer_of(row, by=by, accepted=accepted, text=text, on=on)
    if accepted and proposal.state == State.AGREED:
        gone = {"state": State.REFUSED, "answer": f"异议成立：{text.strip()}"[:LONGEST]}
        writing.change(by=by, record=proposal, values=gone, action=ANSWER, on=on)
    writing.change(by=by, record=row, values=values, action=ANSWER, on=on)
    return row
