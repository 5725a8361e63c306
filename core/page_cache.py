"""What a page that only reads asks the database for once, however many of its parts want to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)  # None: outside a page that only reads


@contextmanager
def reading_page() -> Iterator[None]:
    """Within it, answers are remembered; a request that may write stays outside."""
    before = _known.set({})
    try:
        yield
    finally:
        _known.reset(before)


def once_a_page(ask: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Decorates a question whose arguments are hashable and whose answer nobody changes."""

    @wraps(ask)
    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        known = _known.get()
        if known is None:
            return ask(*args, **kwargs)
        key = (ask, args, tuple(kwargs.items()))
        if key not in known:
            known[key] = ask(*args, **kwargs)
        return known[key]

    return asked
