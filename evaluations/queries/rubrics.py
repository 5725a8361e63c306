"""A rubric as its pages and its evaluations read it: its items by dimension, its lines, whom it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet

from evaluations.choices import Category, dimensions_of, grades_of
from evaluations.criteria.registry import Criterion, Mode, criteria
from evaluations.models import Rubric, RubricCriterion
from evaluations.rules.facts import Fact
from evaluations.rules.formulas import Formula
from evaluations.rules.goods import MEANS
from evaluations.rules.rubrics import against
from evaluations.rules.totals import Lines
from orgs.models import Coverage, PartyOrganization
from orgs.queries import SOCIAL


@dataclass(frozen=True)
class Item:
    """A criterion as a rubric has it, with the rubric's own numbers."""

    row: RubricCriterion
    criterion: Criterion

    @cached_property
    def formula(self) -> Formula:
        return self.criterion.formula.with_numbers(self.row.numbers)

    @property
    def auto(self) -> bool:
        """Whether its points follow from a fact."""
        return self.criterion.mode is Mode.AUTO and not self.row.judged

    @property
    def asks(self) -> str:
        """What is judged and by which evidence; of what is judged instead: by which records."""
        return self.row.asks or self.criterion.asks or "以系统中的记录为参考，由评定人评分。"

    @property
    def words(self) -> str:
        return self.formula.words(self.row.points)

    def worked_out(self, fact: Fact | None) -> tuple[Decimal | None, str]:
        """The points that follow from a fact, and why the item does not apply; neither where it is judged or cannot be
        computed."""
        if not (self.auto and fact):
            return None, ""
        return (self.formula.points(fact, self.row.points) if fact.known else None), fact.excluded


@dataclass(frozen=True)
class Block:
    code: str
    name: str
    items: Sequence[Item]

    @property
    def says(self) -> str:
        return MEANS[self.code]

    @property
    def points(self) -> Decimal:
        return sum((item.row.points for item in self.items), Decimal("0.00"))


def items_of(rubric: Rubric) -> list[Item]:
    """In the order of their criteria. One query."""
    found = [Item(row, criteria[row.code]) for row in rubric.criteria.all()]
    return sorted(found, key=lambda item: item.criterion.place)


def blocks_of(rubric: Rubric, items: Sequence[Item]) -> list[Block]:
    return [
        Block(code, name, [item for item in items if item.row.dimension == code])
        for code, name in dimensions_of(rubric.category).items()
    ]


def lines_of(rubric: Rubric) -> Lines:
    return Lines(
        dimensions_of(rubric.category),
        rubric.five_total,
        rubric.five_dimension,
        rubric.bonus_cap,
        rubric.penalty_cap,
        [Decimal(bound) for bound in rubric.bands],
        grades_of(rubric.category),
        veto_is_zero=rubric.category == Category.MEMBER,
    )


def against_publishing(rubric: Rubric) -> list[str]:
    """Why it cannot be published as it stands. One query."""
    points = {block.code: block.points for block in blocks_of(rubric, items_of(rubric))}
    return [*against(points, lines_of(rubric))]


def categories_of(branches: QuerySet[PartyOrganization], *, on: date) -> dict[int, Category]:
    """Which rubric each branch is evaluated by: a joint branch by its own, others by what they cover most lately. Two queries."""
    covered = Coverage.objects.on(on).filter(primary=True, party_organization__in=branches.order_by().values("pk"))
    units = dict(covered.order_by("since", "pk").values_list("party_organization", "organization__category"))
    kinds = branches.order_by().values_list("pk", "kind")
    joint = PartyOrganization.Kind.JOINT_BRANCH
    return {
        pk: Category.JOINT if kind == joint else Category.SOCIAL if units.get(pk) in SOCIAL else Category.ENTERPRISE
        for pk, kind in kinds
    }
