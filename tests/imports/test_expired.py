"""A list that nobody wrote within seven days is over, and what an upload left behind is removed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.importing import services
from core.importing.jobs import APPLY, start
from core.models import ImportBatch, StagedRow
from orgs.models import Organization
from tests.imports.test_authority import TAX, taxed
from tests.lists import Road, firm
from tests.people import TODAY, City

LATER = services.KEPT + timedelta(days=1)


@pytest.fixture
def road(city: City, tmp_path: Path) -> Road:
    return Road(tmp_path, city.user("city"), TODAY)


def age(batch: ImportBatch) -> Any:
    """Let seven days and one more pass; returns the day."""
    ImportBatch.objects.filter(pk=batch.pk).update(created_at=batch.created_at - LATER)
    return timezone.localdate(batch.created_at)


def test_a_preview_that_was_erased_has_expired_and_cannot_be_written(road: Road, city: City, client: Client) -> None:
    """It wrote what was in conflict and called everything else missing."""
    road.send([firm(number) for number in range(3)])
    batch = road.stage(
        [taxed(0, 纳税人名称="另一名称"), *(taxed(number) for number in range(1, 40))], "tax", columns=TAX
    )
    services.compare(batch)
    job = start(APPLY, batch=batch, by=road.user)
    services.erase_old(today=age(batch))
    batch.refresh_from_db()
    assert batch.get_status_display() == "已过期"
    assert not batch.rows.exists()
    with pytest.raises(services.NotReady, match="已过期"):
        services.apply(batch)
    assert Organization.objects.count() == 3
    job.delete()
    batch.refresh_from_db()
    with pytest.raises(services.NotReady, match="已过期"):
        start(APPLY, batch=batch, by=road.user)
    client.force_login(city.user("city"))
    text = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "已过期" in text
    assert "确认写入" not in text


def test_a_preview_whose_rows_are_not_all_there_is_not_written(road: Road) -> None:
    batch = road.stage([firm(number) for number in range(3)])
    services.compare(batch)
    StagedRow.objects.filter(batch=batch).order_by("pk")[0].delete()
    with pytest.raises(services.NotReady):
        services.apply(batch)
    assert not Organization.objects.exists()


def test_what_was_written_stays_so(road: Road) -> None:
    batch = road.send([firm(1)])
    services.erase_old(today=age(batch))
    batch.refresh_from_db()
    assert batch.status == "APPLIED"


def test_checking_goes_on_where_it_was_broken_off(road: Road) -> None:
    """A check commits as it goes: what an attempt left behind is in nobody's way."""
    batch = road.stage([firm(number) for number in range(3)])
    services.stage(batch, path=road.folder / "list1.csv")
    assert services.compare(batch)["new"] == services.compare(batch)["new"] == batch.rows.count() == 3
