"""An evaluation as its page draws it: item by item what the branch, the street and the department gave, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaluations.addresses import Proofs, proofs_of
from evaluations.models import Evidence, Score, Stage
from evaluations.queries.results import fact_in, item_of, points_at, records_in
from evaluations.queries.rubrics import Item
from evaluations.rules.facts import Fact
from evaluations.rules.goods import MEANS
from evaluations.rules.totals import DimensionTotal


@dataclass(frozen=True)
class Line:
    """An item with what each stage gave, what proves it, and its fields where the reader is next."""

    score: Score
    evidence: Sequence[Evidence]
    own: str  # what the column of the branch is called
    fields: Any = None

    @property
    def item(self) -> Item:
        return item_of(self.score)

    @property
    def fact(self) -> Fact | None:
        return fact_in(self.score)

    @property
    def given(self) -> list[tuple[str, Decimal | None, bool, str]]:
        """By stage: what was given, whether it differs from the stage before, and why."""
        one = self.score
        own, street, department = (points_at(one, stage) for stage in (Stage.SELF, Stage.STREET, Stage.DEPARTMENT))
        return [
            (self.own, own, False, one.self_text),
            ("街道", street, None not in (own, street) and own != street, one.street_reason),
            ("审定", department, None not in (street, department) and street != department, one.department_reason),
        ]

    @property
    def proofs(self) -> Proofs:
        return proofs_of(records_in(self.score))


@dataclass(frozen=True)
class Block:
    name: str
    sum: DimensionTotal
    before: str  # its points in the result before
    lines: Sequence[Line]

    @property
    def says(self) -> str:
        return MEANS[self.sum.code]
