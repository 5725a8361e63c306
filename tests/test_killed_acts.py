"""An act that is killed at a random moment has happened once or not at all, and can be done again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from activities.models import ActivityRecord, Obligation, Review
from core import writing
from core.models import AuditEntry, ImportBatch
from core.numbering import reserve_ids
from core.rows import insert_rows
from dues.models import Due, Entry, Payment, Refund, RefundStep
from dues.services.assessments import Line, assess_many
from orgs.facts import refresh
from orgs.models import Organization, OrganizationFacts, PartyOrganization
from orgs.models.party import step_of
from reports.models import ClosedMonth, FrozenUnit
from tests.killable_act import ACTS
from tests.lists import Road, firm
from tests.people import TODAY, City
from tests.refunds import reach

ROWS = int(os.environ.get("NINGJU_KILL_ROWS", "300"))
KILLS = int(os.environ.get("NINGJU_KILLS", "14"))  # of all acts together; 50 by hand, with more rows
PAYMENTS = 20  # one by one
MONEY = ("collect", "approve", "settle")


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
        sorted(Refund.objects.values_list("state").annotate(Count("pk"))),
        sorted(RefundStep.objects.values_list("step").annotate(Count("pk"))),
        sorted(Entry.objects.values_list("kind").annotate(Sum("amount"))),
        Payment.objects.count(),
        Due.objects.aggregate(Sum("paid")),
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


def owing(city: City) -> None:
    """Members of a branch with a month that nobody has paid."""
    today = timezone.localdate()
    lines = [Line(city.member().pk, "WAGE", Decimal(5_000), today.replace(day=1)) for _ in range(ROWS)]
    assess_many(by=city.user("treasurer"), lines=lines, at=timezone.now(), on=today)


def applications(city: City, number: int) -> None:
    """A refund of a branch, and grants for it, that the street has reviewed."""
    asked = reach(city, Refund.State.REVIEWED)
    keys = reserve_ids(Refund, number)
    held = {"kind": "GRANT", "amount": 1, "paid_total": 0, "rate": 0, "purpose": "活动", "state": "REVIEWED"}
    told = {"party_organization_id": asked.party_organization_id, "state_on": TODAY}
    insert_rows(Refund, ("id",), [[key] for key in keys], held | told)
    money = {"node": city["CZ111"], "at": timezone.now(), "paid_total": 0, "amount": 1}
    for step, who in (("LIST", "secretary"), ("APPLY", "secretary"), ("REVIEW", "street")):
        steps = [RefundStep(refund_id=key, step=step, by=city.user(who), **money) for key in keys]
        writing.add_many(steps, by=city.user(who), action="dues.refund_list")
    refresh(None, on=timezone.localdate())


def money_is_whole() -> None:
    """Every fen is somewhere, and each step of a refund stands in the books once."""
    call_command("dues_reconcile")
    paid = RefundStep.objects.filter(step="PAY").count()
    assert paid == Refund.objects.filter(state="PAID").count() == Entry.objects.filter(kind__endswith="_PAID").count()


PREPARED: Mapping[str, Callable[[City], None]] = {
    "lay_out": branches,
    "accept": branches,
    "collect": owing,
    "approve": lambda city: applications(city, ROWS),
    "settle": lambda city: applications(city, PAYMENTS),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_is_killed_happens_once_or_not_at_all(
    transactional_db: None,
    city: City,
    tmp_path: Path,
    start_process: Callable[..., subprocess.Popen[str]],
    act: str,
) -> None:
    if act not in MONEY:
        road = Road(tmp_path, city.user("city"), date(2026, 9, 1) if act == "month" else TODAY)
        road.send([firm(n) for n in range(ROWS)])
        if act == "write":
            road.stage([firm(n, 从业人数=130) for n in range(ROWS // 2, ROWS * 2)])
    PREPARED.get(act, lambda city: None)(city)
    before, random_moments, seen = state(), random.Random(act), []
    kills = KILLS // len(ACTS) + ([*ACTS].index(act) < KILLS % len(ACTS))
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
        money_is_whole()
        if seen[-1] != before:
            break
    sys.stdout.write(f"{connection.vendor} {act}: {len(seen)} kills in {seconds:.1f} s\n")
    assert len(seen) >= kills // 2, "the act was through before it could be killed"
    if state() == before or act == "settle":  # what is left of several is gone on with
        assert start_process("tests.killable_act", act).wait(timeout=600) == 0
    after = state()
    assert after != before
    if act == "settle":
        assert dict(RefundStep.objects.values_list("step").annotate(Count("pk")))["PAY"] == PAYMENTS + 1
    else:
        assert {str(one) for one in seen} <= {str(before), str(after)}
    call_command("recount", check=True)
    money_is_whole()
    call_command("audit_verify")
