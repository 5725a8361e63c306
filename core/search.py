"""Search by a fragment of a name or the beginning of a code, with the same answers on both databases.

Two Chinese characters are the usual query, and PostgreSQL's own trigram indexes cannot answer it. There names are indexed
by their pairs of neighbouring characters: “明川电子” is 明川, 川电, 电子 (a GIN index over the function
`ningju_bigrams`, made in the migrations of `orgs`). SQLite reads all names, which takes 20 ms for 100,000.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import CharField, Lookup, Q, QuerySet

CODE = re.compile(r"[0-9A-Z]{4,}", re.ASCII)
CODE_DIGITS = 4  # so many digits make a Latin word a number of a register, not a part of a name


def search(queryset: QuerySet, text: str, *, codes: tuple[str, ...] = ("credit_code", "old_number")) -> QuerySet:
    """Rows whose code begins with the text, or whose name holds every word of it.

    A word of capitals and at least four digits is a code; everything else is a fragment of a name.
    """
    for word in text.split():
        code = word.upper()
        if codes and CODE.fullmatch(code) and sum(sign.isdigit() for sign in code) >= CODE_DIGITS:
            begins = Q(pk__in=[])
            for field in codes:
                begins |= Q(**{f"{field}__begins": code}) & ~Q(**{field: ""})
            queryset = queryset.filter(begins)
        else:
            queryset = queryset.filter(name__fragment=word)
    return queryset


@CharField.register_lookup
class Fragment(Lookup):
    """`name__fragment="明川"`: the name holds the text, whatever the case of the letters A to Z."""

    lookup_name = "fragment"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """On PostgreSQL the index finds names that have all pairs; LIKE makes sure that these stand side by side."""
        column, _ = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        pattern = f"%{connection.ops.prep_for_like_query(text)}%"
        if connection.vendor == "sqlite":
            return rf"{column} LIKE %s ESCAPE '\'", [pattern]
        whole = rf"""{column} COLLATE "C" ILIKE %s ESCAPE '\'"""
        if len(text) == 1:  # no pair to look for
            return whole, [pattern]
        return f"(ningju_bigrams({column}::text) @> ningju_bigrams(%s) AND {whole})", [text, pattern]


@CharField.register_lookup
class Begins(Lookup):
    """`credit_code__begins="9199"`: a prefix, asked so that each database uses its index."""

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """PostgreSQL walks the `varchar_pattern_ops` index of the column, SQLite an interval of the plain one."""
        column, _ = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column}::text LIKE %s", [f"{connection.ops.prep_for_like_query(text)}%"]
        return f"({column} >= %s AND {column} < %s)", [text, text + "\U0010ffff"]


@CharField.register_lookup
class Between(Lookup):
    """`region_code__between=[(first, last), …]`: in any of the intervals, which an index serves on both databases."""

    lookup_name = "between"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One expression however many there are: to build a condition of each takes longer than to read the rows."""
        column, _ = self.process_lhs(compiler, connection)
        intervals: Any = self.rhs
        asked = " OR ".join([f"{column} BETWEEN %s AND %s"] * len(intervals))
        return f"({asked})", [end for interval in intervals for end in interval]
