"""What was read from closed months is kept in the cache, since they never change; of now, what is named with its state."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from django.core.cache import cache

from accounts.permissions import Permission
from core.scope import Scope

SECONDS = 24 * 3600
Value = TypeVar("Value")


def remembered(scope: Scope, about: tuple[Any, ...], read: Callable[[], Value]) -> Value:
    """The value of `read`, kept for the committees whose figures the scope may see.

    `about` names it and what it is from: closed months, or the state of the facts (`orgs.facts.state`, asked before).
    """
    scope = scope.having(Permission.FIGURES_VIEW)
    nodes = sorted(grant.node_id for grant in scope.grants if not grant.own)  # what a past is found by
    whose = "whole" if scope.whole else f"{nodes} {sorted(scope.unit_managers)}"
    key = f"figures:{sha256(repr((whose, about)).encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, SECONDS)
    return found
