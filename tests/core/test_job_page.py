"""A job's page says how far it is and what came of it."""

from __future__ import annotations

import pytest
from django.test import Client

from core.models import Job
from tests.people import City


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"status": "QUEUED"}, "hx-trigger"),
        ({"status": "RUNNING"}, "progress"),
        ({"status": "DONE", "result": {"changed": 788, "left": {"已并入另一条登记": 12}}}, "已并入另一条登记，12 条"),
        ({"status": "FAILED", "error": "委员会已撤销"}, "委员会已撤销"),
    ],
    ids=["waiting", "running", "done", "failed"],
)
def test_a_job_says_how_it_stands(city: City, client: Client, values: dict, word: str) -> None:
    client.force_login(city.user("street"), backend="accounts.backends.PasswordBackend")
    job = Job.objects.create(kind="organizations.bulk", created_by=city.user("street"), **values)
    assert word in client.get(f"/jobs/{job.pk}/").content.decode()
    part = client.get(f"/jobs/{job.pk}/", headers={"HX-Target": "job"}).content.decode()
    assert word in part
    assert "<html" not in part
