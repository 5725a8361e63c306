"""A long act on the database of a test, in a process that can be killed: `python -m tests.killable_act NAME`.

`python -m tests.killable_act NAME rehearse` does all of it and takes it back, and says how many seconds it took.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import django

MERGED, INTO = "CZ111", "CZ112"


def write() -> None:
    """Write the second list."""
    services.apply(ImportBatch.objects.get(status=ImportBatch.Status.STAGED))


def undo() -> None:
    """Take the only list back."""
    services.undo(ImportBatch.objects.get(), by=by())


def bulk() -> None:
    """Strike all organizations off."""
    ids = list(Organization.objects.values_list("pk", flat=True))
    many.apply(by=by(), change=many.to_status("STRUCK_OFF", status_on=today()), organization_ids=ids, on=today())


def merge() -> None:
    """Merge one street into another, with all that it manages."""
    one, other = (PartyOrganization.objects.get(code=code) for code in (MERGED, INTO))
    endings.merge(party_organization=one, into=other, reason="合并", by=by(), on=today())


def month() -> None:
    """Close the month before this one."""
    close_month(month=YearMonth.of(today()).plus(-1), by=by(), on=today())


def lay_out() -> None:
    """Lay out what is due of all branches."""
    obligations.lay_out(on=today())


def accept() -> None:
    """Accept all records that are clean."""
    waiting = list(ActivityRecord.objects.waiting().values_list("pk", flat=True))
    reviews.accept_clean(by=by(), records=waiting, at=timezone.now(), on=today())


def collect_month() -> None:
    """Book what a branch's members owe for this month."""
    branch, month = PartyOrganization.objects.get(code="CZ1111"), today().replace(day=1)
    owed = Due.objects.open().filter(party_organization=branch, month=month).order_by("pk")
    cells = [Cell(due.member_id, due.month, due.amount - due.paid) for due in owed]
    collect(party_organization=branch, cells=cells, how=How(today()), seen=0, **told("treasurer"))


def approve() -> None:
    """Approve all refunds that were reviewed, in one batch."""
    reviewed = Refund.objects.filter(state="REVIEWED").values_list("pk", flat=True)
    refunds.approve_many(refunds=list(reviewed), **told("district"))


def settle() -> None:
    """Approve all refunds, then pay one after the other: what was done before stays done."""
    approve()
    for refund in Refund.objects.filter(state="APPROVED").order_by("pk"):
        refunds.pay(refund=refund, day=today(), **told("city"))


def by(username: str = "city") -> User:
    """The city's clerk, or somebody else."""
    return User.objects.get(username=username)


def told(username: str) -> dict[str, Any]:
    """What a service of money is told."""
    return {"by": by(username), "at": timezone.now(), "on": today()}


def today() -> date:
    """As the machine has it."""
    return timezone.localdate()


ACTS: Mapping[str, Callable[[], None]] = {
    "collect": collect_month,
    "approve": approve,
    "settle": settle,
    "write": write,
    "undo": undo,
    "bulk": bulk,
    "merge": merge,
    "month": month,
    "lay_out": lay_out,
    "accept": accept,
}

if __name__ == "__main__":
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User
    from activities.models import ActivityRecord
    from activities.services import obligations, reviews
    from core.importing import services
    from core.models import ImportBatch
    from core.months import YearMonth
    from dues.models import Due, Refund
    from dues.services import refunds
    from dues.services.collection import Cell, How, collect
    from orgs.models import Organization, PartyOrganization
    from orgs.services import bulk as many
    from orgs.services import endings
    from reports.services.months import close_month

    name, rehearsed = sys.argv[1], sys.argv[2:] == ["rehearse"]
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    began = time.monotonic()
    if rehearsed:
        with transaction.atomic():
            ACTS[name]()
            transaction.set_rollback(True)
        sys.stdout.write(f"{time.monotonic() - began}\n")
    else:
        ACTS[name]()
