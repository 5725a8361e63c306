"""异议 while a result is public, and 加减分、一票否决: who enters them, and that somebody else answers (rules §15)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.locks import hold
from core.refusals import Refusal
from evaluations.models import Evaluation, Extra, Objection, Round, Score, Stage
from evaluations.queries.results import item_of, sheets_of
from evaluations.rules.extras import offered
from evaluations.rules.rounds import Given, against
from evaluations.services.raised import ANSWER, answer_of, raiser, said, take_down
from members.queries.people import seat_of
from members.services.separation import require_another, require_seat

ADD, REMOVE = "evaluations.extra_add", "evaluations.extra_remove"
State = Round.State


@transaction.atomic
def enter(
    *, by: User, evaluation: Evaluation, score: Score | None, text: str, raised_by: str, raised_unit: str, received_on: date,
    on: date,
) -> Objection:  # fmt: skip
    """Take down what somebody objects, of one score or of the whole: by the branch itself, or by a committee above it."""
    row = _locked(evaluation, State.NOTICE)
    if not seat_of(by, P.EVALUATIONS_SCORE, row.party_organization, on=on):
        require_seat(by, P.EVALUATIONS_REVIEW, row.party_organization, on=on)
    if score and score.evaluation_id != row.pk:
        raise Refusal("评分项不属于这份评定，请重新打开本页")
    words = said(text=text, raised_by=raised_by, raised_unit=raised_unit, received_on=received_on)
    made = Objection(evaluation=row, score=score, entered_by=by, **words)
    take_down(made, by=by, first=row.round.notice_on, last=row.round.notice_until, on=on)
    return made


@transaction.atomic
def answer(
    *, by: User, objection: Objection, accepted: bool, text: str, on: date, points: Decimal | None = None,
    without: Extra | None = None, chosen: bool | None = None,
) -> Objection:  # fmt: skip
    """Answer an objection, by somebody who gave no score there, and neither raised nor entered it; with it alone points change, a
    bonus, a penalty or a veto goes (`without`), or a member is chosen whom the meeting did not choose, or not any more (`chosen`)."""
    evaluation = _locked(objection.evaluation, State.NOTICE)
    row = Objection.objects.select_related("score__criterion", "entered_by").get(pk=objection.pk)
    require_seat(by, P.EVALUATIONS_DECIDE, evaluation.party_organization, on=on)
    raised = [raiser(row), *evaluation.whom()]
    require_another(by, act="答复", earlier=_acted(evaluation, row, on), also=raised, of=evaluation.party_organization)
    values = answer_of(row, by=by, accepted=accepted, text=text, on=on)
    if points is not None:
        values |= _changed(by, row, accepted, points, on)
    if without is not None:
        if not accepted or without.evaluation_id != evaluation.pk:
            raise Refusal("异议成立，才删除这份评定的加减分或一票否决")
        writing.remove_many(Extra.objects.filter(pk=without.pk), by=by, action=REMOVE, reason=text.strip())
    if chosen is not None:
        _choose(by, evaluation, row, accepted, chosen, on)
    writing.change(by=by, record=row, values=values, action=ANSWER, on=on)
    if any(one is not None for one in (points, without, chosen)):
        _sum_up(by, evaluation, ANSWER, on)
    return row


@transaction.atomic
def add_extra(*, by: User, evaluation: Evaluation, kind: str, code: str, text: str, on: date) -> Extra:
    """Enter a bonus, a penalty or a veto with what it rests on, as long as the round is open."""
    row = _locked(evaluation, State.OPEN)
    _require_above(by, row, on)
    if not text.strip():
        raise Refusal("依据请写明，如表彰决定、通报的文号")
    known = offered(members=bool(row.member_id)).get(kind, {}).get(code)
    if known is None:
        raise Refusal("没有这项加分、扣分或一票否决，请重新选择")
    if row.extras.filter(kind=kind, code=code, text=text.strip()).exists():
        raise Refusal(f"“{known.what}”已按这一依据登记过，不重复登记")
    made = Extra(
        evaluation=row,
        kind=kind,
        code=code,
        what=known.what,
        points=known.points,
        text=text.strip(),
        added_by=by,
        added_on=on,
    )
    writing.add(by=by, record=made, action=ADD, on=on)
    if row.stage == Stage.REVIEWED:
        _sum_up(by, row, ADD, on)
    return made


@transaction.atomic
def remove_extra(*, by: User, extra: Extra, reason: str, on: date) -> None:
    """Take one away that was entered wrongly, by whoever entered it or by the department; what the records say stays as long
    as they say it."""
    row = _locked(extra.evaluation, State.OPEN)
    _require_above(by, row, on)
    if not reason.strip():
        raise Refusal("删除请写明原因")
    if extra.added_by_id is None:
        raise Refusal("这一项来自系统中的记录，不能删除；记录有误的，请在公示期间提出异议")
    if extra.added_by_id != by.pk:
        require_seat(by, P.EVALUATIONS_DECIDE, row.party_organization, on=on)
    writing.remove_many(Extra.objects.filter(pk=extra.pk), by=by, action=REMOVE, reason=reason.strip())
    if row.stage == Stage.REVIEWED:
        _sum_up(by, row, REMOVE, on)


# --- what they share ---
def _locked(evaluation: Evaluation, state: str) -> Evaluation:
    """With its round, which becomes final with every objection answered and not between."""
    hold(Round, [evaluation.round_id])
    hold(Evaluation, [evaluation.pk])
    people = ("self_by", "street_by", "department_by")
    row = Evaluation.objects.select_related("round", "rubric", "party_organization", *people).get(pk=evaluation.pk)
    if row.round.state != state:
        raise Refusal(f"“{row.round}”现在是“{row.round.get_state_display()}”，不能办理这一步")
    return row


def above(row: Evaluation) -> P:
    """Who enters what counts beside the points: the street too, until the department has decided."""
    return P.EVALUATIONS_DECIDE if row.stage == Stage.REVIEWED else P.EVALUATIONS_REVIEW


def _require_above(by: User, row: Evaluation, on: date) -> None:
    require_seat(by, above(row), row.party_organization, on=on)
    own = ("自评", row.self_by, row.self_on or on)
    require_another(by, act="登记", earlier=[own], also=row.whom(), of=row.party_organization)


def _acted(evaluation: Evaluation, objection: Objection, on: date) -> list[tuple[str, User | None, date]]:
    """Who scored, who entered the objection, and who entered what counts beside the points."""
    scored = [
        ("自评", evaluation.self_by, evaluation.self_on or on),
        ("复核", evaluation.street_by, evaluation.street_on or on),
        ("审定", evaluation.department_by, evaluation.department_on or on),
    ]
    extras = evaluation.extras.select_related("added_by")
    entered = ("登记异议", objection.entered_by, on)  # its own day is not kept
    return [*scored, entered, *(("登记加减分", one.added_by, one.added_on) for one in extras)]


def _changed(by: User, row: Objection, accepted: bool, points: Decimal, on: date) -> dict[str, Any]:
    """Let a score be what the answer says."""
    score = row.score
    if not accepted or score is None:
        raise Refusal("改为几分只在异议成立、针对一项得分时填写")
    if score.excluded:
        raise Refusal(f"这一项不适用（{score.excluded}），不能改分")
    name = item_of(score).criterion.title
    for why in against(name, score.criterion.points, None, Given(points)):
        raise Refusal(why)
    if points == score.final:
        raise Refusal(f"“{name}”原来就是 {points} 分，请填写改后的得分")
    if score.objections.filter(points__isnull=False).exists():
        raise Refusal(f"“{name}”已因异议改过一次，不能再改")
    values = {"points_before": score.final, "points": points}
    writing.change(by=by, record=score, values={"final": points}, action=ANSWER, on=on)
    return values


def _choose(by: User, evaluation: Evaluation, row: Objection, accepted: bool, chosen: bool, on: date) -> None:
    if not accepted or row.score or evaluation.chosen is None:
        raise Refusal("异议成立、针对党员的整个结果时，才改支部党员大会的评定")
    if chosen == evaluation.chosen:
        raise Refusal(f"{evaluation.name}原来就{'' if chosen else '没有'}评定为“五个好”，请核对")
    values = {"chosen": chosen, "chosen_reason": "" if chosen else "经异议核实，不再评定"}
    writing.change(by=by, record=evaluation, values=values, action=ANSWER, on=on)


def _sum_up(by: User, row: Evaluation, action: str, on: date) -> None:
    [sheet] = sheets_of(Evaluation.objects.filter(pk=row.pk))
    writing.change(by=by, record=sheet.evaluation, values=sheet.result(), action=action, on=on)
