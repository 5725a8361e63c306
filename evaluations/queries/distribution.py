"""What came of a round, by category and by committee: how many, with which grades, the average in each of the five, and what changed
since the round before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from core.indicators import percent
from core.scope import Scope
from evaluations.choices import Category, dimensions_of, grades_of
from evaluations.criteria.registry import Criterion, criteria
from evaluations.models import Evaluation, Round, Stage
from evaluations.models.rubrics import points
from evaluations.queries.progress import by_place, divides_at
from evaluations.rules.formulas import HUNDREDTH, rounded
from orgs.models import PartyOrganization
from orgs.models.party import steps
from orgs.subjects import LEAST

MOST_WANTED = 5


@dataclass(frozen=True)
class Part:
    """Some results of a round. Sums are of points; `before` the same part of the round before, where it was in it; `asked` is what
    the list of all results is narrowed by to them."""

    name: str
    number: int
    good: int
    unrated: int
    total: Decimal
    dimensions: Mapping[str, Decimal]  # by the names of the five
    grades: Mapping[str, int]
    before: Part | None = None
    asked: str = ""
    veiled: bool = False  # how many there are and reached five goods is all that is told

    @property
    def rate(self) -> Decimal | None:
        return percent(self.good, self.number)

    @property
    def average(self) -> Decimal | None:
        return None if self.veiled else rounded(self.total / self.number)

    @property
    def averages(self) -> dict[str, Decimal | None]:
        return {name: None if self.veiled else rounded(sum_ / self.number) for name, sum_ in self.dimensions.items()}

    @property
    def by_grade(self) -> dict[str, int | None]:
        """How many of each grade, and in the end of none."""
        found = {**self.grades, "": self.unrated}
        return {grade: None if self.veiled else number for grade, number in found.items()}

    @property
    def more_good(self) -> int | None:
        return None if self.before is None else self.good - self.before.good

    @property
    def rise(self) -> Decimal | None:
        before = self.before.average if self.before else None
        return None if before is None or self.average is None else self.average - before


def veil(parts: Sequence[Part], *, altogether: bool = False) -> list[Part]:
    """As those read them who do not see every score: none can be told from a part of fewer than three, nor from what all the
    other parts leave of the whole. `altogether` where something else would tell it: another division of the same results, or
    the scores that the reader does see."""
    found, left_out = list(parts), 0
    for place, part in sorted(enumerate(parts), key=lambda one: one[1].number):
        if altogether or part.number < LEAST or 0 < left_out < LEAST:
            found[place] = replace(part, veiled=True)
            left_out += part.number
    return [replace(part, before=part.before and veil([part.before], altogether=altogether)[0]) for part in found]


def in_dimension(code: str) -> Cast:
    """The points of a result in one of the five."""
    return Cast(KT(f"by_dimension__{code}"), points(""))


def round_before(row: Round) -> Round | None:
    """The last one of the same kind that is final and was led from the same place."""
    rows = Round.objects.filter(subject=row.subject, node=row.node, state=Round.State.FINAL, last_day__lt=row.first_day)
    return rows.order_by("-last_day").first()


def results(row: Round, scope: Scope) -> QuerySet[Evaluation]:
    """What the reader may count of its results; who keeps no score is in none."""
    rows = Evaluation.objects.counted(scope) if row.final else Evaluation.objects.within(scope)
    return rows.filter(round=row, stage=Stage.REVIEWED, exempt="")


def by_category(row: Round, last: Round | None, scope: Scope) -> list[Part]:
    """In the order of the categories, against the `last` round. Two queries."""
    found = _compared(row, last, scope, lambda rows: rows.order_by().annotate(below_=F("rubric__category")))
    return [
        replace(found[one.value], name=one.label, asked=f"&category={one}") for one in Category if one.value in found
    ]


def by_committee(row: Round, last: Round | None, scope: Scope) -> list[Part]:
    """The committees, or branches, where what the reader sees divides now; the round before is divided there too. Four queries."""
    common = divides_at(results(row, scope))
    compared = _compared(row, last, scope, lambda rows: by_place(rows, common))
    found = {steps(path)[-1]: part for path, part in compared.items()}
    names = PartyOrganization.objects.filter(pk__in=found).order_by("path").values_list("pk", "name")
    return [replace(found[key], name=name, asked=f"&node={key}") for key, name in names]


def whole(row: Round, last: Round | None, scope: Scope) -> Part | None:
    """All of them together, against all of the `last` round. Two queries."""
    return _compared(row, last, scope, lambda rows: rows.order_by().annotate(below_=Value(""))).get("")


def wanted(row: Round, scope: Scope) -> list[tuple[Criterion, int]]:
    """The items of which most are short that a few items would lift to five goods, with how many. One query."""
    found: Counter[str] = Counter()
    for lifts in results(row, scope).filter(five_good=False).values_list("lifts", flat=True):
        found.update(code for code, _ in lifts or ())
    return [(criteria[code], number) for code, number in found.most_common(MOST_WANTED)]


def lifted_by(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Those that an item would lift, among others; no points are written like a code."""
    rows = rows.alias(text=Cast("lifts", TextField()))
    return rows.filter(five_good=False, text__contains=f'"{code}"')


def _compared(
    row: Round, last: Round | None, scope: Scope, divided: Callable[[QuerySet[Evaluation]], QuerySet[Any]]
) -> dict[Any, Part]:
    """By the `below_` that divides them."""
    before = _summed(divided(results(last, scope)), last) if last else {}
    now = _summed(divided(results(row, scope)), row)
    return {key: replace(part, before=before.get(key)) for key, part in now.items()}


def _summed(rows: QuerySet[Any], row: Round) -> dict[Any, Part]:
    """By `below_`. One query. Sums of points have two decimals, whatever the database adds them up with."""
    category = Category.MEMBER if row.of_members else Category.ENTERPRISE
    dimensions, grades = dimensions_of(category), grades_of(category)[::-1]
    asked = {
        "number": Count("pk"),
        "good": Count("pk", filter=Q(five_good=True)),
        "unrated": Count("pk", filter=Q(grade="")),
        "sum": Sum("total"),
        **{f"in_{code}": Sum(in_dimension(code)) for code in dimensions},
        **{f"grade_{place}": Count("pk", filter=Q(grade=grade)) for place, grade in enumerate(grades)},
    }
    return {
        one["below_"]: Part(
            "", one["number"], one["good"], one["unrated"], _exact(one["sum"]),
            {name: _exact(one[f"in_{code}"]) for code, name in dimensions.items()},
            {grade: one[f"grade_{place}"] for place, grade in enumerate(grades)},
        )
        for one in rows.values("below_").annotate(**asked).order_by()
        if one["number"]  # of nothing at all the database makes a row, too
    }  # fmt: skip


def _exact(sum_: Decimal | None) -> Decimal:
    return Decimal(sum_ or 0).quantize(HUNDREDTH)
