"""Months that were frozen in columns keep every value when their figures become rows, and on the way back."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orgs.facts import refresh
from orgs.models import Organization
from reports.models import ClosedMonth, FrozenFigure, lasting
from tests.orgs.plain import random_units
from tests.people import TODAY, City
from tests.reports.closing import close

PLACE = ("cut", "managed_by_id", "region_code", "zone_key", "category", "band")
COLUMNS, ROWS = ("reports", "0006_full_width"), ("reports", "0007_frozen_rows")


def migrated(*to: tuple[str, str]) -> Any:
    """The models as they are after migrating."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(to))
    return executor.loader.project_state(list(to)).apps


def rows() -> set[tuple[Any, ...]]:
    """All frozen figures."""
    return set(FrozenFigure.objects.values_list(*PLACE, "measure", "value", "first_month", "last_month"))


@pytest.fixture
def closed(transactional_db: None, city: City) -> dict[str, Counter[tuple[Any, ...]]]:
    """Three months; what each said by place and measure."""
    units = random_units(city, random.Random(4), 30)
    told = {}
    for month in (8, 9, 10):
        refresh(None, on=date(2026, month, 30))
        close(city, f"2026-{month:02}")
        kept = FrozenFigure.objects.filter(lasting(f"2026-{month:02}"))
        told[f"2026-{month:02}"] = Counter({row[:-1]: row[-1] for row in kept.values_list(*PLACE, "measure", "value")})
        Organization.objects.filter(pk__in=[unit.pk for unit in units[month : month + 3]]).update(staff=month * 11)
    return told


def test_frozen_columns_become_rows_with_the_same_values(closed: dict[str, Counter[tuple[Any, ...]]]) -> None:
    before = rows()
    assert {cut for cut, *_ in before} == {"", "region", "zone", "category", "band", "whole"}
    assert len({row[-2:] for row in before}) > 3, "some went on, some changed"
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("reports")
    try:
        wide = migrated(COLUMNS).get_model("reports", "FrozenFigure")
        for month in ClosedMonth.objects.all():
            codes = {key[-1] for key in closed[month.month]}
            held = Counter(
                {
                    (*(row[key] for key in PLACE), code): row[code]
                    for row in wide.objects.filter(month=month.pk).values()
                    for code in codes & row.keys()
                    if row[code]
                }
            )
            columns = {field.attname for field in wide._meta.concrete_fields}
            said = closed[month.month].items()
            assert held == {at: value for at, value in said if at[0] != "whole" and at[-1] in columns}
    finally:
        migrated(*latest)
    assert rows() == {row for row in before if row[6] in columns}


def test_a_figure_that_does_not_change_keeps_one_row(city: City) -> None:
    same, changed = city.organization(staff=120), city.organization(staff=120, managed_by="CZ112")
    for month in (9, 10):
        refresh(None, on=TODAY)
        close(city, f"2026-{month:02}")
        Organization.objects.filter(pk=changed.pk).update(staff=3)
    should = FrozenFigure.objects.filter(cut="whole", measure="should").order_by("managed_by")
    assert list(should.values_list("managed_by", "first_month", "last_month")) == [
        (same.managed_by_id, "2026-09", None),
        (changed.managed_by_id, "2026-09", "2026-09"),
    ]
