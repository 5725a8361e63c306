"""What the rows of an evaluation come to: at each stage, in the end, and worked out anew from the facts that were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core.formats import some
from core.id_sets import among
from core.scope import Scope
from evaluations.criteria.registry import Criterion, criteria
from evaluations.models import Evaluation, Extra, Objection, Round, Rubric, Score, Stage
from evaluations.models.evaluations import EvaluationQuerySet
from evaluations.queries.rubrics import Item, lines_of
from evaluations.rules import totals
from evaluations.rules.facts import Fact, Record
from evaluations.rules.lifts import lifts
from evaluations.rules.totals import Mark, Total, total

CHUNK = 500  # evaluations that are in memory at once
NAMED = 20
STAGES = {"SELF": "self_points", "STREET": "street_points", "DEPARTMENT": "department_points", "REVIEWED": "final"}
UNSCORED: dict[str, Any] = {
    "total": None,
    "grade": "",
    "five_good": False,
    "short_of": [],
    "by_dimension": None,
    "lifts": None,
}
RESULT = tuple(UNSCORED)


def standing(stage: str) -> str:
    """Whose points stand while an evaluation waits at a stage: those of the stage before it."""
    return {"STREET": "SELF", "DEPARTMENT": "STREET"}.get(stage, stage)


def item_of(score: Score) -> Item:
    return Item(score.criterion, criteria[score.criterion.code])


def fact_in(score: Score) -> Fact | None:
    """What was known when the round was opened."""
    return Fact.of_kept(score.fact) if score.fact else None


def records_in(score: Score) -> list[Record]:
    return [Record(*kept) for kept in score.fact.get("records", ())]


def asked(score: Score) -> bool:
    """Whether people give its points."""
    return score.auto is None and not score.excluded


def points_at(score: Score, stage: str) -> Decimal | None:
    """What stood after a stage: of a fact what follows from it, until an objection changed it."""
    given: Decimal | None = getattr(score, STAGES[stage])
    return given if asked(score) or stage == "REVIEWED" else score.auto


def total_at(rubric: Rubric, scores: Iterable[Score], extras: Iterable[Extra], stage: str) -> Total:
    """Bonuses, penalties and vetoes are those that are entered by now."""
    return _total(rubric, [(one, points_at(one, stage)) for one in scores], extras)


def _total(rubric: Rubric, given: Sequence[tuple[Score, Decimal | None]], extras: Iterable[Extra]) -> Total:
    marks = [
        Mark(one.criterion.code, one.criterion.dimension, one.criterion.points, points, one.excluded)
        for one, points in given
    ]
    by_kind: dict[str, list[Extra]] = defaultdict(list)
    for extra in extras:
        by_kind[extra.kind].append(extra)
    return total(
        marks,
        lines_of(rubric),
        bonuses=[totals.Extra(one.what, one.points) for one in by_kind[Extra.Kind.BONUS]],
        penalties=[totals.Extra(one.what, one.points) for one in by_kind[Extra.Kind.PENALTY]],
        vetoes=[one.what for one in by_kind[Extra.Kind.VETO]],
    )


# --- against the one before, and what is missing ---
def to_lift(evaluation: Evaluation) -> list[tuple[Criterion, str]]:
    """The items that would lift it to five goods, and the points that each misses."""
    return [(criteria[code], points) for code, points in evaluation.lifts or ()]


def last_before(evaluation: Evaluation, scope: Scope) -> Evaluation | None:
    """The result that held before for the same branch or member, as far as the reader may see it."""
    rows = Evaluation.objects.within(scope).filter(
        party_organization=evaluation.party_organization_id, member=evaluation.member_id,
        round__state=Round.State.FINAL, round__last_day__lt=evaluation.round.first_day,
    )  # fmt: skip
    return rows.select_related("round").order_by("-round__last_day").first()


# --- worked out anew ---
@dataclass(frozen=True)
class Sheet:
    """An evaluation with all that is written of it."""

    evaluation: Evaluation
    scores: Sequence[Score]
    extras: Sequence[Extra]
    objections: Sequence[Objection]

    def total_at(self, stage: str) -> Total:
        return total_at(self.evaluation.rubric, self.scores, self.extras, stage)

    def result(self) -> dict[str, Any]:
        """What an evaluation keeps of its last sum."""
        return self._result(self.total_at(Stage.REVIEWED))

    def _result(self, found: Total) -> dict[str, Any]:
        """A member is five goods who reaches the line and whom the meeting of the branch chose; who keeps no score has none."""
        if self.evaluation.exempt:
            return dict(UNSCORED)
        short_of = [*found.short_of, *self._not_chosen(found)]
        return {
            "total": found.points, "grade": found.grade, "five_good": not short_of, "short_of": short_of,
            "by_dimension": {one.code: str(one.points) for one in found.dimensions},
            "lifts": [[one.code, str(one.points)] for one in lifts(found)],
        }  # fmt: skip

    def _not_chosen(self, found: Total) -> Iterator[str]:
        row = self.evaluation
        if row.member_id and not row.chosen and found.five_good:
            yield f"支部党员大会没有评定：{row.chosen_reason}" if row.chosen_reason else "支部党员大会没有评定"

    def differences(self) -> Iterator[str]:
        """Every cell that says something else than follows from the facts, the given points and the answers."""
        final = {one.pk: self._worked_out(one) for one in self.scores}
        for one in self.scores:
            auto, excluded = item_of(one).worked_out(fact_in(one))
            if (auto, excluded) != (one.auto, one.excluded) or final[one.pk] != one.final:
                yield f"{self.evaluation.name} {one.criterion.code}"
        result = self._result(
            _total(self.evaluation.rubric, [(one, final[one.pk]) for one in self.scores], self.extras)
        )
        if result != {name: getattr(self.evaluation, name) for name in RESULT}:
            yield f"{self.evaluation.name} 总分和结果"

    def _worked_out(self, score: Score) -> Decimal | None:
        if self.evaluation.exempt:
            return None
        answered = (one.points for one in self.objections if one.score_id == score.pk and one.points is not None)
        return next(answered, points_at(score, "DEPARTMENT"))


def sheets_of(evaluations: QuerySet[Evaluation]) -> Iterator[Sheet]:
    """In the order of their keys, so many at a time, in a constant number of queries each time."""
    keys = list(evaluations.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), CHUNK):
        chunk = among(keys[first : first + CHUNK])
        found = Evaluation.objects.filter(pk__in=chunk).select_related("rubric", "round", "party_organization")
        scores = _by(Score.objects.filter(evaluation__in=chunk).select_related("criterion"))
        extras = _by(Extra.objects.filter(evaluation__in=chunk))
        objections = _by(Objection.objects.filter(evaluation__in=chunk))
        for row in found.order_by("pk"):
            in_order = sorted(scores[row.pk], key=lambda one: item_of(one).criterion.place)
            for one in in_order:
                one.evaluation = row
            yield Sheet(row, in_order, extras[row.pk], objections[row.pk])


def _by(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.evaluation_id].append(row)
    return found


def differences(evaluations: QuerySet[Evaluation]) -> Iterator[str]:
    """Every cell that is not what follows from what it rests on; of those that are reviewed."""
    for sheet in sheets_of(evaluations.filter(stage=Stage.REVIEWED)):
        yield from sheet.differences()


def checked(seen: QuerySet[Evaluation]) -> tuple[bool, str]:
    """All that is reviewed of what is seen, worked out anew: whether it is the same, and how that is told."""
    if wrong := list(differences(seen)):
        return False, f"重新计算与登记的结果有 {len(wrong)} 处不一致：{some(wrong, most=NAMED)}。"
    if number := seen.filter(stage=Stage.REVIEWED).count():
        return True, f"已审定的 {number:,} 份评定重新计算，与登记的结果完全一致。"
    return False, "还没有审定的评定，审定以后才能重新计算。"


def published(row: Round, scope: Scope) -> EvaluationQuerySet:
    """Whoever reached five goods, once that is public: branches to all who know of the round, members where they may be seen."""
    found = row.evaluations.filter(five_good=True)
    if not row.public:
        return found.none().as_narrowed()
    return found.within(scope) if row.of_members else found.as_narrowed()
