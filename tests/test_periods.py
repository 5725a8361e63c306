"""What holds for a time is a `Period`: it says so by its model, does not end before it begins, and is found by its days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from core.days import PeriodDateField
from core.periods import Period, over
from orgs.models import VenueUse
from orgs.services import venues
from tests.people import LONG_AGO, TODAY, City
from tests.world import build_world

PERIODS = [model for model in apps.get_models() if issubclass(model, Period)]


def test_whatever_has_a_first_day_and_a_day_of_its_end_is_a_period() -> None:
    both = {
        model
        for model in apps.get_models()
        if {"since", "until"} <= {f.name for f in model._meta.concrete_fields if isinstance(f, PeriodDateField)}
    }
    assert both == set(PERIODS)
    assert len(PERIODS) >= 6


@pytest.mark.parametrize("model", PERIODS, ids=lambda model: model._meta.label)
def test_none_ends_before_it_begins(city: City, model: type[models.Model]) -> None:
    build_world(city)
    row = model._default_manager.order_by("pk")[0]
    row.since, row.until = TODAY, TODAY - timedelta(1)
    with pytest.raises(ValidationError, match="终止日期不能早于起始日期"):
        row.full_clean()
    row.until = TODAY
    row.full_clean()


@pytest.mark.parametrize("model", PERIODS, ids=lambda model: model._meta.label)
def test_a_row_holds_from_its_first_day_until_the_day_of_its_end(city: City, model: type[models.Model]) -> None:
    build_world(city)
    row = model._default_manager.order_by("pk")[0]
    model._default_manager.filter(pk=row.pk).update(since=LONG_AGO, until=TODAY)
    row.refresh_from_db()
    held = {day: model._default_manager.on(day).filter(pk=row.pk).exists() for day in (LONG_AGO, TODAY)}
    assert held == {LONG_AGO: True, TODAY: False}
    assert over(row, TODAY)
    assert not over(row, TODAY - timedelta(1))


def test_a_period_ends_and_goes_on_with_its_entry(city: City) -> None:
    world = build_world(city)
    use = VenueUse.objects.get(pk=world.here["use"])
    with pytest.raises(ValidationError, match="终止日期不能早于起始日期"):
        venues.uses.end(by=None, row=use, day=use.since - timedelta(1), on=TODAY)
    use.end(by=None, until=TODAY, action="venues.stop", on=TODAY)
    assert over(VenueUse.objects.get(pk=use.pk), TODAY)
    use.reopen(by=None, action="venues.use", on=TODAY)
    assert VenueUse.objects.on(TODAY).filter(pk=use.pk).exists()
