"""How long an act takes in a step of a worker, and how many questions it asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection


def measure(found: dict[str, float], name: str, work: Callable[[], Any], repeats: int = 5) -> None:
    """The least of some seconds, and the queries of one time; once before, for what is asked once."""
    asked: list[str] = []

    def noted(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        asked.append(sql)
        return execute(sql, *more)

    work()
    with connection.execute_wrapper(noted):
        work()
    found[name] = min(seconds(work) for _ in range(repeats))
    found[f"{name}_queries"] = len(asked)


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
