"""What a page that only reads asks the database for once, however many of its parts want to know; and what is kept from one
page to the next, as long as all that it is from stands as it stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar

from django.core.cache import cache

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

DAY = 24 * 3600

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


def kept(about: tuple[Any, ...], read: Callable[[], Answer]) -> Answer:
    """What `read` gives, kept for all who ask about the same.

    `about` names what is asked, for whom (`Scope.reach`), and the state of all that the answer is from, asked before: closed
    months by when they were taken, facts by `orgs.facts.state`. So a change of any of them is seen at the next look.
    """
    key = sha256(repr(about).encode()).hexdigest()
    found = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, DAY)
    return found
