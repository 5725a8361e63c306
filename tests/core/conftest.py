"""Fixtures of the shared machinery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import audit, sealing
from core.models import AuditEntry
from tests.people import City
from tests.trail import NOW, Committing, execute


@pytest.fixture
def trail(city: City, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Committing) -> list[int]:
    """Twelve entries in three runs, sealed; one of them holds a personal value. Their ids."""
    monkeypatch.setattr(sealing, "RUN", 5)
    assert AuditEntry.objects.exists()
    execute("DELETE FROM core_auditentry")
    person = city.member(phone="13812345678")
    for number in range(12):
        changes = audit.difference({}, audit.snapshot(person, ["phone", "name"])) if number == 6 else {"n": [0, number]}
        audit.record(
            by=city.user("city"), action="members.change", target=person, changes=changes, at=NOW - timedelta(days=1)
        )
    with django_capture_on_commit_callbacks(execute=True):
        assert sealing.seal(at=NOW).entries == 12
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
