"""What happens in the city and when: kept by the stage at which it comes true, and written in bulk.

The stages are the ends of the closed months that are told, and today. What happened until the first of them is there from
the beginning.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import models

from core.months import YearMonth
from core.rows import insert_rows, update_rows

MONTHS = 24  # so far back events are invented, as thick in a city that tells all months as in one that tells a few

Rows = dict[tuple[type[models.Model], tuple[str, ...]], list[tuple[Any, ...]]]


class Ledger:
    """Rows to be written at each stage, and the organizations that it touches."""

    def __init__(self, today: date, months: int) -> None:
        self.today = today
        month = YearMonth.of(today)
        self.months = [month.plus(-back) for back in range(months, 0, -1)]
        self.days = [*(closed.last_day for closed in self.months), today]
        self.start = self.days[0]
        self.begins = month.plus(-MONTHS).last_day
        self._written: Counter[type[models.Model]] = Counter()
        self._known: Counter[type[models.Model]] = Counter()
        self._added: dict[int, Rows] = defaultdict(lambda: defaultdict(list))
        self._changed: dict[int, Rows] = defaultdict(lambda: defaultdict(list))
        self._touched: dict[int, set[int]] = defaultdict(set)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def _stage(self, day: date) -> int:
        return min(bisect_left(self.days, day), len(self.days) - 1)

    def add(self, model: type[models.Model], day: date, *, touching: int = 0, **values: Any) -> None:
        """A new row from a day on; an organization that it touches."""
        stage = self._stage(day)
        self._added[stage][model, tuple(values)].append(tuple(values.values()))
        if touching and stage:
            self._touched[stage].add(touching)

    def change(self, model: type[models.Model], day: date, pk: int, *, touching: int = 0, **values: Any) -> None:
        """Other values of a row from a day on."""
        stage = self._stage(day)
        self._changed[stage][model, tuple(values)].append((pk, *values.values()))
        if touching:
            self._touched[stage].add(touching)

    def touch(self, organization: int, day: date) -> None:
        """Something that is written already ends on a day."""
        if day <= self.today:
            self._touched[self._stage(day)].add(organization)

    def write(self, stage: int) -> set[int]:
        """Write what comes true at a stage; returns the organizations it touches. Inside a transaction."""
        for (model, columns), rows in self._added.pop(stage, {}).items():
            insert_rows(model, columns, rows)
            self._written[model] += len(rows)
        for (model, columns), rows in self._changed.pop(stage, {}).items():
            # of several changes of one row within a month the last one holds
            update_rows(model, columns, {row[0]: row for row in rows}.values())
        return self._touched.pop(stage, set())

    def doubled(self) -> set[type[models.Model]]:
        """Of what there is twice as much as when this was asked last."""
        found = {model for model, number in self._written.items() if number >= 2 * self._known[model]}
        self._known.update({model: self._written[model] - self._known[model] for model in found})
        return found
