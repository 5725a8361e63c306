"""What the marks of an evaluation come to: dimensions, bonus and penalty, band, and whether it is five goods (rules §15). Pure.

What does not apply drops out, and its dimension is scaled up to its full points. What nobody has given points yet is open: as
long as anything is, there is a sum so far and no rating.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from evaluations.rules.formulas import plain, rounded

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Mark:
    """One criterion: its full points, and what was given, nothing as long as it is open. `excluded` says why it does not
    apply."""

    code: str
    dimension: str
    most: Decimal
    points: Decimal | None = None
    excluded: str = ""

    @property
    def open(self) -> bool:
        return self.points is None and not self.excluded


@dataclass(frozen=True)
class Extra:
    """A bonus or a penalty: what for, and how many points."""

    what: str
    points: Decimal


@dataclass(frozen=True)
class Lines:
    """Where the lines are drawn: `bands` are the bounds between grades, rising; `grades` one more than they are."""

    dimensions: Mapping[str, str]  # what each is called, in their order
    five_total: Decimal
    five_dimension: Decimal
    bonus_cap: Decimal
    penalty_cap: Decimal
    bands: Sequence[Decimal]
    grades: Sequence[str]
    veto_is_zero: bool = False  # of a member a veto leaves no points, of a branch no rating


@dataclass(frozen=True)
class DimensionTotal:
    """A dimension: what was given of what applies, and the same scaled up to its full points."""

    code: str
    name: str
    most: Decimal
    applies: Decimal
    given: Decimal
    excluded: tuple[str, ...] = ()  # why what does not apply does not

    @property
    def points(self) -> Decimal:
        """Scaled up; nothing where nothing applies."""
        return rounded(Fraction(self.given) * Fraction(self.most) / Fraction(self.applies)) if self.applies else ZERO

    @property
    def words(self) -> str:
        """How it came about, where it was scaled up."""
        if not self.excluded:
            return ""
        why = "、".join(self.excluded)
        if not self.applies:
            return f"{self.name}没有适用的评分项（{why}）"
        off, full, applies = (plain(number) for number in (self.most - self.applies, self.most, self.applies))
        return (
            f"{self.name}有 {off} 分不适用（{why}），按满分 {full} 分折算：{self.given}×{full}÷{applies}＝{self.points}"
        )


@dataclass(frozen=True)
class Total:
    """The sum of an evaluation and what follows from it, each step to be read."""

    lines: Lines
    dimensions: tuple[DimensionTotal, ...]
    open: tuple[str, ...]  # the codes of criteria without points
    bonuses: tuple[Extra, ...] = ()
    penalties: tuple[Extra, ...] = ()
    vetoes: tuple[str, ...] = ()
    given: tuple[Mark, ...] = ()

    @cached_property
    def bonus(self) -> Decimal:
        """The highest alone, at most the cap."""
        return rounded(min(max((one.points for one in self.bonuses), default=ZERO), self.lines.bonus_cap))

    @cached_property
    def penalty(self) -> Decimal:
        """All of them, at most the cap."""
        return rounded(min(sum((one.points for one in self.penalties), ZERO), self.lines.penalty_cap))

    @cached_property
    def points(self) -> Decimal:
        """Never below 0."""
        if self.vetoes and self.lines.veto_is_zero:
            return ZERO
        return max(sum((one.points for one in self.dimensions), ZERO) + self.bonus - self.penalty, ZERO)

    @property
    def unrated(self) -> str:
        """Why there is no rating; empty where there is one."""
        if self.vetoes and not self.lines.veto_is_zero:
            return f"一票否决：{'、'.join(self.vetoes)}，本次不评定"
        if self.open:
            return f"还有 {len(self.open)} 项没有评分，暂不评定"
        empty = [one.name for one in self.dimensions if not one.applies]
        return f"{'、'.join(empty)}没有适用的评分项，不能按百分制评定" if empty else ""

    @property
    def band(self) -> int | None:
        """How many of the bounds are reached."""
        return None if self.unrated else sum(self.points >= bound for bound in self.lines.bands)

    @property
    def grade(self) -> str:
        return "" if self.band is None else self.lines.grades[self.band]

    @property
    def short_of(self) -> tuple[str, ...]:
        """What keeps it from five goods; empty where nothing does."""
        if self.unrated:
            return (self.unrated,)
        if self.vetoes:
            return (f"一票否决：{'、'.join(self.vetoes)}，记 0 分",)
        total, least = self.lines.five_total, self.lines.five_dimension
        found = [f"总分 {self.points} 分，低于 {plain(total)} 分"] if self.points < total else []
        below = (one for one in self.dimensions if one.points < least)
        return (*found, *(f"{one.name} {one.points} 分，低于 {plain(least)} 分" for one in below))

    @property
    def five_good(self) -> bool:
        return not self.short_of

    @property
    def steps(self) -> tuple[str, ...]:
        """The way from the marks to the sum, in sentences."""
        sums = "＋".join(f"{one.name} {one.points}" for one in self.dimensions)
        steps = [one.words for one in self.dimensions if one.words]
        if self.bonuses:
            steps.append(
                f"加分取最高的一项，最多 {plain(self.lines.bonus_cap)} 分：{told(self.bonuses)}，加 {self.bonus}"
            )
        if self.penalties:
            steps.append(
                f"扣分合计，最多 {plain(self.lines.penalty_cap)} 分：{told(self.penalties)}，扣 {self.penalty}"
            )
        if self.vetoes and self.lines.veto_is_zero:
            return (*steps, f"一票否决：{'、'.join(self.vetoes)}，总分记 0 分")
        more = f"{f'＋{self.bonus}' if self.bonus else ''}{f'－{self.penalty}' if self.penalty else ''}"
        return (*steps, f"总分：{sums}{more}＝{self.points}")


def told(extras: Iterable[Extra]) -> str:
    return "、".join(f"{one.what} {plain(one.points)} 分" for one in extras)


def total(
    given: Sequence[Mark],
    lines: Lines,
    *,
    bonuses: Iterable[Extra] = (),
    penalties: Iterable[Extra] = (),
    vetoes: Iterable[str] = (),
) -> Total:
    """Add up the marks of one evaluation."""
    dimensions = []
    for code, name in lines.dimensions.items():
        here = [mark for mark in given if mark.dimension == code]
        applying = [mark for mark in here if not mark.excluded]
        dimensions.append(
            DimensionTotal(
                code,
                name,
                sum((mark.most for mark in here), ZERO),
                sum((mark.most for mark in applying), ZERO),
                sum((mark.points or ZERO for mark in applying), ZERO),
                tuple(dict.fromkeys(mark.excluded for mark in here if mark.excluded)),
            )
        )
    opened = tuple(mark.code for mark in given if mark.open)
    return Total(lines, tuple(dimensions), opened, tuple(bonuses), tuple(penalties), tuple(vetoes), tuple(given))
