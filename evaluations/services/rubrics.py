"""评分办法: the default ones, a copy, its changes, and publishing, after which nothing changes any more (rules §15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core import writing
from core.refusals import Refusal
from evaluations.choices import Category, bounds_of, grades_of
from evaluations.criteria.registry import Criterion, Mode, criteria, criteria_of
from evaluations.models import Rubric, RubricCriterion
from evaluations.queries.rubrics import against_publishing
from evaluations.rules.rubrics import of_bounds

ADD, COPY, EDIT = "evaluations.rubric_add", "evaluations.rubric_copy", "evaluations.rubric_edit"
PUBLISH, DISCARD = "evaluations.rubric_publish", "evaluations.rubric_discard"
COPIED = ("category", "name", "five_total", "five_dimension", "bonus_cap", "penalty_cap", "bands")


@dataclass(frozen=True)
class Wanted:
    """What a rubric shall say of a criterion; without points it is not in it."""

    points: Decimal
    numbers: Mapping[str, Any] = field(default_factory=dict)
    judged: bool = False
    asks: str = ""


@transaction.atomic
def set_up(*, by: User, on: date) -> list[Rubric]:
    """Make and publish the default rubric of each category that has none; returns those."""
    there = {*Rubric.objects.order_by().values_list("category", flat=True).distinct()}
    made = []
    for category in Category:
        if category not in there:
            made.append(publish(by=by, rubric=_begin(by=by, category=category, on=on), on=on))
    if not made:
        raise Refusal("各类对象都已有评分办法，没有需要生成的")
    return made


def _begin(*, by: User, category: Category, on: date) -> Rubric:
    bands = [str(bound) for bound in bounds_of(category)]
    rubric = Rubric(
        category=category,
        edition=1,
        name=f"{category.label}“五个好”评分办法",
        since=on.replace(month=1, day=1),
        bands=bands,
    )
    writing.add(by=by, record=rubric, action=ADD, on=on)
    rows = [
        RubricCriterion(
            rubric=rubric, code=one.code, dimension=one.dimension, points=one.points_in(category),
            numbers=_texts(one.formula.numbers()),
        )
        for one in criteria_of(category)
        if one.points_in(category)
    ]  # fmt: skip
    writing.add_many(rows, by=by, action=ADD, on=on)
    return rubric


@transaction.atomic
def copy(*, by: User, rubric: Rubric, on: date) -> Rubric:
    """A draft of the next version that says the same."""
    if rubric.draft:
        raise Refusal("草稿还没有发布，可以直接修改；已发布的才复制为新版本")
    newest = Rubric.objects.filter(category=rubric.category).aggregate(newest=Max("edition"))["newest"]
    made = Rubric(
        **{name: getattr(rubric, name) for name in COPIED},
        edition=newest + 1,
        since=max(on, rubric.since),
        copied_from=rubric,
    )
    writing.add(by=by, record=made, action=COPY, on=on)
    rows = [
        RubricCriterion(
            rubric=made, code=one.code, dimension=one.dimension, points=one.points, numbers=one.numbers, judged=one.judged,
            asks=one.asks,
        )
        for one in rubric.criteria.order_by("pk")
    ]  # fmt: skip
    writing.add_many(rows, by=by, action=COPY, on=on)
    return made


@transaction.atomic
def edit(*, by: User, rubric: Rubric, values: Mapping[str, Any], wanted: Mapping[str, Wanted], on: date) -> Rubric:
    """Let a draft say something else: its lines, and each criterion that is named."""
    row = _draft(rubric)
    bounds = [Decimal(bound) for bound in values.get("bands", row.bands)]
    for why in of_bounds(bounds, grades_of(row.category)):
        raise Refusal(why)
    writing.change(by=by, record=row, values=values, action=EDIT, on=on)
    there = {one.code: one for one in row.criteria.select_related("rubric")}
    fresh = []
    for code, one in wanted.items():
        says = _says(row, criteria[code], one)
        if not one.points:
            writing.remove_many(row.criteria.filter(code=code), by=by, action=EDIT)
        elif code in there:
            writing.change(by=by, record=there[code], values=says, action=EDIT, on=on)
        else:
            fresh.append(RubricCriterion(rubric=row, code=code, dimension=criteria[code].dimension, **says))
    writing.add_many(fresh, by=by, action=EDIT, on=on)
    return row


def _says(rubric: Rubric, criterion: Criterion, wanted: Wanted) -> dict[str, Any]:
    """What the row of a criterion shall say. Raises Refusal that names it."""
    name = criterion.title
    if criterion.of_members != (rubric.category == Category.MEMBER):
        raise Refusal(f"“{name}”不是{rubric.get_category_display()}的评分项")
    if wanted.judged and criterion.mode is not Mode.AUTO:
        raise Refusal(f"“{name}”本来就由评定人评分")
    if not 0 <= wanted.points <= 100:
        raise Refusal(f"“{name}”的分值在 0 至 100 之间")
    try:
        numbers = criterion.formula.with_numbers(wanted.numbers or criterion.formula.numbers()).numbers()
    except ValueError as wrong:
        raise Refusal(f"“{name}”：{wrong}") from wrong
    return {
        "points": wanted.points, "numbers": _texts(numbers), "judged": wanted.judged, "asks": wanted.asks.strip(),
    }  # fmt: skip


@transaction.atomic
def publish(*, by: User, rubric: Rubric, on: date) -> Rubric:
    """Let it hold from its day on. Raises Refusal with all that speaks against it."""
    row = _draft(rubric)
    if why := against_publishing(row):
        raise Refusal("；".join(why))
    writing.change(by=by, record=row, values={"published_on": on, "published_by": by}, action=PUBLISH, on=on)
    return row


@transaction.atomic
def discard(*, by: User, rubric: Rubric, on: date) -> None:
    """Take a draft away."""
    row = _draft(rubric)
    writing.remove_many(row.criteria.all(), by=by, action=DISCARD)
    writing.remove_many(Rubric.objects.filter(pk=row.pk), by=by, action=DISCARD)


def _draft(rubric: Rubric) -> Rubric:
    row = Rubric.objects.select_for_update(of=["self"], no_key=True).get(pk=rubric.pk)
    if not row.draft:
        raise Refusal(f"“{row}”已于 {row.published_on} 发布，不能再修改；需要调整的，复制为新版本")
    return row


def _texts(numbers: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: str(number) for name, number in numbers.items()}
