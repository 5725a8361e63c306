"""What somebody who owns the database could do to the audit trail, and to other rows that only grow."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from core import append_only

NOW = timezone.now()
Committing = Any  # pytest-django's context: what waits for the commit is done at its end
OTHER_KEY = "b3RoZXItZGVtb25zdHJhdGlvbi1rZXktMzJieXRlcyE="


def execute(statement: str, *values: object) -> None:
    """What somebody who owns the database can do: triggers do not hold him."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, values)
            cursor.execute("SET LOCAL session_replication_role = origin")
        else:
            for one in append_only.lift("sqlite", append_only.tables()):
                cursor.execute(one)
            cursor.execute(statement, values)
            for one in append_only.restore("sqlite", append_only.tables()):
                cursor.execute(one)
