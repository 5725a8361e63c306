"""The common base of refusals: a rule of the field or of access says no, in a sentence for the person who asked."""

from __future__ import annotations


class Refusal(Exception):
    """A service did not do what was asked; `str()` is the Chinese sentence that is shown. What somebody catches is a
    subclass."""


def refuse(why: str) -> None:
    """Raise a refusal with the sentence that speaks against it, where there is one."""
    if why:
        raise Refusal(why)


def as_sentence(refusal: object) -> str:
    """The text of a refusal with one full stop at its end, as pages print it."""
    return f"{str(refusal).rstrip('。')}。"
