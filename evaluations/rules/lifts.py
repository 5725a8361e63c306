"""What would lift a result to five goods: the fewest items that, brought to their full points, reach every line (rules §15). Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from evaluations.rules.totals import ZERO, Line, Total


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
        (line for line in found.given if _missed(line)), key=lambda line: _scaled(line, found), reverse=True
    )
    taken: list[Line] = []
    for dimension in found.dimensions:
        for line in missing:
            if line.dimension == dimension.code and _below(dimension.code, raised(found, taken)):
                taken.append(line)
    for line in missing:
        if raised(found, taken).five_good:
            break
        if line not in taken:
            taken.append(line)
    reached = raised(found, taken).five_good
    return tuple(Lift(line.code, _missed(line)) for line in taken) if reached else ()


def raised(found: Total, full: Collection[Line]) -> Total:
    """The same with some items brought to their full points."""
    dimensions = tuple(
        replace(one, given=one.given + sum((_missed(line) for line in full if line.dimension == one.code), ZERO))
        for one in found.dimensions
    )
    return replace(found, dimensions=dimensions)


def _missed(line: Line) -> Decimal:
    return ZERO if line.excluded or line.points is None else line.most - line.points


def _scaled(line: Line, found: Total) -> Fraction:
    """What it brings to its dimension, of which something may not apply."""
    dimension = next(one for one in found.dimensions if one.code == line.dimension)
    return Fraction(_missed(line)) * Fraction(dimension.most) / Fraction(dimension.applies)


def _below(code: str, found: Total) -> bool:
    return any(one.code == code and one.points < found.lines.five_dimension for one in found.dimensions)
