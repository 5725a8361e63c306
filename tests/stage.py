"""The city, the day that it is there, and the choice of what comes next: what acts at random are played on."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import models

from core.refusals import Refusal
from orgs.models import (
    Organization,
    PartyOrganization,
)
from orgs.models.party import MANAGING_KINDS
from tests.people import TODAY, City


@dataclass
class Stage:
    """The city, the day that it is there, and the choice of what comes next."""

    city: City
    pick: random.Random
    folder: Path
    today: date = TODAY
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def day(self) -> date:
        """Any day from two years back to one year ahead, often one near today."""
        near = self.pick.choice((-40, -1, 0, 0, 1, 2, 40))
        return self.today + timedelta(self.pick.choice((near, near, self.pick.randint(-730, 365))))

    def end(self) -> date | None:
        """A day on which a period ends, or none."""
        return self.pick.choice((None, self.day()))

    def one(self, rows: models.QuerySet | type[models.Model]) -> Any:
        """One of the rows; a Refusal where there is none."""
        found = rows if isinstance(rows, models.QuerySet) else rows._default_manager.all()
        keys = list(found.order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Refusal("没有")
        return found.get(pk=self.pick.choice(keys))

    @property
    def unit(self) -> Organization:
        """Any organization."""
        return self.one(Organization)

    @property
    def node(self) -> PartyOrganization:
        """Any Party organization but the two at the top, which stay."""
        return self.one(PartyOrganization.objects.exclude(code__in=("CZ", "CZ1")))

    @property
    def committee(self) -> PartyOrganization:
        """One that manages."""
        return self.one(PartyOrganization.objects.filter(kind__in=MANAGING_KINDS))

    @property
    def told(self) -> dict[str, Any]:
        """By whom and on which day."""
        return {"by": self.city.user("city"), "on": self.today}
