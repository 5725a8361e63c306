"""Whatever clerks do with whatever days: a recount finds nothing, and closed months stay byte for byte as they were.

`NINGJU_ACTS=2000` makes the sequence longer.
"""

from __future__ import annotations

import os
import random
from collections.abc import Collection
from datetime import datetime, time
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import timezone

from core.days import EventDateField
from core.months import YearMonth
from orgs.models import Appointment
from reports.services.months import freeze, take_months
from tests.people import City
from tests.play import Checks, play
from tests.reports.frozen_pages import bytes_of, closed_months
from tests.stage import Stage
from tests.test_guards import OURS

READERS = ("leader", "district", "stranger")  # of closed months
ACTS = int(os.environ.get("NINGJU_ACTS", "60"))
LOOKED_AT = 3  # closed months a night


class Frozen(Checks):
    """What somebody sees of a closed month is what was seen of it first; months are taken as they end. Each night looks at
    some of the closed months, the end at all."""

    def __init__(self, city: City, seed: int) -> None:
        self.city, self.pick, self.nights = city, random.Random(seed), 0
        self.seen: dict[tuple[str, str], str] = {}
        self.months: list[str] = []

    def after(self, stage: Stage, act: str) -> None:
        """Take what is over, and look at it for the first time."""
        if not self.months:
            freeze(month=YearMonth.of(stage.today).plus(-1), counted_on=stage.today)
        elif act == "night":
            self.compare(stage, self.pick.sample(self.months, min(LOOKED_AT, len(self.months))))
            take_months(at=timezone.make_aware(datetime.combine(stage.today, time(2))))
            self.nights += 1
        if fresh := [month for month in closed_months() if month not in self.months]:
            self.seen |= bytes_of(self.city, whole=False, readers=READERS, months=fresh)
            self.months += fresh

    def compare(self, stage: Stage, months: Collection[str]) -> None:
        """Look again. Whoever lost an appointment is left out."""
        readers = ("leader", *self._as_ever("district", "stranger"))
        shown = bytes_of(self.city, whole=False, readers=readers, months=months)
        assert [at for at, page in shown.items() if self.seen[at] != page] == [], stage.done

    def _as_ever(self, *readers: str) -> list[str]:
        held = Appointment.objects.filter(until=None, user__username__in=readers)
        return sorted(held.values_list("user__username", flat=True))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_recount_finds_nothing_after_any_act_with_any_day(city: City, tmp_path: Path, seed: int) -> None:
    frozen = Frozen(city, seed)
    stage = play(city, tmp_path, seed=seed, acts=ACTS, checks=(Checks(), frozen))
    assert frozen.nights
    frozen.compare(stage, frozen.months)
    assert stage.done.total() > ACTS / 4, stage.refused
    assert stage.refused["future"] > 0
    nothing_has_happened_tomorrow(stage)


def nothing_has_happened_tomorrow(stage: Stage) -> None:
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.concrete_fields:
                if isinstance(field, EventDateField):
                    late = model._default_manager.filter(**{f"{field.name}__gt": stage.today})
                    assert not late.exists(), field
