"""An act that is killed at a random moment has happened once or not at all, and can be done again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count

from core.models import AuditEntry, ImportBatch
from orgs.models import Organization, OrganizationFacts
from reports.models import ClosedMonth, FrozenUnit
from tests.killable_act import ACTS
from tests.lists import Road, firm
from tests.people import TODAY, City

ROWS = int(os.environ.get("NINGJU_KILL_ROWS", "300"))
KILLS = int(os.environ.get("NINGJU_KILLS", "2"))  # in CI; 50 by hand, with more rows
LONGEST = float(os.environ.get("NINGJU_KILL_SECONDS", "0.8"))


def state() -> tuple[object, ...]:
    """What any of the acts changes."""
    return (
        sorted(Organization.objects.values_list("managed_by", "status").annotate(Count("pk"))),
        OrganizationFacts.objects.count(),
        AuditEntry.objects.exclude(action__startswith="accounts").count(),
        list(ImportBatch.objects.values_list("status", flat=True)),
        ClosedMonth.objects.count(),
        FrozenUnit.objects.count(),
    )


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_is_killed_happens_once_or_not_at_all(
    transactional_db: None,
    city: City,
    tmp_path: Path,
    start_process: Callable[..., subprocess.Popen[str]],
    act: str,
) -> None:
    Road(tmp_path, city.user("city"), date(2026, 9, 1) if act == "month" else TODAY).send(
        [firm(n) for n in range(ROWS)]
    )
    before, moments, seen = state(), random.Random(act), []
    for _ in range(KILLS):
        process = start_process("tests.killable_act", act)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(moments.uniform(0, LONGEST))
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen.append(state())
        call_command("recount", check=True)
        if seen[-1] != before:
            break
    if state() == before:
        assert start_process("tests.killable_act", act).wait(timeout=300) == 0
    after = state()
    assert after != before
    assert {str(one) for one in seen} <= {str(before), str(after)}
    call_command("recount", check=True)
