"""Who was behind with months in a row when a time was over."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import QuerySet

from dues.models import Due
from dues.rules.months import behind


def unpaid_in_a_row(members: QuerySet, least: int, *, last: date, on: date) -> list[int]:
    """Of some members those who still owe so many months in a row, none of which begins after the `last` day or is running. One query."""
    rows = Due.objects.open().over(on).filter(member__in=members.order_by().values("pk"), month__lte=last)
    owed = groupby(rows.order_by("member", "month").values_list("member", "month", "amount"), key=itemgetter(0))
    return [key for key, months in owed if behind([one[1:] for one in months]).run >= least]
