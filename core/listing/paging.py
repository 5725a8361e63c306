"""Pages by key instead of by number: the page after row 900,000 costs what the first one does.

A page is asked for by the keys of the row it follows (or precedes); the database walks its index from there. Counting
stops at a bound, since nobody reads whether a list has 812,345 or 812,346 rows. Nor does anybody jump to page 9,000: a
page is jumped to by its number within the bound, which costs no more than the count; what lies beyond is found by a
filter, or from the other end of the order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from core.pages import number

COUNT_BOUND = 10_000
PLACE = ("after", "before", "page")  # of the query string: where one is in the list, not what is in it


@dataclass(frozen=True)
class Order:
    """An order that a list offers. `keys` are columns or annotations that are never null, `-` before descending ones.

    The primary key is added as the last key unless it is there, so that no two rows are equal. `name` is said above the
    list where no column bears the order.
    """

    code: str
    keys: tuple[str, ...]
    name: str = "登记先后"

    def spelled(self, *, descending: bool = False) -> tuple[str, ...]:
        """The keys with the tie-break, all turned round when `descending`."""
        whole = {"pk", "-pk", "id", "-id"}.intersection(self.keys)
        keys = self.keys if whole else (*self.keys, "pk")
        return tuple(map(turned, keys)) if descending else keys


@dataclass(frozen=True)
class Page:
    """The rows of one page, the cursors of its neighbours (empty at the ends), and the how manieth it is."""

    rows: list[Any]
    before: str
    after: str
    number: int


@dataclass(frozen=True)
class Total:
    """How many rows there are; `exact` is False when counting stopped at the bound."""

    number: int
    exact: bool

    def pages(self, size: int) -> int:
        """How many pages can be jumped to."""
        return max(1, -(-self.number // size))

    def __str__(self) -> str:
        return f"{self.number:,}" if self.exact else f"{COUNT_BOUND:,}+"


def turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def bounded_count(queryset: QuerySet) -> Total:
    """Count up to the bound and say whether there are more."""
    number = queryset.order_by().values("pk")[: COUNT_BOUND + 1].count()
    return Total(min(number, COUNT_BOUND), number <= COUNT_BOUND)


def page_of(
    queryset: QuerySet, keys: Sequence[str], *, size: int, after: str = "", before: str = "", number: int = 1
) -> Page:
    """The page that follows the cursor `after`, or precedes `before`; without them the one of the number.

    Raises BadRequest for a cursor that is none of this list in this order.
    """
    backwards = bool(before) and not after
    walked = [turned(key) for key in keys] if backwards else list(keys)
    cursor = after or before
    if cursor:
        queryset = queryset.filter(_beyond(_values(cursor, keys, queryset), walked))
    ordered = queryset.order_by(*walked)
    start = 0 if cursor else (number - 1) * size
    if len(walked) > 1 or start:
        # a list without an index for its order is sorted whole: by keys alone, which takes a tenth of sorting whole rows
        shown = list(ordered.values_list("pk", flat=True)[start : start + size + 1])
        found = {row.pk: row for row in queryset.filter(pk__in=shown).order_by()}
        rows = [found[key] for key in shown if key in found]
    else:
        rows = list(ordered[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    first, last = (_cursor(rows[0], keys, queryset), _cursor(rows[-1], keys, queryset)) if rows else ("", "")
    has_before, has_after = (more, True) if backwards else (bool(cursor or start), more)
    # rows come and go while one walks, so the number is put right where the list begins
    number = max(number, 2) if has_before else 1
    return Page(rows, first if has_before else "", last if has_after else "", number)


def paged(request: HttpRequest, queryset: QuerySet, keys: Sequence[str] = ("pk",), *, size: int) -> dict[str, Any]:
    """The page that the address names, by a cursor or by its number, with what stands below it (`core/pager.html`)."""
    total = bounded_count(queryset)
    pages, asked = total.pages(size), number(request.GET.get("page")) or 1
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    asked = asked if after or before else min(asked, pages)
    page = page_of(queryset, keys, size=size, after=after, before=before, number=asked)
    return {
        "page": page,
        "total": total,
        "pages": pages,
        "first": (page.number - 1) * size + 1,
        "before_url": address_with(request, before=page.before, page=str(page.number - 1)) if page.before else "",
        "after_url": address_with(request, after=page.after, page=str(page.number + 1)) if page.after else "",
        "conditions": without_place(request).lists(),
    }


def address_with(request: HttpRequest, **changed: str) -> str:
    """This page's address with some of the query string changed; the place in the list is dropped."""
    query = without_place(request)
    for name, value in changed.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


def without_place(request: HttpRequest) -> QueryDict:
    query = request.GET.copy()
    for name in PLACE:
        query.pop(name, None)
    return query


def _cursor(row: Any, keys: Sequence[str], queryset: QuerySet) -> str:
    """Where a row stands in the list, signed: what comes back is what a row held, and never anything else."""
    values = [attrgetter(key.lstrip("-").replace("__", "."))(row) for key in keys]
    return _signer(keys, queryset).sign(json.dumps(values, cls=_Exact, ensure_ascii=False, separators=(",", ":")))


def _values(cursor: str, keys: Sequence[str], queryset: QuerySet) -> list[Any]:
    try:
        return list(json.loads(_signer(keys, queryset).unsign(cursor)))
    except BadSignature as problem:
        raise BadRequest("翻页的位置无效，请回到清单首页") from problem


def _signer(keys: Sequence[str], queryset: QuerySet) -> Signer:
    return Signer(salt=" ".join((queryset.model._meta.label_lower, *keys)))


class _Exact(DjangoJSONEncoder):
    """A moment with its microseconds: Django's encoder cuts them, and rows of one instant are passed over."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def _beyond(values: Sequence[Any], keys: Sequence[str]) -> Q:
    """Rows after these values in the order of the keys: (a > x) or (a = x and b > y) or …, within a ≥ x.

    The outer bound says the same again in a form for which both databases use an index on the first key.
    """
    condition, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        name, lookup = (key[1:], "lt") if key.startswith("-") else (key, "gt")
        condition |= equal & Q(**{f"{name}__{lookup}": value})
        equal &= Q(**{name: value})
    first, lookup = (keys[0][1:], "lte") if keys[0].startswith("-") else (keys[0], "gte")
    return condition & Q(**{f"{first}__{lookup}": values[0]})
