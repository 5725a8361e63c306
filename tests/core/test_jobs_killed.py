"""Whatever is killed when: a job happens once or not at all, and goes on by itself."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest

from core.models import AuditEntry, Job
from tests.core.killable_worker import ACTION, ROWS

KILLS = 10


@pytest.fixture
def start_worker(start_process: Callable[..., subprocess.Popen[str]]) -> Callable[[], subprocess.Popen[str]]:
    """Starts a worker process on the test database."""
    return lambda: start_process("tests.core.killable_worker")


def written() -> Counter[str]:
    """Rows by job."""
    return Counter(AuditEntry.objects.filter(action=ACTION).values_list("object_id", flat=True))


def test_jobs_whose_worker_is_killed_at_random_moments_happen_exactly_once(start_worker):
    jobs = [Job.objects.create(kind="tests.slow") for _ in range(3)]
    moments = random.Random(11)
    for _ in range(KILLS):
        worker = start_worker()
        worker.stdout.readline()  # begun, or the end of a worker that found nothing to do
        time.sleep(moments.uniform(0, 0.7))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert set(written().values()) <= {ROWS}, "a killed job has left a part of its work"
    assert start_worker().wait(timeout=60) == 0
    assert written() == Counter({str(job.pk): ROWS for job in jobs})
    assert set(Job.objects.values_list("status", flat=True)) == {"DONE"}
    assert sum(Job.objects.values_list("attempts", flat=True)) > len(jobs), "no kill has met a running job"


def test_a_worker_told_to_stop_finishes_its_job_and_leaves_the_next(start_worker):
    first, second = Job.objects.create(kind="tests.slow"), Job.objects.create(kind="tests.slow")
    worker = start_worker()
    assert worker.stdout.readline() == "begun\n"
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("DONE", "QUEUED")
    assert written() == {str(first.pk): ROWS}
