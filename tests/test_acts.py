"""Whatever clerks do with whatever days: a recount finds nothing. `NINGJU_ACTS=2000` makes the sequence longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.apps import apps

from core.days import EventDateField
from tests.acts import Stage, play
from tests.people import City
from tests.test_guards import OURS

ACTS = int(os.environ.get("NINGJU_ACTS", "60"))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_recount_finds_nothing_after_any_act_with_any_day(city: City, tmp_path: Path, seed: int) -> None:
    stage = play(city, tmp_path, seed=seed, acts=ACTS)
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
