"""What is known of somebody who is evaluated, before anybody gives points: a fact, with the records that prove it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Self

MONTHS_OF_A_YEAR = 12


class Span(NamedTuple):
    """The time that is evaluated: a year or half of one, both days included."""

    first: date
    last: date

    @property
    def months(self) -> int:
        return (self.last.year - self.first.year) * MONTHS_OF_A_YEAR + self.last.month - self.first.month + 1

    @property
    def name(self) -> str:
        half = "" if self.months == MONTHS_OF_A_YEAR else "上半年" if self.first.month == 1 else "下半年"
        return f"{self.first.year} 年{half}"

    def upto(self, on: date) -> date:
        """The day as of which its facts are: today, as long as it is not over."""
        return min(on, self.last)


class Record(NamedTuple):
    """What proves a fact: how it reads, and of which model and key it is. `counts` is whether it speaks for the points."""

    text: str
    model: str
    pk: int
    counts: bool = True


@dataclass(frozen=True)
class Fact:
    """Something counted: a number, so many of so many, or what is at fault. Never zero by accident: what cannot be computed says
    why (`unknown`) and is judged by hand, what does not apply says why (`excluded`) and drops out."""

    text: str = ""  # in one sentence
    value: Decimal | int | None = None
    counted: Decimal | int | None = None
    of: Decimal | int | None = None
    faults: Mapping[str, int] | None = None
    unknown: str = ""
    excluded: str = ""

    def __post_init__(self) -> None:
        if not (self.known or self.unknown or self.excluded):
            raise ValueError(f"a fact says what it is, or why it is none: {self.text!r}")

    @property
    def known(self) -> bool:
        """Whether points may be worked out from it at all."""
        if self.unknown or self.excluded:
            return False
        return self.value is not None or bool(self.of) or self.faults is not None

    @property
    def rate(self) -> Fraction:
        """So many of so many, in per cent."""
        if not self.of:
            raise ValueError(f"not so many of so many: {self.text!r}")
        return Fraction(self.counted or 0) * 100 / Fraction(self.of)

    @property
    def number(self) -> Fraction:
        if self.value is None:
            raise ValueError(f"no number: {self.text!r}")
        return Fraction(self.value)

    def kept(self, records: Iterable[Record]) -> dict[str, Any]:
        """As plain data, without what is empty, with what proves it."""
        numbers = {name: getattr(self, name) for name in NUMBERS}
        told = {name: str(number) for name, number in numbers.items() if number is not None}
        texts = {name: text for name in TEXTS if (text := getattr(self, name))}
        faults = {} if self.faults is None else {"faults": dict(self.faults)}
        return texts | told | faults | {"records": [list(one) for one in records]}

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any]) -> Self:
        """The same fact from its plain data, whatever stands beside it there."""
        numbers: dict[str, Any] = {name: Decimal(kept[name]) for name in NUMBERS if name in kept}
        texts: dict[str, Any] = {name: kept[name] for name in TEXTS if name in kept}
        return cls(**texts, **numbers, faults=kept.get("faults"))


NUMBERS, TEXTS = ("value", "counted", "of"), ("text", "unknown", "excluded")
