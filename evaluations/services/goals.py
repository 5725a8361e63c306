"""争创目标 of branches and members: a small table (rules §15)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from activities.services.rows import OwnRows, require_on_the_roll
from evaluations.models import Goal


class Goals(OwnRows[Goal]):
    @transaction.atomic
    def add(self, *, on: date, **told: Any) -> Goal:
        """Of the branch, or of a member on its roll."""
        if told.get("member"):
            require_on_the_roll(told["member"], told["party_organization"])
        return super().add(on=on, **told)


goals = Goals(Goal)
