"""Named figures. A measure counts or sums the things of one subject; an indicator sets two measures against each other.

Their texts name the thresholds that they are made with as `%(code)s` of a parameter: `worded` fills in the values of a day.

The apps declare them in `indicators.py`. Everything that shows a figure, its list of names or its 口径 reads them here,
so that number, list and export cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.db.models import Q

from core.formats import Yuan
from core.registries import Registry


@dataclass(frozen=True, eq=False)
class Subject:
    """What figures count. The measure of the same code counts all of it."""

    code: str
    name: str
    unit: str  # the word between a number and its name: 家, 个, 名
    keys: frozenset[str]  # of its sums besides the committee: what its figures can be cut by and narrowed to


@dataclass(frozen=True)
class Measure:
    """How many things of a subject meet a condition, or the sum of a column over them.

    Sums and tallies hold whole numbers, of money fen; `amount` is what anybody gets to see.
    """

    subject: Subject
    code: str
    name: str
    where: Q = Q()  # over the rows of the subject  # noqa: RUF009 - nobody changes it
    sums: str = ""  # a column of them; empty: they are counted
    money: bool = False  # the column is in 元
    people: str = ""  # the measure that tells of how many people a sum of what is personal is

    def part(self, code: str, name: str, where: Q) -> Self:
        """Those of them that meet one more condition."""
        return replace(self, code=code, name=name, where=self.where & where)

    @property
    def unit(self) -> str:
        return "元" if self.money else self.subject.unit

    def amount(self, value: int | None) -> int | Yuan | None:
        """A value as it is told: of money in 元. Every page, list, workbook and command prints this one."""
        return Yuan(Decimal(value).scaleb(-2)) if self.money and value is not None else value

    def worded(self, parameters: Mapping[str, Any]) -> Self:
        """The same with its name in the values of the parameters."""
        return replace(self, name=self.name % parameters)


@dataclass(frozen=True)
class Indicator:
    """A rate: numerator over denominator, the numerator being a part of the denominator."""

    code: str
    name: str
    clause: str  # of the Opinion, or of docs/rules.md
    basis: str  # 口径: what is counted, in the words that print beside the figure
    denominator: Measure
    numerator: Measure
    group: str  # of the Opinion, under which it stands on /figures/
    target: Decimal | None = None  # percent; None: it may have no target
    more_is_better: bool = True
    of_year: bool = False  # it begins at nothing each January: what it reaches is reached by December or not at all

    def worded(self, parameters: Mapping[str, Any]) -> Self:
        """The same with its name and 口径 in the values of the parameters."""
        return replace(
            self,
            name=self.name % parameters,
            basis=self.basis % parameters,
            denominator=self.denominator.worded(parameters),
            numerator=self.numerator.worded(parameters),
        )

    @property
    def gap(self) -> Q:
        """The worklist: in the denominator and not in the numerator.

        Only what the numerator asks beyond the denominator is negated: databases recognise a partial index by that.
        """
        whole, part = self.denominator.where, self.numerator.where
        if part.negated or part.connector != Q.AND or any(term not in part.children for term in whole.children):
            return whole & ~part
        more = [term for term in part.children if term not in whole.children]
        return whole & (~more[0] if len(more) == 1 and isinstance(more[0], Q) else ~Q(*more))


def share(of: Measure, part: tuple[str, str, Q], **words: Any) -> Indicator:
    """How many of the things of a measure meet one more condition: `part` is the code and the name of those, and what they
    meet."""
    return Indicator(denominator=of, numerator=of.part(*part), **words)


measures: Registry[Measure] = Registry()
indicators: Registry[Indicator] = Registry()


def percent(numerator: int | Decimal | None, denominator: int | Decimal | None) -> Decimal | None:
    """Percent with one decimal, half up; None for an empty denominator or a figure that there was not (prints as —).

    rules §7.
    """
    if numerator is None or not denominator:
        return None
    return (Decimal(100) * numerator / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)


def added(numbers: Iterable[int | None]) -> int | None:
    """The sum; None when one of the numbers is not known."""
    found = list(numbers)
    return None if None in found else sum(filter(None, found))


def less(number: int | None, other: int | None) -> int | None:
    """The difference; None when one of the two is not known."""
    return None if number is None or other is None else number - other


def declare(*items: Indicator) -> None:
    """Register indicators together with their measures."""
    for indicator in items:
        measures.add(indicator.denominator, indicator.numerator)
    indicators.add(*items)
