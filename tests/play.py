"""Acts happen at random while days go by (`tests.acts`).

`play` tells after every act what a recount finds; whoever keeps something else true adds a check (`Checks`), which is told of
every act and of every night. An act that a service refuses leaves everything as it was.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models, transaction

from core.days import InFuture
from core.periods import not_over
from core.refusals import Refusal
from members.models import Member
from orgs.facts import differences, refresh
from orgs.models import (
    Appointment,
    Coverage,
    Jurisdiction,
    Liaison,
    Organization,
    PartyOrganization,
    Venue,
    VenueUse,
)
from tests.acts import ACTS, SIZES, Act, office
from tests.lists import credit_code
from tests.people import LONG_AGO, City
from tests.stage import Stage


class Checks:
    """What must be true after every act and after every night; this one asks what a recount finds, and that nothing hangs
    on a Party organization that has ended."""

    def after(self, stage: Stage, act: str) -> None:
        """After an act, or the nightly jobs (`night`)."""
        found = differences(on=stage.today)
        assert not found, (stage.today, act, stage.done.total(), found)
        for rows in _going_on(stage.today):
            for column in rows.model._meta.concrete_fields:
                if column.related_model is PartyOrganization:
                    hanging = rows.filter(**{f"{column.name}__dissolved_on__isnull": False})
                    assert not hanging.exists(), (stage.today, act, list(hanging))


def _going_on(today: date) -> tuple[models.QuerySet, ...]:
    """What hangs on a Party organization and goes on: nothing of it may hang on one that has ended."""
    return (
        Organization.objects.all(),
        Member.objects.on_the_roll(),
        PartyOrganization.objects.standing(),
        Coverage.objects.filter(not_over(today)),
        Appointment.objects.filter(not_over(today)),
        Jurisdiction.objects.all(),
        Liaison.objects.filter(not_over(today)),
        Venue.objects.filter(closed_on=None),
        VenueUse.objects.filter(not_over(today)),
    )


def play(city: City, folder: Path, *, seed: int, acts: int, checks: Sequence[Checks] = (Checks(),)) -> Stage:
    """Let so many acts happen; every tenth time a day or some weeks go by."""
    stage = Stage(city, random.Random(seed), folder)
    _furnish(stage)
    chosen = stage.pick.choices([act for act, _ in ACTS], [weight for _, weight in ACTS], k=acts)
    for act in chosen:
        if stage.pick.random() < 0.1:
            stage.today += timedelta(stage.pick.choice((1, 1, 1, 7, 31)))
            night(stage)
            for check in checks:
                check.after(stage, "night")
        _try(stage, act)
        for check in checks:
            check.after(stage, act.__name__)
    return stage


def night(stage: Stage) -> None:
    """The nightly jobs that state facts."""
    refresh(None, on=stage.today)


def _try(stage: Stage, act: Act) -> None:
    try:
        with transaction.atomic():
            act(stage)
            if act is office:  # a parameter that holds from today on is counted in the background
                refresh(None, on=stage.today)
    except (Refusal, ValidationError) as refusal:
        stage.refused["future" if isinstance(refusal, InFuture) else act.__name__] += 1
    else:
        stage.done[act.__name__] += 1


def _furnish(stage: Stage) -> None:
    """Units with something about each of them, so that the first acts find what to do."""
    city, pick = stage.city, stage.pick
    for number in range(12):
        unit = city.organization(
            staff=pick.choice(SIZES),
            credit_code=credit_code(90_000 + number),
            managed_by=pick.choice(("CZ111", "CZ112", "CZ121")),
        )
        for _ in range(pick.randint(0, 4)):
            city.member(of=pick.choice(("CZ1111", "CZ1112")), at=unit, formal_on=LONG_AGO)
        if pick.random() < 0.5:
            city.cover(unit, pick.choice(("CZ1112", "CZ111", "CZ121")), "JOINT")
    refresh(None, on=stage.today)
