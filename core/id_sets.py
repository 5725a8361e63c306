"""Many ids to and from the database as ONE value.

Databases take a limited number of parameters; and with some hundred ids, handing over each by itself costs more than
finding them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Aggregate, QuerySet, TextField
from django.db.models.expressions import RawSQL

ROWS = {"postgresql": "SELECT unnest(%s::bigint[])", "sqlite": "SELECT value FROM json_each(%s)"}


def parameter(ids: Collection[int]) -> str:
    """What stands for the ids in `ROWS`, in their order and each once."""
    found = sorted(set(ids))
    return f"{{{','.join(map(str, found))}}}" if connection.vendor == "postgresql" else json.dumps(found)


def among(ids: Collection[int]) -> RawSQL:
    """The ids as a subquery: `filter(pk__in=among(ids))`."""
    return RawSQL(ROWS[connection.vendor], (parameter(ids),))


def among_texts(texts: Collection[str]) -> RawSQL:
    """The texts as a subquery, like the ids of `among`."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::text[])", ([*texts],))
    return RawSQL(ROWS["sqlite"], (json.dumps([*texts]),))


def ids_of(rows: QuerySet, column: str) -> frozenset[int]:
    """The ids that a column of some rows holds. One query."""
    text = rows.order_by().aggregate(ids=_Joined(column))["ids"]
    return frozenset(map(int, text.split(","))) if text else frozenset()


class _Joined(Aggregate):
    """Numbers as one text, between commas."""

    output_field = TextField()
    template = "STRING_AGG(%(expressions)s::text, ',')"

    def as_sqlite(self, *args: Any, **kwargs: Any) -> Any:
        return self.as_sql(*args, **kwargs, template="GROUP_CONCAT(%(expressions)s)")
