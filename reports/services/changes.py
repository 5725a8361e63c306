"""What a closed month keeps of the way to it: why each unit entered or left the gap, or lies elsewhere in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orgs.indicators import SHOULD
from reports.models import ClosedMonth, FrozenChange, FrozenUnit
from reports.queries.changes import reasons_of
from reports.queries.moments import Moment
from reports.queries.places import FrozenTree

PLACE = ("managed_by", "region_code", "zone_key", "category", "band")
WORDS = 400
CHUNK = 2_000


def freeze_changes(closed: ClosedMonth, before: ClosedMonth) -> None:
    """Call it when units and places are frozen: facts and sources stand as the month has them."""
    ids = sorted({row[0] for row in set(_gap(before)) ^ set(_gap(closed))})
    for start in range(0, len(ids), CHUNK):
        found = reasons_of(ids[start : start + CHUNK], Moment(before.counted_on, before), Moment(closed.counted_on))
        FrozenChange.objects.bulk_create(
            (
                FrozenChange(month=closed, organization_id=unit, kind=kind, since=why.since, reason=why.reason[:WORDS])
                for (unit, kind), why in found.items()
            ),
            batch_size=CHUNK,
        )


def _gap(month: ClosedMonth) -> Iterator[tuple[Any, ...]]:
    """The units that were missing, each with all that says where it lay."""
    paths = FrozenTree(month.month).paths()
    rows = FrozenUnit.objects.of_month(month.month).filter(SHOULD.gap).order_by()
    for unit, manager, *place in rows.values_list("organization", *PLACE):
        yield unit, paths.get(manager), manager, *place
