"""How a fact becomes points (rules §15). Pure: all numbers are exact until the last step, which rounds half up to 0.01.

Each formula has numbers that a clerk may change, which are kept as plain data by their names (`numbers`, `with_numbers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Self

from evaluations.rules.facts import Fact

WHOLE = Decimal(100)
HUNDREDTH = Decimal("0.01")
OFF = "off_"


def rounded(number: Fraction | Decimal | int) -> Decimal:
    """Half up to two places."""
    return (Decimal((Fraction(number) * 200 + 1) // 2) / 100).quantize(HUNDREDTH)


def plain(number: Decimal) -> str:
    """Without zeros at its end."""
    return f"{number.normalize():f}"


@dataclass(frozen=True)
class Formula:
    """All points, less what is at fault: by its code, how a fault is called and how many points each takes off."""

    faults: Mapping[str, tuple[str, Decimal]] = field(default_factory=dict, kw_only=True)

    def points(self, fact: Fact, most: Decimal) -> Decimal:
        """Between 0 and `most`, of a fact that is known."""
        if not fact.known:
            raise ValueError("points follow from what is known alone")
        off = sum((Fraction(self.faults[code][1]) * times for code, times in (fact.faults or {}).items()), Fraction(0))
        return rounded(min(max(self.earned(fact, most) - off, Fraction(0)), Fraction(most)))

    def words(self, most: Decimal) -> str:
        """The formula as a clause of a sentence."""
        off = [f"{name}扣 {plain(points)} 分" for name, points in self.faults.values()]
        return "，".join(filter(None, [self.earns(most), *off, "扣完为止" if off else ""]))

    def earned(self, fact: Fact, most: Decimal) -> Fraction:
        """What there is before faults take points off. Raises ValueError for a fact of another kind."""
        raise NotImplementedError

    def earns(self, most: Decimal) -> str:
        return ""

    def labels(self) -> dict[str, str]:
        """What the numbers are called that may be changed."""
        return {f"{OFF}{code}": f"{name}扣分" for code, (name, _) in self.faults.items()}

    def numbers(self) -> dict[str, Decimal]:
        return {f"{OFF}{code}": points for code, (_, points) in self.faults.items()}

    def with_numbers(self, numbers: Mapping[str, Any]) -> Self:
        """The same formula with other numbers. Raises ValueError with a Chinese sentence."""
        if numbers.keys() != self.numbers().keys():
            raise ValueError("计分的数字与这一项的计分办法不符，请重新填写")
        given = {name: Decimal(str(number)) for name, number in numbers.items()}
        if any(not number.is_finite() or number < 0 for number in given.values()):
            raise ValueError("计分的数字不能小于 0")
        off = {code: (name, given[f"{OFF}{code}"]) for code, (name, _) in self.faults.items()}
        changed = replace(self, faults=off, **self.taken(given))
        changed.check()
        return changed

    def taken(self, numbers: Mapping[str, Decimal]) -> dict[str, Any]:
        """The fields of the formula that the numbers give."""
        return {}

    def check(self) -> None:
        """Refuse numbers that contradict each other."""


class Faults(Formula):
    """Nothing is earned: what is not at fault is there."""

    def earned(self, fact: Fact, most: Decimal) -> Fraction:
        if fact.faults is None:
            raise ValueError(f"nothing is told of faults: {fact.text!r}")
        return Fraction(most)


@dataclass(frozen=True)
class Linear(Formula):
    """A rate in per cent: all points from `full` on, none up to `none`, straight between; below `least` none either."""

    full: Decimal = WHOLE
    none: Decimal = Decimal(0)
    least: Decimal | None = None

    def earned(self, fact: Fact, most: Decimal) -> Fraction:
        rate, none = fact.rate, Fraction(self.none)
        if rate <= none or (self.least is not None and rate < self.least):
            return Fraction(0)
        return min((rate - none) / (Fraction(self.full) - none), Fraction(1)) * Fraction(most)

    def earns(self, most: Decimal) -> str:
        full = f"达到 {plain(self.full)}% 得 {plain(most)} 分"
        between = "其余按比例" if not self.none else f"{plain(self.none)}% 以下不得分，其间按比例"
        least = "" if self.least is None else f"低于 {plain(self.least)}% 不得分"
        return "，".join(filter(None, [full, between, least]))

    def labels(self) -> dict[str, str]:
        given = {"full": "得满分的百分比", "none": "不得分的百分比", "least": "低于多少不得分"}
        return {name: given[name] for name in self._given()} | super().labels()

    def numbers(self) -> dict[str, Decimal]:
        return self._given() | super().numbers()

    def taken(self, numbers: Mapping[str, Decimal]) -> dict[str, Any]:
        return {name: numbers[name] for name in self._given()}

    def check(self) -> None:
        if not self.none < self.full <= WHOLE:
            raise ValueError("得满分的百分比须大于不得分的百分比，不超过 100")
        if self.least is not None and self.least > self.full:
            raise ValueError("低于多少不得分，不能超过得满分的百分比")

    def _given(self) -> dict[str, Decimal]:
        given = {"full": self.full, "none": self.none}
        return given if self.least is None else given | {"least": self.least}


class Step(NamedTuple):
    """From `least` on, so many per cent of the points; a step with a name is one of several grades."""

    least: Decimal
    share: Decimal
    name: str = ""


@dataclass(frozen=True)
class Steps(Formula):
    """The highest step that is reached counts. They stand from the highest to the lowest."""

    steps: tuple[Step, ...] = ()
    unit: str = ""

    def earned(self, fact: Fact, most: Decimal) -> Fraction:
        share = next((step.share for step in self.steps if fact.number >= step.least), Decimal(0))
        return Fraction(most) * Fraction(share) / 100

    def earns(self, most: Decimal) -> str:
        clauses = [
            f"{step.name or f'达到 {plain(step.least)} {self.unit}'} {plain(rounded(most * step.share / 100))} 分"
            for step in self.steps
        ]
        return "，".join([*clauses, "其余不得分"])

    def labels(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for place, step in enumerate(self.steps):
            name = step.name or f"第 {place + 1} 档"
            found |= {} if step.name else {f"least_{place}": f"{name}从多少{self.unit}起"}
            found[f"share_{place}"] = f"{name}得分的百分比"
        return found | super().labels()

    def numbers(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for place, step in enumerate(self.steps):
            found |= {} if step.name else {f"least_{place}": step.least}
            found[f"share_{place}"] = step.share
        return found | super().numbers()

    def taken(self, numbers: Mapping[str, Decimal]) -> dict[str, Any]:
        steps = (
            Step(numbers.get(f"least_{place}", step.least), numbers[f"share_{place}"], step.name)
            for place, step in enumerate(self.steps)
        )
        return {"steps": tuple(steps)}

    def check(self) -> None:
        pairs = [*zip(self.steps, self.steps[1:], strict=False)]
        if any(one.least <= other.least or one.share < other.share for one, other in pairs):
            raise ValueError("各档请从高到低填写，得分也从高到低")
        if any(step.share > WHOLE for step in self.steps):
            raise ValueError("一档得分不超过 100%")


@dataclass(frozen=True)
class Each(Formula):
    """So many points for each thing, up to all of them."""

    each: Decimal = Decimal(1)
    unit: str = "件"

    def earned(self, fact: Fact, most: Decimal) -> Fraction:
        return Fraction(self.each) * fact.number

    def earns(self, most: Decimal) -> str:
        return f"每{self.unit} {plain(self.each)} 分，最多 {plain(most)} 分"

    def labels(self) -> dict[str, str]:
        return {"each": f"每{self.unit}得分"} | super().labels()

    def numbers(self) -> dict[str, Decimal]:
        return {"each": self.each} | super().numbers()

    def taken(self, numbers: Mapping[str, Decimal]) -> dict[str, Any]:
        return {"each": numbers["each"]}

    def check(self) -> None:
        if not self.each:
            raise ValueError(f"每{self.unit}得分须大于 0")
