"""What would lift a result to five goods: the fewest items that, brought to their full points, reach every line (rules §15). Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from evaluations.rules.totals import ZERO, Mark, Total


@dataclass(frozen=True)
class Lift:
    """An item with the points that it still misses."""

    code: str
    points: Decimal


def lifts(found: Total) -> tuple[Lift, ...]:
    """In each dimension below its line those that miss most, until it is reached; then, until the sum is, those that miss most
    of all. No other choice of items is shorter. Nothing where five goods are reached, or cannot be by items: with a veto, with
    open items, or where penalties take too much."""
    if found.unrated or found.five_good:
        return ()
    missing = sorted(
        (mark for mark in found.given if _missed(mark)), key=lambda mark: _scaled(mark, found), reverse=True
    )
    taken: list[Mark] = []
    for dimension in found.dimensions:
        for mark in missing:
            if mark.dimension == dimension.code and _below(dimension.code, raised(found, taken)):
                taken.append(mark)
    for mark in missing:
        if raised(found, taken).five_good:
            break
        if mark not in taken:
            taken.append(mark)
    reached = raised(found, taken).five_good
    return tuple(Lift(mark.code, _missed(mark)) for mark in taken) if reached else ()


def raised(found: Total, full: Collection[Mark]) -> Total:
    """The same with some items brought to their full points."""
    dimensions = tuple(
        replace(one, given=one.given + sum((_missed(mark) for mark in full if mark.dimension == one.code), ZERO))
        for one in found.dimensions
    )
    return replace(found, dimensions=dimensions)


def _missed(mark: Mark) -> Decimal:
    return ZERO if mark.excluded or mark.points is None else mark.most - mark.points


def _scaled(mark: Mark, found: Total) -> Fraction:
    """What it brings to its dimension, of which something may not apply."""
    dimension = next(one for one in found.dimensions if one.code == mark.dimension)
    return Fraction(_missed(mark)) * Fraction(dimension.most) / Fraction(dimension.applies)


def _below(code: str, found: Total) -> bool:
    return any(one.code == code and one.points < found.lines.five_dimension for one in found.dimensions)
