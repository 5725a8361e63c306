"""What a change for many rows will do, told before it is done."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Plan:
    """The ids of the rows that change, and by reason (in Chinese) those that stay as they are.

    `groups` are the changing ones by what it means for them (“停业 → 注销”), `doubts` those of them that the choice may
    not fit, by the reason. `act` is what can be taken back, once it is done.
    """

    changing: list[int] = field(default_factory=list)
    left: dict[str, list[int]] = field(default_factory=dict)
    groups: dict[str, list[int]] = field(default_factory=dict)
    doubts: dict[str, list[int]] = field(default_factory=dict)
    act: int | None = None

    @property
    def left_count(self) -> int:
        return sum(len(ids) for ids in self.left.values())

    def change(self, key: int, group: str, doubt: str = "") -> None:
        self.changing.append(key)
        self.groups.setdefault(group, []).append(key)
        if doubt:
            self.doubts.setdefault(doubt, []).append(key)

    def leave(self, key: int, why: str) -> None:
        self.left.setdefault(why, []).append(key)
