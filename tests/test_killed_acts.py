"""An act that is killed at a random moment has happened once or not at all, and can be done again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from activities.models import ActivityRecord, Obligation, Review
from core.models import AuditEntry, ImportBatch
from core.numbering import reserve_ids
from core.rows import insert_rows
from orgs.facts import refresh
from orgs.models import Organization, OrganizationFacts, PartyOrganization
from orgs.models.party import step_of
from reports.models import ClosedMonth, FrozenUnit
from tests.killable_act import ACTS
from tests.lists import Road, firm
from tests.people import TODAY, City

ROWS = int(os.environ.get("NINGJU_KILL_ROWS", "300"))
KILLS = int(os.environ.get("NINGJU_KILLS", "14"))  # of all acts together; 50 by hand, with more rows


def state() -> tuple[object, ...]:
    """What any of the acts changes."""
    return (
        sorted(Organization.objects.values_list("managed_by", "status").annotate(Count("pk"))),
        OrganizationFacts.objects.count(),
        AuditEntry.objects.exclude(action__startswith="accounts").count(),
        list(ImportBatch.objects.values_list("status", flat=True)),
        ClosedMonth.objects.count(),
        FrozenUnit.objects.count(),
        Obligation.objects.count(),
        Review.objects.count(),
        sorted(ActivityRecord.objects.values_list("status").annotate(Count("pk"))),
    )


def branches(city: City) -> None:
    """Many, each with a record that waits for the street."""
    street = city["CZ111"]
    keys = reserve_ids(PartyOrganization, ROWS)
    rows = [[key, f"支部{key}", "branch", street.pk, street.path + step_of(key), f"B{key}"] for key in keys]
    columns = ("id", "name", "kind", "parent_id", "path", "code")
    insert_rows(PartyOrganization, columns, rows, {"established_on": date(2015, 1, 1)})
    held = {"kind": "THEME_DAY", "held_on": TODAY, "submitted_on": TODAY, "status": "SUBMITTED", "topic": "学习"}
    insert_rows(ActivityRecord, ("party_organization_id", "draft_key"), [(key, uuid4().hex) for key in keys], held)
    refresh(None, on=timezone.localdate())


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_is_killed_happens_once_or_not_at_all(
    transactional_db: None,
    city: City,
    tmp_path: Path,
    start_process: Callable[..., subprocess.Popen[str]],
    act: str,
) -> None:
    road = Road(tmp_path, city.user("city"), date(2026, 9, 1) if act == "month" else TODAY)
    road.send([firm(n) for n in range(ROWS)])
    if act == "write":
        road.stage([firm(n, 从业人数=130) for n in range(ROWS // 2, ROWS * 2)])
    if act in ("lay_out", "accept"):
        branches(city)
    before, random_moments, seen, kills = state(), random.Random(act), [], KILLS // len(ACTS)
    rehearsal = start_process("tests.killable_act", act, "rehearse")
    seconds = float(rehearsal.communicate(timeout=600)[0].split()[-1])
    assert state() == before
    # the early moments first: an act that is through at a late one has been met on all of its way
    for moment in range(kills):
        process = start_process("tests.killable_act", act)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(seconds * (moment + random_moments.random()) / kills)
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            break  # it was faster than at its rehearsal
        seen.append(state())
        call_command("recount", check=True)
        if seen[-1] != before:
            break
    sys.stdout.write(f"{connection.vendor} {act}: {len(seen)} kills in {seconds:.1f} s\n")
    assert len(seen) >= kills // 2, "the act was through before it could be killed"
    if state() == before:
        assert start_process("tests.killable_act", act).wait(timeout=600) == 0
    after = state()
    assert after != before
    assert {str(one) for one in seen} <= {str(before), str(after)}
    call_command("recount", check=True)
    call_command("audit_verify")
