"""自评, 街道复核, 组织部门审定: each by another person, with a reason where it differs from the stage before (rules §15). What is sent
twice, or by two at once, is done once: the evaluation is locked and its stage asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.id_sets import among
from core.locks import hold
from core.refusals import Refusal
from evaluations.models import Evaluation, Round, Score, Stage
from evaluations.queries.results import Rows, asked, item_of, result_of, rows_of
from evaluations.rules.rounds import LABELS, Given, not_yet, objections
from members.services.separation import require_another, require_seat

HAND_IN, SAVE = "evaluations.self", "evaluations.self_save"
STREET, DEPARTMENT = "evaluations.street", "evaluations.department"


@dataclass(frozen=True)
class Step:
    """A stage: what it is called as an act, with which permission it is taken, in which columns it writes, what comes after."""

    stage: Stage
    act: str
    permission: P
    action: str
    column: str
    text: str
    then: Stage
    before: tuple[str, ...] = ()  # the columns of those who must be others

    @property
    def sum(self) -> str:
        return f"{self.stage.lower()}_total"


STEPS = {
    Stage.SELF: Step(Stage.SELF, "自评", P.EVALUATIONS_SCORE, HAND_IN, "self_points", "self_text", Stage.STREET),
    Stage.STREET: Step(
        Stage.STREET, "复核", P.EVALUATIONS_REVIEW, STREET, "street_points", "street_reason", Stage.DEPARTMENT, ("self",)
    ),
    Stage.DEPARTMENT: Step(
        Stage.DEPARTMENT, "审定", P.EVALUATIONS_DECIDE, DEPARTMENT, "department_points", "department_reason", Stage.REVIEWED,
        ("self", "street"),
    ),
}  # fmt: skip


@transaction.atomic
def save(*, by: User, evaluation: Evaluation, given: Mapping[int, Given], on: date) -> Evaluation:
    """Keep what a branch has typed of its 自评, by the keys of its scores, without handing it in."""
    rows = _begin(by, evaluation, Stage.SELF, on)
    for score in _asked(rows, given):
        if score.pk in given and given[score.pk].points is not None:
            _require(objections(_name(score), score.criterion.points, None, given[score.pk]))
    _write(by, rows, STEPS[Stage.SELF], given, SAVE, on)
    return rows.evaluation


@transaction.atomic
def take(*, by: User, evaluation: Evaluation, stage: str, given: Mapping[int, Given], on: date) -> Evaluation:
    """Hand in a 自评, 复核 or 审定 an evaluation: points for every score that people give, by their keys."""
    step = STEPS[Stage(stage)]
    rows = _begin(by, evaluation, step.stage, on)
    scores = _asked(rows, given)
    for score in scores:
        _require(
            objections(_name(score), score.criterion.points, before(score, stage), given.get(score.pk, Given(None)))
        )
    _write(by, rows, step, given, step.action, on)
    _advance(by, rows, step, on)
    return rows.evaluation


@transaction.atomic
def confirm_many(
    *, by: User, evaluations: Collection[int], on: date
) -> tuple[list[Evaluation], list[tuple[Evaluation, str]]]:
    """审定 many as the street gave them: those that were, and those that stay, each with the reason."""
    hold(Evaluation, evaluations)
    done, stay, step = [], [], STEPS[Stage.DEPARTMENT]
    for rows in rows_of(Evaluation.objects.filter(pk__in=among(evaluations))):
        try:
            _require_turn(by, rows.evaluation, step.stage, on)
            if rows.evaluation.stage != Stage.DEPARTMENT:
                raise Refusal("街道还没有复核，请逐个打开审定")
        except Refusal as refusal:
            stay.append((rows.evaluation, str(refusal)))
            continue
        for one in filter(asked, rows.scores):
            one.department_points = one.street_points
        _advance(by, rows, step, on)
        done.append(rows.evaluation)
    return done, stay


def before(score: Score, stage: str) -> Decimal | None:
    """What stood before a stage: of the department's what the street gave, else the branch itself."""
    if stage == Stage.SELF:
        return None
    own: Decimal | None = score.self_points
    return own if stage == Stage.STREET or score.street_points is None else score.street_points


def why_not(*, by: User, evaluation: Evaluation, stage: str, on: date) -> str:
    """Why somebody would be refused a stage, without trying it; empty where nothing is in the way."""
    try:
        _require_turn(by, evaluation, Stage(stage), on)
    except Refusal as refusal:
        return str(refusal)
    return ""


# --- what the stages share ---
def _begin(by: User, evaluation: Evaluation, stage: Stage, on: date) -> Rows:
    hold(Evaluation, [evaluation.pk])
    [rows] = rows_of(Evaluation.objects.filter(pk=evaluation.pk))
    _require_turn(by, rows.evaluation, stage, on)
    return rows


def _require_turn(by: User, row: Evaluation, stage: Stage, on: date) -> None:
    step, branch = STEPS[stage], row.party_organization
    if row.round.state != Round.State.OPEN:
        raise Refusal(f"“{row.round}”现在是“{row.round.get_state_display()}”，不能{LABELS[stage]}")
    until = {one.value: getattr(row.round, f"{one.lower()}_until") for one in STEPS}
    if why := not_yet(stage, row.stage, until, on):
        raise Refusal(why)
    require_seat(by, step.permission, branch, on=on)
    earlier = [(LABELS[name.upper()], getattr(row, f"{name}_by")) for name in step.before]
    require_another(by, act=step.act, earlier=earlier, of=None if stage == Stage.SELF else branch)


def _asked(rows: Rows, given: Mapping[int, Given]) -> list[Score]:
    found = [one for one in rows.scores if asked(one)]
    if given.keys() - {one.pk for one in found}:
        raise Refusal("其中有自动计分或不适用的项，不能另外评分，请重新打开本页")
    return found


def _name(score: Score) -> str:
    return f"{score.criterion.code} {item_of(score).criterion.name}"


def _require(why: Iterator[str]) -> None:
    for one in why:
        raise Refusal(one)


def _write(by: User, rows: Rows, step: Step, given: Mapping[int, Given], action: str, on: date) -> None:
    for score in rows.scores:
        if one := given.get(score.pk):
            values: dict[str, Any] = {step.column: one.points, step.text: one.text.strip()}
            writing.change(by=by, record=score, values=values, action=action, on=on)


def _advance(by: User, rows: Rows, step: Step, on: date) -> None:
    """Let the evaluation wait at the next stage, with the sum of this one; after the last, with what came of it."""
    row, name = rows.evaluation, step.stage.lower()
    values: dict[str, Any] = {"stage": step.then, f"{name}_by": by, f"{name}_on": on}
    if step.then == Stage.REVIEWED:
        ends = [(one.pk, *_ends(one)) for one in rows.scores]
        writing.change_rows(
            Score, ("department_points", "final"), ends, by=by, events=()
        )  # the entry below tells of them
        for one in rows.scores:
            one.final = _ends(one)[1]
        values |= result_of(rows.total_at(Stage.REVIEWED))
    values[step.sum] = rows.total_at(step.stage).points
    writing.change(by=by, record=row, values=values, action=step.action, on=on)


def _ends(score: Score) -> tuple[Decimal | None, Decimal | None]:
    """What the department gave, and what holds after it."""
    return score.department_points, score.department_points if asked(score) else score.auto
