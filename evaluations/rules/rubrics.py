"""What a rubric must be before it is published (rules §15). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from evaluations.rules.formulas import WHOLE, plain
from evaluations.rules.totals import Lines


def against(points: Mapping[str, Decimal], lines: Lines) -> Iterator[str]:
    """Why a rubric whose dimensions bring so many points each is not published."""
    if (whole := sum(points.values(), Decimal(0))) != WHOLE:
        yield f"各项分值合计 {plain(whole)} 分，应为 100 分"
    for code, name in lines.dimensions.items():
        if not points.get(code):
            yield f"{name}没有评分项"
        elif points[code] < lines.five_dimension:
            yield f"{name}共 {plain(points[code])} 分，低于每个维度的最低分 {plain(lines.five_dimension)} 分，谁也达不到"
    yield from of_bounds(lines.bands, lines.grades)


def of_bounds(bounds: Sequence[Decimal], grades: Sequence[str]) -> Iterator[str]:
    """Bounds rise, one for each grade but the lowest."""
    if len(bounds) != len(grades) - 1 or any(one >= other for one, other in pairwise(bounds)):
        yield "等次分数线请从低到高填写，各不相同"
    elif not (Decimal(0) < bounds[0] and bounds[-1] <= WHOLE):
        yield "等次分数线大于 0，不超过 100"
