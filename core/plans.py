"""What a change for many rows will do, told before it is done."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Plan:
    """The ids of the rows that change, and by reason (in Chinese) those that stay as they are."""

    changing: list[int] = field(default_factory=list)
    left: dict[str, list[int]] = field(default_factory=dict)

    @property
    def left_count(self) -> int:
        """How many stay as they are."""
        return sum(len(ids) for ids in self.left.values())
