"""The page of a request that failed: out of order (500), or held up by somebody who is writing (503)."""

from __future__ import annotations

import sqlite3
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for a lock_timeout
COME_BACK = 60  # seconds


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """Say that nothing was saved, and when to try again."""
    if is_busy(sys.exc_info()[1]):
        answer = render(request, "503.html", status=503)
        answer.headers["Retry-After"] = str(COME_BACK)
        return answer
    return render(request, "500.html", status=500)


def is_busy(error: BaseException | None) -> bool:
    """Whether the database made a request wait for another writer longer than LOCK_PATIENCE_SECONDS."""
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    locked = getattr(cause, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return locked or getattr(cause, "pgcode", None) == LOCK_NOT_AVAILABLE
