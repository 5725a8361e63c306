"""What upper apps keep of members: told whenever one comes, goes elsewhere or leaves the roll, in the same transaction and before
facts are stated. Apps add theirs in a file of this name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from core.registries import Registry


@dataclass(frozen=True)
class Follower:
    code: str
    follow: Callable[[Collection[int], date], None]  # of the members with these ids, today


followers: Registry[Follower] = Registry()


def follow(members: Collection[int], *, on: date) -> None:
    for one in followers:
        one.follow(members, on)
