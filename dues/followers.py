"""Open dues go along with members who move, and end with those who leave the roll."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from core.id_sets import among
from dues.models import Assessment
from dues.services.months import restate
from members.followers import Follower, followers


def _follow(members: Collection[int], on: date) -> None:
    assessed = Assessment.objects.filter(member__in=among(members)).order_by().values_list("member", flat=True)
    if owing := set(assessed.distinct()):
        restate(owing, on=on)


followers.add(Follower("dues", _follow))
