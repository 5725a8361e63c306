"""A worker whose job takes its time, for tests that kill it: `python -m tests.core.killable_worker`."""

from __future__ import annotations

import time

import django
from django.core.management import call_command

ROWS = 200
ACTION = "tests.row"


def write_slowly(job: object, progress: object) -> dict[str, int]:
    """Write one entry every two milliseconds, after telling the test that the work has begun."""
    print("begun", flush=True)
    for number in range(ROWS):
        AuditEntry.objects.create(
            at=timezone.now(), user_name="", action=ACTION, model="core.job", object_id=str(job.pk), label=str(number)
        )
        progress.step(number + 1, ROWS, "写入")
        time.sleep(0.002)
    return {"rows": ROWS}


if __name__ == "__main__":
    django.setup()
    from django.utils import timezone

    from core.jobs import JobKind, job_kinds
    from core.models import AuditEntry

    job_kinds.add(JobKind("tests.slow", "慢任务", "", write_slowly))
    call_command("work", once=True)
