"""Who may go on with what others began: nobody who acted before, under whatever account, and nobody of the branch whose money
it is (rules §14). Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """An account, or a name without one (`key` 0)."""

    key: int
    name: str

    def is_same(self, other: Person) -> bool:
        """The same account, or another one of the same name: a second account makes nobody another person."""
        return bool(self.key and self.key == other.key) or spelled(self.name) == spelled(other.name) != ""


@dataclass(frozen=True)
class Acted:
    """A step that was taken, in a word, and by whom."""

    step: str
    person: Person


def spelled(name: str) -> str:
    """A name without what only looks different: width, spaces, dots."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name) if sign.isalnum()).casefold()


def barred(person: Person, *, act: str, earlier: Iterable[Acted], branch: Iterable[Person] = ()) -> str:
    """Why a person may not do the next step, in a sentence; empty where nothing stands against it.

    `branch` are all who serve or served where the money belongs, whatever they are now.
    """
    for one in earlier:
        if person.is_same(one.person):
            other = "" if person.key == one.person.key else f"（同名账号“{one.person.name}”）"
            return f"{one.step}的是您本人{other}，不能再由您{act}，请由另一名工作人员办理"
    if any(person.is_same(one) for one in branch):
        return f"您（或与您同名的人）在这个党组织任职或曾经任职，不能{act}它的款项，请由另一名工作人员办理"
    return ""
