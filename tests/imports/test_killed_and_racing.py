"""Whatever is killed when, a batch is applied once or not at all; and two clerks at once lose nothing."""

from __future__ import annotations

import json
import random
import signal
import time

import pytest
from django.core.management import call_command
from django.db import connection

from core.importing import services
from core.importing.jobs import APPLY, start
from core.models import AuditEntry, ImportBatch
from orgs.models import Headcount, Organization
from tests.lists import Road, firm, write_list
from tests.people import TODAY

ROWS, KILLS = 3_000, 10


@pytest.fixture
def road(transactional_db, city, tmp_path) -> Road:
    """Lists that other processes can see."""
    return Road(tmp_path, city.user("city"), TODAY)


def test_an_import_whose_worker_is_killed_at_random_moments_is_applied_exactly_once(road, start_process):
    batch = road.stage([firm(number) for number in range(ROWS)])
    services.compare(batch)
    job, moments = start(APPLY, batch=batch, by=road.user), random.Random(5)
    for _ in range(KILLS):
        worker, begun = start_process("django", "work", "--once"), job.attempts
        while worker.poll() is None and job.attempts == begun:
            time.sleep(0.01)
            job.refresh_from_db(fields=["attempts"])
        time.sleep(moments.uniform(0, 0.3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        _count_rows()
        assert Organization.objects.count() in (0, ROWS), "a killed import has left a part of its work"
    assert job.attempts > 1, "no kill has met the running job"
    assert start_process("django", "work", "--once").wait(timeout=120) == 0
    batch.refresh_from_db()
    assert (batch.status, batch.counts["new"]) == ("APPLIED", ROWS)
    assert Organization.objects.count() == Headcount.objects.count() == ROWS
    assert AuditEntry.objects.filter(batch_id=batch.pk, action="import.add").count() == ROWS
    call_command("recount", check=True)


def _count_rows() -> None:
    """Count what tables hold as PostgreSQL does by itself once a minute: rows that a kill has left count for none."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_two_clerks_importing_overlapping_files_at_once_lose_and_double_nothing(road, tmp_path, start_process):
    files = [
        write_list(tmp_path / "one.csv", [firm(number) for number in range(300)]),
        write_list(tmp_path / "two.csv", [firm(number, 法定代表人="赵一") for number in range(150, 450)]),
    ]
    command = ("import_registry", "--source", "market", "--apply", "--by", "city", "--json")
    running = [start_process("django", command[0], str(path), *command[1:]) for path in files]
    told = [json.loads(process.communicate(timeout=120)[0]) for process in running]
    assert sum(answer["new"] for answer in told) == Organization.objects.count() == 450
    assert Organization.objects.filter(legal_representative="赵一").count() == 300
    assert set(ImportBatch.objects.values_list("status", flat=True)) == {"APPLIED"}
    call_command("recount", check=True)
