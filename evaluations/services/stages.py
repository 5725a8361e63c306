"""自评, 街道复核, 组织部门审定: each by another person, with a reason where it differs from the stage before (rules §15). What is sent
twice, or by two at once, is done once: the evaluation is locked and its stage asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from core.refusals import Refusal, refuse
from evaluations.models import Evaluation, Round, Score, Stage, Survey
from evaluations.queries.results import Sheet, asked, item_of, sheets_of
from evaluations.rules.rounds import LABELS, Given, against, not_yet
from members.queries.people import acted_on, people_at, person
from members.rules.separation import barred
from orgs.access import scope_for

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
def keep(*, by: User, evaluation: Evaluation, given: Mapping[int, Given], on: date) -> Evaluation:
    """Keep what a branch has typed of its 自评, by the keys of its scores, without handing it in."""
    sheet = _begin(by, evaluation, Stage.SELF, on)
    for score in _asked(sheet, given):
        if score.pk in given and given[score.pk].points is not None:
            _require(against(_name(score), score.criterion.points, None, given[score.pk]))
    _write(by, sheet, STEPS[Stage.SELF], given, SAVE, on)
    return sheet.evaluation


@transaction.atomic
def take(*, by: User, evaluation: Evaluation, stage: str, given: Mapping[int, Given], on: date) -> Evaluation:
    """Hand in a 自评, 复核 or 审定 an evaluation: points for every score that people give, by their keys."""
    step = STEPS[Stage(stage)]
    sheet = _begin(by, evaluation, step.stage, on)
    if step.stage == Stage.SELF and sheet.evaluation.member_id:
        raise Refusal("党员由支部党员大会评定后一并提交，请先保存得分")
    scores = _asked(sheet, given)
    for score in scores:
        _require(against(_name(score), score.criterion.points, before(score, stage), given.get(score.pk, Given(None))))
    _write(by, sheet, step, given, step.action, on)
    advance(by, [sheet], step, on)
    return sheet.evaluation


@transaction.atomic
def confirm_many(
    *, by: User, evaluations: Collection[int], on: date, stage: str = Stage.DEPARTMENT
) -> tuple[list[Evaluation], list[tuple[Evaluation, str]]]:
    """Take a stage of many as the stage before gave them: 审定, of members 复核 too. Those that were, and those that stay, each
    with the reason."""
    hold(Evaluation, evaluations)
    done, stay, step = [], [], STEPS[Stage(stage)]
    found = list(sheets_of(Evaluation.objects.filter(pk__in=among(evaluations))))
    why = refusals(by=by, evaluations=[sheet.evaluation for sheet in found], stage=step.stage, on=on)
    for sheet in found:
        row = sheet.evaluation
        if row.pk in why or not _was_taken_before(row, step):
            stay.append((row, why.get(row.pk) or f"上一步还没有办，请逐个打开{step.act}"))
            continue
        for one in filter(asked, sheet.scores):
            setattr(one, step.column, before(one, step.stage))
        done.append(sheet)
    advance(by, done, step, on)
    return [sheet.evaluation for sheet in done], stay


def _was_taken_before(row: Evaluation, step: Step) -> bool:
    return row.stage == step.stage and (step.stage == Stage.DEPARTMENT or bool(row.member_id))


def before(score: Score, stage: str) -> Decimal | None:
    """What stood before a stage: of the department's what the street gave, else the branch itself."""
    if stage == Stage.SELF:
        return None
    own: Decimal | None = score.self_points
    return own if stage == Stage.STREET or score.street_points is None else score.street_points


def why_not(*, by: User, evaluation: Evaluation, stage: str, on: date) -> str:
    """Why somebody would be refused a stage, without trying it; empty where nothing is in the way."""
    return refusals(by=by, evaluations=[evaluation], stage=stage, on=on).get(evaluation.pk, "")


def refusals(*, by: User, evaluations: Sequence[Evaluation], stage: str, on: date) -> dict[int, str]:
    """The same of many, those alone that are refused. As many queries for many as for one."""
    step = STEPS[Stage(stage)]
    seats = [grant.path for grant in scope_for(by, on=on).having(step.permission).grants if not grant.own]
    acted = acted_on({row.pk: [*_taken(row, step.before)] for row in evaluations})
    who = person(by)
    people = people_at({row.party_organization for row in evaluations}) if step.before else {}
    asking, found = _asking(evaluations, step), {}
    for row in evaluations:
        why = _not_its_turn(row, step, on) or asking.get(row.pk, "")
        if not why and not any(row.party_organization.path.startswith(path) for path in seats):
            why = f"须在{row.party_organization}或它的上级有“{step.permission.label}”的权限，请由有权限的人员办理"
        earlier = [*acted[row.pk], *(row.whom() if step.before else ())]
        branch = people.get(row.party_organization_id, ())
        if why := why or barred(who, act=step.act, earlier=earlier, branch=branch):
            found[row.pk] = why
    return found


# --- what the stages share ---
def _taken(row: Evaluation, before: Iterable[str]) -> Iterator[tuple[str, int, date]]:
    for name in before:
        if key := getattr(row, f"{name}_by_id"):
            yield LABELS[name.upper()], key, getattr(row, f"{name}_on")


def _begin(by: User, evaluation: Evaluation, stage: Stage, on: date) -> Sheet:
    hold(Evaluation, [evaluation.pk])
    [sheet] = sheets_of(Evaluation.objects.filter(pk=evaluation.pk))
    _require_turn(by, sheet.evaluation, stage, on)
    return sheet


def _require_turn(by: User, row: Evaluation, stage: Stage, on: date) -> None:
    refuse(why_not(by=by, evaluation=row, stage=stage, on=on))


def _not_its_turn(row: Evaluation, step: Step, on: date) -> str:
    if row.round.state != Round.State.OPEN:
        return f"“{row.round}”现在是“{row.round.get_state_display()}”，不能{LABELS[step.stage]}"
    return not_yet(step.stage, row.stage, row.round.until, on)


def _asking(evaluations: Sequence[Evaluation], step: Step) -> dict[int, str]:
    """Of which evaluations people are still asked: the last stage waits for what comes of it."""
    if step.stage != Stage.DEPARTMENT:
        return {}
    rows = Survey.objects.running().filter(evaluation__in=among([row.pk for row in evaluations]))
    return {
        key: f"满意度测评还没有结束（截止 {until}），结束以后才能审定"
        for key, until in rows.values_list("evaluation", "until")
    }


def _asked(sheet: Sheet, given: Mapping[int, Given]) -> list[Score]:
    found = [one for one in sheet.scores if asked(one)]
    if given.keys() - {one.pk for one in found}:
        raise Refusal("其中有自动计分或不适用的项，不能另外评分，请重新打开本页")
    return found


def _name(score: Score) -> str:
    return item_of(score).criterion.title


def _require(why: Iterator[str]) -> None:
    for one in why:
        raise Refusal(one)


def _write(by: User, sheet: Sheet, step: Step, given: Mapping[int, Given], action: str, on: date) -> None:
    for score in sheet.scores:
        if one := given.get(score.pk):
            values: dict[str, Any] = {step.column: one.points, step.text: one.text.strip()}
            writing.change(by=by, record=score, values=values, action=action, on=on)


def advance(by: User, sheets: Sequence[Sheet], step: Step, on: date) -> None:
    """Let evaluations wait at the next stage, each with the sum of this one; after the last, with what came of it. As many queries
    for many as for one."""
    columns, written, moved = [step.column], [], []
    if step.then == Stage.REVIEWED:
        columns.append("final")
    for sheet in sheets:
        values = _moved(by, sheet, step, on)
        written += [(one.pk, *(getattr(one, column) for column in columns)) for one in sheet.scores]
        moved.append((sheet.evaluation, values))
    writing.change_rows(Score, columns, written, by=by, events=())  # the entries below tell of them
    writing.change_each(moved, by=by, action=step.action, on=on)


def _moved(by: User, sheet: Sheet, step: Step, on: date) -> dict[str, Any]:
    """What an evaluation says once a stage of it is taken; its scores are given what they come to."""
    name = step.stage.lower()
    values: dict[str, Any] = {"stage": step.then, f"{name}_by": by, f"{name}_on": on}
    if step.then == Stage.REVIEWED:
        for one in sheet.scores:
            one.final = getattr(one, step.column) if asked(one) else one.auto
        values |= sheet.result()
    return values | {step.sum: sheet.total_at(step.stage).points}
