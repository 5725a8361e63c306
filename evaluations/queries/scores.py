"""What branches or members get by a rubric from what is on record: a constant number of queries for each criterion, however many
they are. What is judged is left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from activities.queries.silence import silent
from core.parameters import values_on
from dues.queries.arrears import unpaid_in_a_row
from evaluations.choices import Category
from evaluations.criteria.registry import Facts, Records
from evaluations.models import Rubric
from evaluations.queries.rubrics import Item, items_of, lines_of
from evaluations.rules.extras import BRANCH_VETOES, MEMBER_VETOES
from evaluations.rules.facts import Fact, Record, Span
from evaluations.rules.totals import Mark, Total, total


@dataclass(frozen=True)
class Scored:
    """An item of somebody: the fact, where there is one, and what follows from it."""

    item: Item
    fact: Fact | None
    records: Sequence[Record]  # that prove it

    @property
    def points(self) -> Decimal | None:
        """None where it is judged, does not apply, or cannot be computed."""
        return self.item.worked_out(self.fact)[0]

    @property
    def excluded(self) -> str:
        return self.item.worked_out(self.fact)[1]

    @property
    def mark(self) -> Mark:
        row = self.item.row
        return Mark(row.code, row.dimension, row.points, self.points, self.excluded)


def score(rubric: Rubric, subjects: QuerySet, span: Span, *, on: date) -> dict[int, list[Scored]]:
    """By the keys of the branches or members, in the order of the rubric."""
    found: dict[int, list[Scored]] = {key: [] for key in subjects.order_by().values_list("pk", flat=True)}
    for item in items_of(rubric):
        facts, records = known(item, subjects, span, on=on)
        for key, scored in found.items():
            scored.append(Scored(item, facts.get(key), records.get(key, ())))
    return found


def known(item: Item, subjects: QuerySet[Any], span: Span, *, on: date) -> tuple[Facts, Records]:
    """Of an item the facts, and the records that prove them; neither where nothing is on record."""
    return item.criterion.source.both(subjects, span, on) if item.criterion.source else ({}, {})


def vetoes(rubric: Rubric, subjects: QuerySet, span: Span, *, on: date) -> dict[int, dict[str, str]]:
    """Those that the records tell of, by their codes; others are entered by people. At most two queries."""
    day = span.upto(on)
    if rubric.category == Category.MEMBER:
        months = int(values_on(day)["dues.unpaid_months"])
        found = unpaid_in_a_row(subjects, months, last=span.last, on=on)
        return {key: {"DUES": MEMBER_VETOES["DUES"]} for key in found}
    rows_silent = subjects.order_by().annotate(silent_=silent(day, 6)).filter(Q(silent_=True))
    return {key: {"SILENT": BRANCH_VETOES["SILENT"]} for key in rows_silent.values_list("pk", flat=True)}


def total_of(rubric: Rubric, scored: Iterable[Scored], vetoed: Iterable[str] = ()) -> Total:
    return total([one.mark for one in scored], lines_of(rubric), vetoes=vetoed)
