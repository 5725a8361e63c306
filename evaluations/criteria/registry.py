"""A criterion, and the facts that an automatic one reads.

A source tells facts of many at once, in as many queries for 20,000 branches as for one, and names the records that prove them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet, Sum

from core.registries import Registry
from evaluations.choices import Category, MemberDimension
from evaluations.rules.facts import Fact, Record, Span
from evaluations.rules.formulas import Faults, Formula

Facts = Mapping[int, Fact]
Records = Mapping[int, Sequence[Record]]
ZERO = Decimal(0)


class Mode(Enum):
    AUTO = "自动"
    JUDGED = "评分"


@dataclass(frozen=True)
class Source:
    """`facts` of the branches or members of a queryset, by their keys, all of them; `records` that prove them. What both are told
    from (`shared`) is asked for once, and handed to each before the queryset."""

    tell: Callable[..., Facts]
    prove: Callable[..., Records]
    shared: Callable[[QuerySet, Span, date], Any] | None = None

    def facts(self, subjects: QuerySet, span: Span, on: date) -> Facts:
        return self.tell(*self._asked(subjects, span, on))

    def records(self, subjects: QuerySet, span: Span, on: date) -> Records:
        return self.prove(*self._asked(subjects, span, on))

    def both(self, subjects: QuerySet, span: Span, on: date) -> tuple[Facts, Records]:
        asked = self._asked(subjects, span, on)
        return self.tell(*asked), self.prove(*asked)

    def _asked(self, *told: Any) -> tuple[Any, ...]:
        return (self.shared(*told), *told) if self.shared else told


@dataclass(frozen=True)
class Criterion:
    """`asks` is what is judged and by which evidence; `proves_not` what the points of an automatic one do not prove. Its points
    are those of the default rubrics, `differs` where a category has others."""

    code: str
    dimension: str
    name: str
    points: Decimal
    mode: Mode = Mode.JUDGED
    formula: Formula = field(default_factory=Faults)
    asks: str = ""
    source: Source | None = None
    proves_not: str = ""
    differs: Mapping[Category, Decimal] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def of_members(self) -> bool:
        return self.dimension in MemberDimension.values

    @property
    def place(self) -> tuple[int, ...]:
        """By which criteria are sorted: `1.10` stands after `1.9`."""
        return tuple(int(part) for part in self.code.removeprefix("M").split("."))

    def points_in(self, category: str) -> Decimal:
        """Those of the default rubric of a category."""
        return self.differs.get(Category(category), self.points)


criteria: Registry[Criterion] = Registry()


def criteria_of(category: str) -> list[Criterion]:
    """All that a rubric of a category may hold, in their order."""
    found = (one for one in criteria if one.of_members == (category == Category.MEMBER))
    return sorted(found, key=lambda one: one.place)


@dataclass(frozen=True)
class Counted:
    """A fact of rows that name the branch or member in a column (`whose`); each of them is a record of its own."""

    rows: Callable[[Span, date], QuerySet]
    whose: str
    text: str  # of the fact, with a place for each number
    nothing: str  # the same where there are none
    record: Callable[[Any], Record]
    related: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def source(self) -> Source:
        return Source(self.facts, self.records)

    def facts(self, subjects: QuerySet, span: Span, on: date) -> Facts:
        found = self.counted(subjects, span, on)
        return {key: self.fact(*found.get(key, ())) for key in keys(subjects)}

    def counted(self, subjects: QuerySet, span: Span, on: date) -> dict[int, list[int]]:
        """Of those that have any rows. One query."""
        rows = self.of(subjects, span, on).order_by().values_list(self.whose)
        return {key: numbers for key, *numbers in rows.annotate(**self.numbers())}

    def records(self, subjects: QuerySet, span: Span, on: date) -> Records:
        rows = self.of(subjects, span, on).select_related(*self.related).order_by("pk")
        return by_key((key_of(row, self.whose), self.record(row)) for row in rows)

    def of(self, subjects: QuerySet, span: Span, on: date) -> QuerySet:
        return self.rows(span, on).filter(**{f"{self.whose}__in": subjects.order_by().values("pk")})

    def numbers(self) -> dict[str, Aggregate]:
        raise NotImplementedError

    def fact(self, *numbers: int) -> Fact:
        raise NotImplementedError


@dataclass(frozen=True)
class Number(Counted):
    """How many there are; none is a number too."""

    def numbers(self) -> dict[str, Aggregate]:
        return {"number_": Count("pk")}

    def fact(self, *numbers: int) -> Fact:
        [number] = numbers or (0,)
        return Fact(self.text.format(number) if number else self.nothing, value=number)


@dataclass(frozen=True)
class Share(Counted):
    """So many of so many: those that meet a condition, or the sums of two columns. `none` says why nothing can be told where
    there are none."""

    none: str
    part: Q = field(default_factory=Q)
    sums: tuple[str, str] | None = None

    def numbers(self) -> dict[str, Aggregate]:
        if self.sums:
            return {"counted_": Sum(self.sums[0]), "of_": Sum(self.sums[1])}
        return {"counted_": Count("pk", filter=self.part), "of_": Count("pk")}

    def fact(self, *numbers: int) -> Fact:
        counted, of = numbers or (0, 0)
        if not of:
            return Fact(unknown=self.none)
        text = self.text if counted else self.nothing
        return Fact(text.format(counted=counted, of=of), counted=counted, of=of)


def together(*several: Number, between: str = "；") -> Source:
    """What several tables hold, told one after the other."""

    def facts(subjects: QuerySet, span: Span, on: date) -> Facts:
        found = [(one, one.counted(subjects, span, on)) for one in several]
        told = {key: [one.fact(*counted.get(key, ())) for one, counted in found] for key in keys(subjects)}
        return {
            key: Fact(between.join(fact.text for fact in each), value=sum(fact.value or 0 for fact in each))
            for key, each in told.items()
        }

    def records(subjects: QuerySet, span: Span, on: date) -> Records:
        each = [one.records(subjects, span, on) for one in several]
        return by_key((key, record) for one in each for key, found in one.items() for record in found)

    return Source(facts, records)


def portions(subjects: QuerySet, held: Mapping[int, Sequence[bool]], *, of: str, does: str, none: Fact) -> Facts:
    """Of all that each subject has (`名党员`), how many do something; `none` is the fact where there are none."""
    facts = {}
    for key in keys(subjects):
        number, whole = sum(held.get(key, ())), len(held.get(key, ()))
        words = f"{whole} {of}{f'中 {number} {of[0]}' if number else '都没有'}{does}"
        facts[key] = Fact(words, counted=number, of=whole) if whole else none
    return facts


def keys(subjects: QuerySet) -> list[int]:
    return [*subjects.order_by().values_list("pk", flat=True)]


def key_of(row: Any, whose: str) -> int:
    """The key that a row names in a column, which may lie behind a relation."""
    *way, last = whose.split("__")
    for name in way:
        row = getattr(row, name)
    key: int = getattr(row, f"{last}_id")
    return key


def by_key(pairs: Iterable[tuple[int, Record]]) -> Records:
    found: dict[int, list[Record]] = defaultdict(list)
    for key, record in pairs:
        found[key].append(record)
    return found
