"""What a test starts ends with it."""

from __future__ import annotations

from django.db import connection, transaction

from core.models import Job
from tests import processes

HOLDING = """
import time
from django.db import connection, transaction
from core.models import Job
with transaction.atomic():
    Job.objects.update(status="RUNNING")
    print("holding", flush=True)
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET client_connection_check_interval = 0; SELECT pg_sleep(60)")
    time.sleep(60)
"""


def test_the_locks_of_a_process_that_a_test_has_started_are_gone_when_the_test_empties_the_tables(transactional_db):
    job = Job.objects.create(kind="tests.slow")
    with processes.starting() as start:
        assert start("django", "shell", "--no-imports", "-c", HOLDING).stdout.readline() == "holding\n"
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE core_job IN ACCESS EXCLUSIVE MODE NOWAIT")
    assert Job.objects.filter(status="QUEUED").update(status="DONE") == 1
    job.delete()
