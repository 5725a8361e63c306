"""支部党员大会评定: a branch scores its members one by one, then its meeting chooses, and all of them go on to the street at once
(rules §15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.days import require_past
from core.formats import some
from core.locks import hold
from core.parameters import values_on
from core.refusals import Refusal
from evaluations.models import Evaluation, Exempt, Meeting, Round, Stage
from evaluations.queries.results import Sheet, sheets_of
from evaluations.rules.meetings import Candidate, Votes, against_choice, against_vote
from evaluations.services import stages
from members.services.separation import require_seat
from orgs.models import PartyOrganization

DECIDE, EXEMPT = "evaluations.meeting", "evaluations.exempt"
NAMED = 5


@transaction.atomic
def decide(
    *, by: User, row: Round, party_organization: PartyOrganization, values: Mapping[str, Any], chosen: Set[int],
    reasons: Mapping[int, str], on: date,
) -> Meeting:  # fmt: skip
    """Take down what the meeting decided: its day and votes (`values`), whom it chose, by the keys of their evaluations, and why
    it did not choose others who reach the line. Raises Refusal."""
    waiting = _waiting(by, row, party_organization, on)
    _require_scored(waiting)
    if chosen - {sheet.evaluation.pk for sheet in waiting}:
        raise Refusal("其中有不在本支部等待评定的党员，请重新打开本页")
    if not row.opened_on or values["held_on"] < row.opened_on:
        raise Refusal(f"支部党员大会日期不早于评定开始的日期 {row.opened_on}")
    require_past(Meeting, values, on=on)
    candidates = [_candidate(sheet, chosen, reasons) for sheet in waiting]
    told = {"one_in": int(values_on(on)["five.members_one_in"]), "excess_reason": values["excess_reason"]}
    votes = Votes(values["expected"], values["present"], values["agreed"])
    for why in (*against_vote(votes), *against_choice(candidates, **told)):
        raise Refusal(why)
    meeting = Meeting(round=row, party_organization=party_organization, entered_by=by, entered_on=on, **values)
    writing.add(by=by, record=meeting, action=DECIDE, on=on)
    decided = [
        (sheet.evaluation, {"chosen": one.chosen, "chosen_reason": one.reason})
        for sheet, one in zip(waiting, candidates, strict=True)
    ]
    writing.change_each(decided, by=by, action=DECIDE, on=on)
    stages.advance(by, waiting, stages.STEPS[Stage.SELF], on)
    return meeting


@transaction.atomic
def exempt(*, by: User, evaluation: Evaluation, on: date, back: bool = False) -> Evaluation:
    """Give no score to a member who is frail or ill for long, before the meeting; `back`: score him after all."""
    hold(Round, [evaluation.round_id])  # which is made public with everybody scored, and not between
    hold(Evaluation, [evaluation.pk])
    row = Evaluation.objects.select_related("round", "party_organization").get(pk=evaluation.pk, member__isnull=False)
    require_seat(by, P.EVALUATIONS_SCORE, row.party_organization, on=on)
    there = (Stage.REVIEWED, Exempt.FRAIL) if back else (Stage.SELF, "")
    if row.round.state != Round.State.OPEN or (row.stage, row.exempt) != there or meeting_of(row):
        raise Refusal(f"{row.name}现在不能改为{'评分' if back else '不评分'}，请重新打开本页")
    values = {"stage": Stage.SELF, "exempt": ""} if back else {"stage": Stage.REVIEWED, "exempt": Exempt.FRAIL}
    writing.change(by=by, record=row, values=values, action=EXEMPT, on=on)
    return row


def meeting_of(row: Evaluation) -> Meeting | None:
    return Meeting.objects.filter(round=row.round_id, party_organization=row.party_organization_id).first()


# --- before the meeting ---
def _waiting(by: User, row: Round, branch: PartyOrganization, on: date) -> list[Sheet]:
    """The members of the branch who wait for its meeting, locked."""
    rows = Evaluation.objects.filter(round=row, party_organization=branch, member__isnull=False, stage=Stage.SELF)
    hold(Evaluation, rows.values_list("pk", flat=True))
    found = list(sheets_of(rows))
    if not found:
        raise Refusal(f"“{row}”中没有等待{branch}评定的党员，请重新打开本页")
    why = stages.refusals(by=by, evaluations=[one.evaluation for one in found], stage=Stage.SELF, on=on)
    for one in why.values():
        raise Refusal(one)
    return found


def _require_scored(waiting: Collection[Sheet]) -> None:
    open_ = [sheet.evaluation.name for sheet in waiting if sheet.total_at(Stage.SELF).open]
    if open_:
        names = some(open_, most=NAMED)
        raise Refusal(f"还有 {len(open_)} 名党员没有评完分，评完以后再登记支部党员大会评定：{names}")


def _candidate(sheet: Sheet, chosen: Collection[int], reasons: Mapping[int, str]) -> Candidate:
    row = sheet.evaluation
    return Candidate(row.name, sheet.total_at(Stage.SELF).short_of, row.pk in chosen, reasons.get(row.pk, ""))
