"""Who may go on with what others began: nobody who acted before, under whatever account, and nobody of the branch whose money
or score it is (rules §14, §15). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

REMARK = re.compile(r"[(\[【〔].*?[)\]】〕]")


@dataclass(frozen=True)
class Person:
    """An account, or a name without one (`key` 0)."""

    key: int
    name: str
    former: frozenset[str] = frozenset()  # names that the account had before

    def is_same(self, other: Person) -> bool:
        """The same account, or another one that has or had the same name: neither a second account nor a new name makes
        anybody another person."""
        return bool(self.key and self.key == other.key) or not self._spelled.isdisjoint(other._spelled)

    @property
    def _spelled(self) -> set[str]:
        return {spelled(name) for name in (self.name, *self.former)} - {""}


@dataclass(frozen=True)
class Acted:
    """A step that was taken, in a word, and by whom."""

    step: str
    person: Person


def spelled(name: str) -> str:
    """A name without what only looks different: width, spaces, dots, a remark in brackets (“钱书记（街道）”)."""
    narrow = unicodedata.normalize("NFKC", name)
    return "".join(sign for sign in REMARK.sub("", narrow) or narrow if sign.isalnum()).casefold()


def barred(person: Person, *, act: str, earlier: Iterable[Acted], branch: Iterable[Person] = ()) -> str:
    """Why a person may not do the next step, in a sentence; empty where nothing stands against it.

    `branch` are all who serve or served where it belongs, whatever they are now.
    """
    for one in earlier:
        if person.is_same(one.person):
            other = "" if person.key == one.person.key else f"（同名账号“{one.person.name}”）"
            return f"{one.step}的是您本人{other}，不能再由您{act}，请由另一名工作人员办理"
    if any(person.is_same(one) for one in branch):
        return f"您（或与您同名的人）在这个党组织任职或曾经任职，不能由您{act}，请由另一名工作人员办理"
    return ""
