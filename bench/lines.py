"""One measured figure and the bound it should hold."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Line:
    """A figure: `bound` is the most it may be (the least when `at_least`); without one it only tells."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the bound holds; None without one."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        shown = asdict(self) | {"value": float(f"{self.value:.4g}"), "holds": self.holds}
        shown.pop("at_least")
        return json.dumps(shown, ensure_ascii=False)
